//! Base forms of English words: "countries" is a form of "country", "brought" of "bring".
//!
//! Irregular forms are listed in `schema/search/glossary/irregular-forms.txt`. For the others this is
//! no stemmer: it returns every word of which the given one can be a regular form, and the caller
//! keeps those that it has an entry for.

use std::sync::LazyLock;

use super::glossary_file::lines;

/// Shortest stem that an ending is removed from, in letters.
const MIN_STEM: usize = 3;

/// Endings, and what replaces them in the base form. Longer endings come first.
const ENDINGS: [(&str, &[&str]); 11] = [
    ("ies", &["y"]),
    ("ied", &["y"]),
    ("ier", &["y"]),
    ("iest", &["y"]),
    ("ily", &["y"]),
    ("es", &["e", ""]),
    ("s", &[""]),
    ("ed", &["e", ""]),
    ("ing", &["", "e"]),
    ("er", &["", "e"]),
    ("est", &["", "e"]),
];
/// Adverbs: "possibly" is "possible", "rapidly" is "rapid".
const ADVERB: (&str, &[&str]) = ("ly", &["", "le"]);

/// Pairs of irregular form and base form, sorted by the form.
static IRREGULAR: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let text = include_str!("../../../../schema/search/glossary/irregular-forms.txt");
    let mut forms: Vec<_> = lines(text)
        .filter_map(Result::ok)
        .filter_map(|(form, bases)| Some((form, *bases.first()?)))
        .collect();
    forms.sort_unstable();
    forms
});

/// Words of which a folded English word can be an inflected form, the most likely first.
pub(crate) fn base_forms(word: &str) -> Vec<String> {
    let irregular = IRREGULAR.binary_search_by_key(&word, |(form, _)| form);
    if let Ok(at) = irregular {
        return vec![IRREGULAR[at].1.to_owned()];
    }
    let mut bases = Vec::new();
    for (ending, replacements) in ENDINGS.iter().chain([&ADVERB]) {
        let Some(stem) = word.strip_suffix(ending) else {
            continue;
        };
        if stem.len() < MIN_STEM || !word.is_ascii() {
            continue;
        }
        bases.extend(replacements.iter().map(|end| format!("{stem}{end}")));
        if let Some(single) = without_doubled_consonant(stem) {
            bases.push(single.to_owned());
        }
    }
    bases
}

/// "plann" is "plan" before an ending.
fn without_doubled_consonant(stem: &str) -> Option<&str> {
    let [.., a, b] = stem.as_bytes() else {
        return None;
    };
    (a == b && !b"aeiou".contains(b)).then(|| &stem[..stem.len() - 1])
}

/// Whether two folded words differ by an English ending alone ("right" and "rights").
pub(crate) fn differ_by_ending(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    base_forms(long).iter().any(|base| base == short)
}

#[cfg(test)]
mod tests {
    use super::{base_forms, differ_by_ending};

    #[test]
    fn inflected_words_lead_to_their_base_form() {
        for (form, base) in [
            ("countries", "country"),
            ("studied", "study"),
            ("happier", "happy"),
            ("boxes", "box"),
            ("houses", "house"),
            ("rights", "right"),
            ("planned", "plan"),
            ("based", "base"),
            ("ruling", "rule"),
            ("running", "run"),
            ("largest", "large"),
            ("biggest", "big"),
            ("rapidly", "rapid"),
            ("possibly", "possible"),
            ("brought", "bring"),
            ("wolves", "wolf"),
            ("taught", "teach"),
        ] {
            let bases = base_forms(form);
            assert!(bases.iter().any(|b| b == base), "{form}: {bases:?}");
        }
        for word in ["as", "bus", "red", "king", "law"] {
            assert_eq!(base_forms(word), Vec::<String>::new(), "{word}");
        }
    }

    #[test]
    fn an_ending_alone_is_distinguished_from_another_word() {
        assert!(differ_by_ending("right", "rights"));
        assert!(differ_by_ending("planned", "plan"));
        assert!(!differ_by_ending("quyen", "quyeb"));
        assert!(!differ_by_ending("law", "lawn"));
    }
}
