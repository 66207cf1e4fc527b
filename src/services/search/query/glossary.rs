//! Everyday words in English and Vietnamese (`schema/search/glossary/`).
//!
//! Used only when the query is in one language and the language filter selects the other. For other
//! queries the names of concepts are enough, and translations of everyday words add noise.
//!
//! Parsed once. Both directions are sorted lists that point into the embedded text: maps of owned
//! strings would take several times the memory. A malformed line fails a test and is skipped here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::base_forms::base_forms;
use super::glossary_file::lines;
use crate::services::search::analysis::{Spelling, folded_words};

/// Longest entry that is matched, in words.
const MAX_WORDS: usize = 6;
/// Most translations of one entry: those of the hand-written words and of the names together.
const MAX_TRANSLATIONS: usize = 4;

/// Written by hand.
const WORDS: &str = include_str!("../../../../schema/search/glossary/words.txt");
/// From the Unicode CLDR.
const NAMES: &str = include_str!("../../../../schema/search/glossary/names.txt");

/// Folded words with one translation.
type Entry = (Cow<'static, str>, &'static str);

/// Entries of one direction, sorted by their words; translations of the same words keep the order of
/// the files.
struct Entries(Vec<Entry>);

struct Glossary {
    to_vietnamese: Entries,
    to_english: Entries,
    /// Exact terms of the syllables of all translations, sorted.
    syllables: Vec<Box<str>>,
}

static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| {
    let mut to_vietnamese = Vec::new();
    let mut to_english = Vec::new();
    let mut syllables = BTreeSet::new();
    for (english, translations) in lines(WORDS).chain(lines(NAMES)).filter_map(Result::ok) {
        let words = folded(english);
        for vietnamese in translations {
            syllables.extend(vietnamese.split(' ').map(|word| Spelling::of(word).exact()));
            let back = folded(vietnamese);
            // Folded single syllables have too many meanings.
            if back.contains(' ') {
                to_english.push((back, english));
            }
            to_vietnamese.push((words.clone(), vietnamese));
        }
    }
    Glossary {
        to_vietnamese: Entries::sorted(to_vietnamese),
        to_english: Entries::sorted(to_english),
        syllables: syllables.into_iter().map(String::into_boxed_str).collect(),
    }
});

/// The folded words of a text; without a copy when they are the text.
fn folded(text: &'static str) -> Cow<'static, str> {
    let folded = folded_words(text);
    if folded == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(folded)
    }
}

/// The language to translate into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetLanguage {
    /// From English to Vietnamese.
    Vietnamese,
    /// From Vietnamese to English.
    English,
}

/// The length of the longest run of words that begins with the first of these folded words and has
/// translations, and these. English words are also found by their base forms.
pub(crate) fn longest_translation(
    words: &[&str],
    target: TargetLanguage,
) -> Option<(usize, Vec<&'static str>)> {
    match target {
        TargetLanguage::Vietnamese => longest_english_run(words),
        TargetLanguage::English => (1..=words.len().min(MAX_WORDS)).rev().find_map(|length| {
            let found = GLOSSARY.to_english.translations(&words[..length].join(" "));
            (!found.is_empty()).then_some((length, found))
        }),
    }
}

/// Everyday Vietnamese expressions of two or more words that have this folded form.
pub(crate) fn everyday_expressions(folded: &str) -> impl Iterator<Item = &'static str> {
    let entries = GLOSSARY.to_english.with_words(folded).iter();
    let translations = entries
        .flat_map(|(_, english)| GLOSSARY.to_vietnamese.translations(&folded_words(english)));
    translations.filter(move |expression| folded_words(expression) == folded)
}

/// Whether a word is a Vietnamese syllable or an English word of the glossary. A word typed without
/// diacritics is compared without.
pub(crate) fn is_known_word(word: &Spelling) -> bool {
    let exact = word.exact();
    let at = GLOSSARY.syllables.partition_point(|known| **known < *exact);
    let is_syllable = GLOSSARY.syllables.get(at).is_some_and(|known| {
        // Without diacritics the exact term is the beginning of those with.
        **known == *exact || (!word.is_marked() && known.starts_with(&exact))
    });
    is_syllable || longest_english_run(&[word.folded()]).is_some()
}

fn longest_english_run(words: &[&str]) -> Option<(usize, Vec<&'static str>)> {
    let (first, rest) = words.split_first()?;
    let forms: Vec<Vec<String>> = rest
        .iter()
        .take(MAX_WORDS - 1)
        .map(|word| base_forms(word))
        .collect();
    let is_form_of =
        |at: usize, word: &str| rest[at] == word || forms[at].iter().any(|base| base == word);
    let mut longest: Option<(usize, &str)> = None;
    let first_forms: Vec<String> = std::iter::once((*first).to_owned())
        .chain(base_forms(first))
        .collect();
    for form in &first_forms {
        for (entry, _) in GLOSSARY.to_vietnamese.beginning_with(form) {
            let further = entry[form.len()..].split_ascii_whitespace();
            let length = 1 + further.clone().count();
            let is_longer = longest.is_none_or(|(known, _)| length > known);
            let fits = length <= words.len().min(MAX_WORDS);
            if is_longer && fits && (0..).zip(further).all(|(at, word)| is_form_of(at, word)) {
                longest = Some((length, entry));
            }
        }
    }
    longest.map(|(length, entry)| (length, GLOSSARY.to_vietnamese.translations(entry)))
}

impl Entries {
    fn sorted(mut entries: Vec<Entry>) -> Self {
        // A stable sort: the most usual translation stays first.
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.shrink_to_fit();
        Self(entries)
    }

    fn with_words(&self, words: &str) -> &[Entry] {
        let from = self.0.partition_point(|(known, _)| **known < *words);
        let length = self.0[from..].partition_point(|(known, _)| known == words);
        &self.0[from..from + length]
    }

    fn translations(&self, words: &str) -> Vec<&'static str> {
        let mut found: Vec<&str> = Vec::new();
        for (_, translation) in self.with_words(words) {
            if !found.contains(translation) && found.len() < MAX_TRANSLATIONS {
                found.push(translation);
            }
        }
        found
    }

    /// Entries whose first word is this one.
    fn beginning_with<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a Entry> {
        let from = self.0.partition_point(|(known, _)| **known < *word);
        self.0[from..].iter().take_while(move |(known, _)| {
            let rest = known.strip_prefix(word);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::glossary_file::lines;
    use super::{
        NAMES, TargetLanguage, WORDS, everyday_expressions, is_known_word, longest_translation,
    };
    use crate::services::search::analysis::Spelling;

    const IRREGULAR: &str = include_str!("../../../../schema/search/glossary/irregular-forms.txt");

    #[test]
    fn every_line_of_the_glossary_is_well_formed() {
        for (file, text) in [("words", WORDS), ("names", NAMES), ("forms", IRREGULAR)] {
            let malformed: Vec<String> = lines(text)
                .filter_map(Result::err)
                .map(|line| line.to_string())
                .collect();
            assert_eq!(malformed, Vec::<String>::new(), "{file}");
        }
        assert!(lines(WORDS).count() > 4_000);
    }

    #[test]
    fn no_stop_word_has_an_entry() {
        let lists: serde_json::Value =
            serde_json::from_str(include_str!("../../../../schema/search/stop-words.json"))
                .unwrap();
        let stop_words = lists["en"].as_array().unwrap();
        let heads = lines(WORDS).chain(lines(NAMES)).flatten();
        let found: Vec<&str> = heads
            .map(|(head, _)| head)
            .filter(|head| stop_words.iter().any(|word| word == head))
            .collect();
        assert_eq!(found, Vec::<&str>::new());
    }

    #[test]
    fn every_irregular_form_leads_to_an_entry() {
        let lost: Vec<_> = lines(IRREGULAR)
            .flatten()
            .filter(|(_, bases)| longest_translation(bases, TargetLanguage::Vietnamese).is_none())
            .collect();
        assert_eq!(lost, Vec::new());
    }

    #[test]
    fn the_longest_entry_is_taken_whatever_the_form_of_its_words() {
        for (words, length, translation) in [
            (vec!["civil", "wars", "began"], 2, "nội chiến"),
            (vec!["civil", "engineer"], 1, "dân sự"),
            (vec!["countries"], 1, "quốc gia"),
            (vec!["children", "rights"], 1, "trẻ em"),
            (vec!["brought"], 1, "mang lại"),
            (vec!["took", "place", "in"], 2, "diễn ra"),
            (vec!["january"], 1, "tháng 1"),
            (vec!["germany"], 1, "đức"),
        ] {
            let (found, translations) =
                longest_translation(&words, TargetLanguage::Vietnamese).unwrap();
            assert_eq!(found, length, "{words:?}");
            assert!(translations.contains(&translation), "{translations:?}");
        }
        for words in [vec!["the"], vec!["xyz"], vec![]] {
            assert_eq!(
                longest_translation(&words, TargetLanguage::Vietnamese),
                None
            );
        }
        let (length, words) =
            longest_translation(&["noi", "chien"], TargetLanguage::English).unwrap();
        assert_eq!((length, words), (2, vec!["civil war"]));
    }

    #[test]
    fn syllables_and_english_words_are_known() {
        for (word, is_known) in [
            ("phim", true),
            ("nước", true),
            ("nuoc", true),
            ("nướk", false),
            ("nuớc", false),
            ("countries", true),
            ("quyeb", false),
        ] {
            assert_eq!(is_known_word(&Spelling::of(word)), is_known, "{word}");
        }
    }

    #[test]
    fn everyday_expressions_keep_their_diacritics() {
        let found: Vec<&str> = everyday_expressions("dieu tri").collect();
        assert!(found.contains(&"điều trị"), "{found:?}");
        assert_eq!(everyday_expressions("kbang").count(), 0);
    }
}
