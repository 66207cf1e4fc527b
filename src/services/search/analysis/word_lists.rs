//! Stop words and acronyms, embedded from `schema/search/`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Spelling;

/// Names of the same thing (ISO 25964), as listed in `acronyms.json`.
pub(crate) type SynonymRing = Vec<String>;

#[derive(Deserialize)]
struct StopWords {
    vi: Vec<String>,
    en: Vec<String>,
}

#[derive(Deserialize)]
struct Acronyms {
    rings: Vec<SynonymRing>,
}

#[derive(Default)]
struct StopWordSet {
    exact: BTreeSet<String>,
    folded: BTreeSet<String>,
}

#[expect(
    clippy::expect_used,
    reason = "a test reads the embedded file; it cannot change after the build"
)]
static STOP_WORDS: LazyLock<StopWordSet> = LazyLock::new(|| {
    let lists: StopWords =
        serde_json::from_str(include_str!("../../../../schema/search/stop-words.json"))
            .expect("schema/search/stop-words.json is well-formed");
    let mut set = StopWordSet::default();
    for word in lists.vi.iter().chain(&lists.en) {
        let spelling = Spelling::of(word);
        set.exact.insert(spelling.exact());
        set.folded.insert(spelling.folded().to_owned());
    }
    set
});

#[expect(
    clippy::expect_used,
    reason = "a test reads the embedded file; it cannot change after the build"
)]
static ACRONYMS: LazyLock<Vec<SynonymRing>> = LazyLock::new(|| {
    let file: Acronyms =
        serde_json::from_str(include_str!("../../../../schema/search/acronyms.json"))
            .expect("schema/search/acronyms.json is well-formed");
    file.rings
});

/// Whether a word is a stop word. A word with diacritics must match exactly ("lá" is no stop word,
/// "là" is); one without is compared in folded form.
pub(crate) fn is_stop_word(word: &Spelling) -> bool {
    if word.is_marked() {
        STOP_WORDS.exact.contains(&word.exact())
    } else {
        STOP_WORDS.folded.contains(word.folded())
    }
}

/// The acronyms, each with its full names.
pub(crate) fn acronyms() -> &'static [SynonymRing] {
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
