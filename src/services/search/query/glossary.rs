//! Everyday words in English and Vietnamese (`schema/search/glossary.json`).
//!
//! Only asked when works in one language are looked for in words of the other: there a
//! translation is what is missing. Everywhere else names of concepts are enough, and everyday
//! words would only make noise.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::services::search::index::document::folded_words;

/// Words of the longest entry that is looked for.
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

/// Translations by folded words, one way.
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
            // Single syllables have too many meanings once their marks are gone.
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

/// Into which language words are to be translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Into {
    /// English words into Vietnamese.
    Vietnamese,
    /// Vietnamese words into English.
    English,
}

/// The longest run of these folded words, from the first on, that has translations, and these.
pub(crate) fn translated(words: &[&str], into: Into) -> Option<(usize, &'static [String])> {
    let lists = match into {
        Into::Vietnamese => &GLOSSARY.to_vietnamese,
        Into::English => &GLOSSARY.to_english,
    };
    (1..=words.len().min(MAX_WORDS)).rev().find_map(|length| {
        let run = words[..length].join(" ");
        let singular = || singulars(&run).find_map(|run| lists.get(&run));
        let found = lists
            .get(&run)
            .or_else(|| singular().filter(|_| into == Into::Vietnamese));
        found.map(|translations| (length, translations.as_slice()))
    })
}

/// What an English plural may be the plural of.
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
    use super::{Into, translated};

    #[test]
    fn the_longest_entry_is_taken_and_plurals_are_known() {
        let (length, words) = translated(&["civil", "wars", "began"], Into::Vietnamese).unwrap();
        assert_eq!((length, words[0].as_str()), (2, "nội chiến"));
        let (_, words) = translated(&["countries"], Into::Vietnamese).unwrap();
        assert!(words.contains(&"quốc gia".to_owned()));
        assert!(translated(&["the"], Into::Vietnamese).is_none());
        let (length, words) = translated(&["noi", "chien"], Into::English).unwrap();
        assert_eq!((length, words[0].as_str()), (2, "civil war"));
    }
}
