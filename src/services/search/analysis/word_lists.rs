//! Word lists kept as data: stop words and acronyms (`schema/search/`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Spelling;

/// Names of the same thing, as written in `acronyms.json`.
pub(crate) type Ring = Vec<String>;

#[derive(Deserialize)]
struct StopWords {
    vi: Vec<String>,
    en: Vec<String>,
}

#[derive(Deserialize)]
struct Acronyms {
    rings: Vec<Ring>,
}

#[derive(Default)]
struct Known {
    exact: BTreeSet<String>,
    folded: BTreeSet<String>,
}

#[expect(
    clippy::expect_used,
    reason = "a test reads the embedded file; it cannot change after the build"
)]
static STOP_WORDS: LazyLock<Known> = LazyLock::new(|| {
    let lists: StopWords =
        serde_json::from_str(include_str!("../../../../schema/search/stop-words.json"))
            .expect("schema/search/stop-words.json is well-formed");
    let mut known = Known::default();
    for word in lists.vi.iter().chain(&lists.en) {
        let spelling = Spelling::of(word);
        known.exact.insert(spelling.exact());
        known.folded.insert(spelling.folded().to_owned());
    }
    known
});

#[expect(
    clippy::expect_used,
    reason = "a test reads the embedded file; it cannot change after the build"
)]
static ACRONYMS: LazyLock<Vec<Ring>> = LazyLock::new(|| {
    let file: Acronyms =
        serde_json::from_str(include_str!("../../../../schema/search/acronyms.json"))
            .expect("schema/search/acronyms.json is well-formed");
    file.rings
});

/// Whether a word of a query only carries grammar. A word with marks must match with them
/// ("lá" is no stop word, "là" is); one without marks is compared without.
pub(crate) fn is_stop_word(word: &Spelling) -> bool {
    if word.is_marked() {
        STOP_WORDS.exact.contains(&word.exact())
    } else {
        STOP_WORDS.folded.contains(word.folded())
    }
}

/// The acronyms with what they stand for.
pub(crate) fn acronyms() -> &'static [Ring] {
    &ACRONYMS
}

#[cfg(test)]
mod tests {
    use super::{Spelling, acronyms, is_stop_word};

    #[test]
    fn stop_words_with_marks_must_match_with_them() {
        for (word, expected) in [
            ("là", true),
            ("la", true),
            ("lá", false),
            ("của", true),
            ("quyền", false),
        ] {
            assert_eq!(is_stop_word(&Spelling::of(word)), expected, "{word}");
        }
    }

    #[test]
    fn every_ring_has_at_least_two_names() {
        assert!(acronyms().iter().all(|ring| ring.len() > 1));
    }
}
