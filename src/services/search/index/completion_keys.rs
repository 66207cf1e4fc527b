//! The keys under which a title is indexed for completion: its folded words, starting at each of
//! the first words.

use crate::services::search::analysis::char_boundary::floor_char_boundary;
use crate::services::search::analysis::folded_words;

/// Words of a title at which a typed prefix may start.
const MAX_STARTS: usize = 3;
/// Longest key, in bytes: long enough to distinguish titles, short enough that many share one.
const KEY_BYTES: usize = 24;

/// The index terms of a title.
pub(crate) fn completion_keys(title: &str) -> Vec<String> {
    let words = folded_words(title);
    suffixes(&words)
        .map(|suffix| completion_key(suffix).to_owned())
        .collect()
}

/// The part of a folded text that is compared with index terms.
pub(crate) fn completion_key(words: &str) -> &str {
    &words[..floor_char_boundary(words, KEY_BYTES)]
}

/// Whether a folded prefix matches a title at one of its first words.
pub(crate) fn completes(title: &str, prefix: &str) -> bool {
    suffixes(&folded_words(title)).any(|suffix| suffix.starts_with(prefix))
}

fn suffixes(words: &str) -> impl Iterator<Item = &str> {
    let starts = words.match_indices(' ').map(|(at, _)| at + 1);
    let starts = std::iter::once(0).chain(starts).take(MAX_STARTS);
    starts.map(|start| &words[start..])
}
