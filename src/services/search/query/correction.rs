//! Spelling correction of the words of a query.
//!
//! A word is suspect when no work contains it, or when hardly any work contains it next to one of
//! its neighbours in the query. Candidates are the words at Damerau-Levenshtein distance 1 (Damerau
//! 1964) and those that Vietnamese writers confuse (s/x, ch/tr, d/gi/r, l/n, final n/ng/nh, t/c).
//! They are ranked by how often they occur next to the neighbours; the equal scores of a fuzzy query
//! could not rank them.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::base_forms::differ_by_ending;
use super::glossary::is_known_word;
use super::parser::Word;
use crate::services::search::analysis::{Spelling, is_stop_word};
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// Most candidates for a word.
const MAX_CANDIDATES: usize = 3;
/// Most words corrected in one query: each costs some hundred dictionary look-ups.
const MAX_SUSPECTS: usize = 8;
/// Two unrelated words occur next to each other in about one in this many works.
const CHANCE_PAIR_WORKS: u64 = 2_500;
/// An existing word is replaced only by a candidate that occurs next to its neighbours more than this
/// many times as often.
const MIN_SUPPORT_RATIO: u64 = 8;
/// Lengths of words that are corrected, in letters. Nearly every short word is at distance 1 from a
/// single letter; longer strings are no words, and each letter costs another 53 look-ups.
const CORRECTED_LENGTHS: RangeInclusive<usize> = 2..=20;

/// The candidates for one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Correction {
    /// Index of the word in the query.
    pub(crate) word: usize,
    /// Folded candidates, best first.
    pub(crate) candidates: Vec<String>,
    /// No work contains the word as typed.
    pub(crate) is_unknown: bool,
    /// It is certain enough to be reported, and not only added to the scored terms.
    pub(crate) is_reported: bool,
}

/// Finds corrections of the words of a query.
pub(crate) fn corrections(words: &[Word], dictionary: &TermDictionary<'_>) -> Vec<Correction> {
    let suspects = (0..words.len()).filter(|at| is_suspect(words, *at, dictionary));
    let mut found = Vec::new();
    for at in suspects.take(MAX_SUSPECTS) {
        let is_unknown = dictionary.works_with_word(words[at].folded()) == 0;
        let candidates = candidates(words, at, is_unknown, dictionary);
        if !candidates.is_empty() {
            let is_reported = is_certain(words, at, &candidates[0], is_unknown, dictionary);
            found.push(Correction {
                word: at,
                candidates,
                is_unknown,
                is_reported,
            });
        }
    }
    found
}

fn neighbours(words: &[Word], at: usize) -> (Option<&str>, Option<&str>) {
    let word = |i: usize| {
        words
            .get(i)
            .filter(|w| !w.is_document_number)
            .map(Word::folded)
    };
    (at.checked_sub(1).and_then(word), word(at + 1))
}

fn support(
    before: Option<&str>,
    folded: &str,
    after: Option<&str>,
    dictionary: &TermDictionary<'_>,
) -> u64 {
    before.map_or(0, |b| dictionary.works_with_pair(b, folded))
        + after.map_or(0, |a| dictionary.works_with_pair(folded, a))
}

fn is_suspect(words: &[Word], at: usize, dictionary: &TermDictionary<'_>) -> bool {
    let word = &words[at];
    let folded = word.folded();
    let is_word =
        CORRECTED_LENGTHS.contains(&folded.len()) && folded.bytes().all(|b| b.is_ascii_lowercase());
    if word.is_stop_word || word.is_document_number || !is_word {
        return false;
    }
    let (before, after) = neighbours(words, at);
    let is_alone = before.is_none() && after.is_none();
    dictionary.works_with_word(folded) == 0
        || (!is_alone
            && support(before, folded, after, dictionary) <= dictionary.works() / CHANCE_PAIR_WORKS)
}

/// A word without diacritics that occurs in more than one in this many works is right.
const COMMON_WORD_SHARE: u64 = 190;
/// A word with diacritics that occurs so written in more than one in this many works is right.
const COMMON_EXACT_SHARE: u64 = 1_900;
/// A candidate for a word that exists occurs next to a neighbour in at least one in this many works.
const COMMON_PAIR_SHARE: u64 = 950;
/// Lengths of acronyms, in letters.
const ACRONYM_LENGTHS: RangeInclusive<usize> = 2..=6;

/// Whether the best candidate is more than a guess.
fn is_certain(
    words: &[Word],
    at: usize,
    candidate: &str,
    is_unknown: bool,
    dictionary: &TermDictionary<'_>,
) -> bool {
    let word = &words[at];
    let is_guess = is_acronym(words, at)
        || is_stop_word(&Spelling::of(candidate))
        || differ_by_ending(word.folded(), candidate);
    let all = dictionary.works();
    // A small collection lacks many right words, and counts of the others tell nothing.
    let is_missing = is_unknown || all < COMMON_EXACT_SHARE;
    if is_guess || (is_missing && is_known_word(&word.spelling)) {
        return false;
    }
    if is_unknown {
        return true;
    }
    let is_rare = if word.spelling.is_marked() {
        dictionary.works_with_exact(&word.spelling.exact()) * COMMON_EXACT_SHARE < all
    } else {
        dictionary.works_with_word(word.folded()) * COMMON_WORD_SHARE < all
    };
    let (before, after) = neighbours(words, at);
    is_rare && support(before, candidate, after, dictionary) * COMMON_PAIR_SHARE >= all
}

/// A short word in capitals among others that are not.
fn is_acronym(words: &[Word], at: usize) -> bool {
    let is_in_capitals = |word: &Word| word.typed.chars().all(char::is_uppercase);
    ACRONYM_LENGTHS.contains(&words[at].typed.chars().count())
        && is_in_capitals(&words[at])
        && (words.len() == 1 || !words.iter().all(is_in_capitals))
}

/// The candidates, ordered by how often they occur next to the neighbours, then by frequency. For a
/// word that exists, only those that occur next to a neighbour.
fn candidates(
    words: &[Word],
    at: usize,
    is_unknown: bool,
    dictionary: &TermDictionary<'_>,
) -> Vec<String> {
    let typed = words[at].folded();
    let (before, after) = neighbours(words, at);
    let min_support = if is_unknown {
        0
    } else {
        1 + MIN_SUPPORT_RATIO * support(before, typed, after, dictionary)
    };
    let mut near = at_distance_one(typed);
    near.extend(confused_with(typed));
    near.remove(typed);
    let mut ranked: Vec<(u64, u64, String)> = near
        .into_iter()
        .filter(|candidate| dictionary.may_contain_word(candidate))
        .filter_map(|candidate| {
            let works = dictionary.works_with_word(&candidate);
            let beside = if works == 0 {
                0
            } else {
                support(before, &candidate, after, dictionary)
            };
            (works > 0 && beside >= min_support).then_some((beside, works, candidate))
        })
        .collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    ranked.truncate(MAX_CANDIDATES);
    ranked
        .into_iter()
        .map(|(.., candidate)| candidate)
        .collect()
}

/// All strings at one insertion, deletion, replacement or transposition of adjacent letters.
fn at_distance_one(word: &str) -> BTreeSet<String> {
    let mut near = BTreeSet::new();
    for at in 0..=word.len() {
        let (head, tail) = word.split_at(at);
        let behind = tail.get(1..).unwrap_or("");
        if !tail.is_empty() {
            near.insert(format!("{head}{behind}"));
        }
        if let [a, b, ..] = tail.as_bytes() {
            near.insert(format!(
                "{head}{}{}{}",
                char::from(*b),
                char::from(*a),
                &tail[2..]
            ));
        }
        for letter in 'a'..='z' {
            near.insert(format!("{head}{letter}{tail}"));
            if !tail.is_empty() {
                near.insert(format!("{head}{letter}{behind}"));
            }
        }
    }
    near.remove("");
    near
}

/// Initials that some dialects do not distinguish.
const CONFUSED_INITIALS: [[&str; 2]; 7] = [
    ["s", "x"],
    ["ch", "tr"],
    ["d", "gi"],
    ["d", "r"],
    ["gi", "r"],
    ["l", "n"],
    ["v", "d"],
];
/// Finals that some dialects do not distinguish.
const CONFUSED_FINALS: [[&str; 2]; 4] = [["n", "ng"], ["t", "c"], ["n", "nh"], ["ch", "t"]];

fn confused_with(word: &str) -> Vec<String> {
    let mut others = Vec::new();
    for [a, b] in CONFUSED_INITIALS {
        for (from, to) in [(a, b), (b, a)] {
            others.extend(word.strip_prefix(from).map(|rest| format!("{to}{rest}")));
        }
    }
    for [a, b] in CONFUSED_FINALS {
        for (from, to) in [(a, b), (b, a)] {
            others.extend(word.strip_suffix(from).map(|rest| format!("{rest}{to}")));
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::{at_distance_one, confused_with};

    #[test]
    fn typing_errors_and_confusions_reach_the_intended_word() {
        for (typed, meant) in [
            ("quyeb", "quyen"),
            ("htanh", "thanh"),
            ("quyn", "quyen"),
            ("quyyen", "quyen"),
        ] {
            assert!(at_distance_one(typed).contains(meant), "{typed}");
        }
        for (typed, meant) in [
            ("xu", "su"),
            ("truyen", "chuyen"),
            ("gianh", "ranh"),
            ("khut", "khuc"),
            ("tha", "tha"),
        ] {
            assert!(
                meant == typed || confused_with(typed).iter().any(|w| w == meant),
                "{typed}"
            );
        }
        assert!(at_distance_one("a").iter().all(|word| !word.is_empty()));
    }
}
