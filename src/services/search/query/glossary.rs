//! Everyday words in English and Vietnamese (`schema/search/glossary.json`).
//!
//! Used only when the query is in one language and the language filter selects the other. For other
//! queries the names of concepts are enough, and translations of everyday words add noise.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::services::search::analysis::folded_words;

/// Longest entry that is matched, in words.
const MAX_WORDS: usize = 6;

#[derive(Deserialize)]
struct File {
    words: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    en: String,
    vi: Vec<String>,
}

/// Translations by folded words, in one direction.
type Lists = HashMap<String, Vec<String>>;

struct Glossary {
    to_vietnamese: Lists,
    to_english: Lists,
}

#[expect(
    clippy::expect_used,
    reason = "a test reads the embedded file; it cannot change after the build"
)]
static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| {
    let text = include_str!("../../../../schema/search/glossary.json");
    let file: File =
        serde_json::from_str(text).expect("schema/search/glossary.json is well-formed");
    let mut glossary = Glossary {
        to_vietnamese: Lists::new(),
        to_english: Lists::new(),
    };
    for Entry { en, vi } in file.words {
        for vietnamese in &vi {
            let words = folded_words(vietnamese);
            // Folded single syllables have too many meanings.
            if words.contains(' ') {
                glossary
                    .to_english
                    .entry(words)
                    .or_default()
                    .push(en.clone());
            }
        }
        glossary.to_vietnamese.insert(folded_words(&en), vi);
    }
    glossary
});

/// The language to translate into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetLanguage {
    /// From English to Vietnamese.
    Vietnamese,
    /// From Vietnamese to English.
    English,
}

/// The length of the longest prefix of these folded words that has translations, and these.
pub(crate) fn longest_translation(
    words: &[&str],
    target: TargetLanguage,
) -> Option<(usize, &'static [String])> {
    let lists = match target {
        TargetLanguage::Vietnamese => &GLOSSARY.to_vietnamese,
        TargetLanguage::English => &GLOSSARY.to_english,
    };
    (1..=words.len().min(MAX_WORDS)).rev().find_map(|length| {
        let run = words[..length].join(" ");
        let singular = || singulars(&run).find_map(|run| lists.get(&run));
        let found = lists
            .get(&run)
            .or_else(|| singular().filter(|_| target == TargetLanguage::Vietnamese));
        found.map(|translations| (length, translations.as_slice()))
    })
}

/// Possible singulars of an English plural.
fn singulars(word: &str) -> impl Iterator<Item = String> {
    let stem = |ending: &str, instead: &str| {
        word.strip_suffix(ending)
            .map(|stem| format!("{stem}{instead}"))
    };
    [stem("ies", "y"), stem("es", ""), stem("s", "")]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{TargetLanguage, longest_translation};

    #[test]
    fn the_longest_entry_is_taken_and_plurals_are_known() {
        let (length, words) =
            longest_translation(&["civil", "wars", "began"], TargetLanguage::Vietnamese).unwrap();
        assert_eq!((length, words[0].as_str()), (2, "nội chiến"));
        let (_, words) = longest_translation(&["countries"], TargetLanguage::Vietnamese).unwrap();
        assert!(words.contains(&"quốc gia".to_owned()));
        assert!(longest_translation(&["the"], TargetLanguage::Vietnamese).is_none());
        let (length, words) =
            longest_translation(&["noi", "chien"], TargetLanguage::English).unwrap();
        assert_eq!((length, words[0].as_str()), (2, "civil war"));
    }
}
