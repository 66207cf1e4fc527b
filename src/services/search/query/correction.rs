//! What a mistyped word may have meant.
//!
//! A word is suspect when no work has it, or when hardly a work has it beside either of its
//! neighbours. Candidates are the words one keystroke away (Damerau 1964) and those that
//! Vietnamese writers confuse (s/x, ch/tr, d/gi/r, l/n, final n/ng/nh, t/c). They are ranked by
//! how often they stand beside the neighbours: a fuzzy query gives every match the same score and
//! cannot tell.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::parser::Word;
use crate::services::search::snapshot::term_stats::Lexicon;

/// Candidates kept for a word, best first.
const KEPT: usize = 3;
/// Suspect words looked into in one query: each costs some hundred dictionary look-ups.
const MAX_SUSPECTS: usize = 8;
/// Two words stand side by side by chance in one of so many works.
const COINCIDENCE: u64 = 2_500;
/// A word that stands beside its neighbours by chance is doubted in favour of one that does so
/// this many times as often.
const CLEARLY: u64 = 8;
/// Words shorter than this are left alone: everything is one keystroke away from them. Longer
/// ones than this are no words, and each of their letters costs another 53 look-ups.
const LETTERS: RangeInclusive<usize> = 2..=20;

/// What a word may have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Correction {
    /// Which word of the query.
    pub(crate) word: usize,
    /// Folded candidates, best first.
    pub(crate) candidates: Vec<String>,
    /// No work has the word as typed.
    pub(crate) is_unknown: bool,
}

/// Looks for corrections of the words of a query.
pub(crate) fn corrections(words: &[Word], lexicon: &Lexicon<'_>) -> Vec<Correction> {
    let suspects = (0..words.len()).filter(|at| is_suspect(words, *at, lexicon));
    let mut found = Vec::new();
    for at in suspects.take(MAX_SUSPECTS) {
        let is_unknown = lexicon.works_with_word(words[at].folded()) == 0;
        let candidates = candidates(words, at, is_unknown, lexicon);
        if !candidates.is_empty() {
            found.push(Correction {
                word: at,
                candidates,
                is_unknown,
            });
        }
    }
    found
}

fn neighbours(words: &[Word], at: usize) -> (Option<&str>, Option<&str>) {
    let word = |i: usize| {
        words
            .get(i)
            .filter(|w| !w.is_whole_number)
            .map(Word::folded)
    };
    (at.checked_sub(1).and_then(word), word(at + 1))
}

fn support(before: Option<&str>, folded: &str, after: Option<&str>, lexicon: &Lexicon<'_>) -> u64 {
    before.map_or(0, |b| lexicon.works_with_pair(b, folded))
        + after.map_or(0, |a| lexicon.works_with_pair(folded, a))
}

fn is_suspect(words: &[Word], at: usize, lexicon: &Lexicon<'_>) -> bool {
    let word = &words[at];
    let folded = word.folded();
    let is_word = LETTERS.contains(&folded.len()) && folded.bytes().all(|b| b.is_ascii_lowercase());
    if word.is_stop || word.is_whole_number || !is_word {
        return false;
    }
    let (before, after) = neighbours(words, at);
    let is_alone = before.is_none() && after.is_none();
    lexicon.works_with_word(folded) == 0
        || (!is_alone && support(before, folded, after, lexicon) <= lexicon.works() / COINCIDENCE)
}

/// The best candidates by support from the neighbours, then by frequency. A word that exists is
/// only doubted in favour of one that stands beside a neighbour.
fn candidates(words: &[Word], at: usize, is_unknown: bool, lexicon: &Lexicon<'_>) -> Vec<String> {
    let typed = words[at].folded();
    let (before, after) = neighbours(words, at);
    let enough = if is_unknown {
        0
    } else {
        1 + CLEARLY * support(before, typed, after, lexicon)
    };
    let mut near = one_keystroke_away(typed);
    near.extend(confused_with(typed));
    near.remove(typed);
    let mut ranked: Vec<(u64, u64, String)> = near
        .into_iter()
        .filter(|candidate| lexicon.may_have_word(candidate))
        .filter_map(|candidate| {
            let works = lexicon.works_with_word(&candidate);
            let beside = if works == 0 {
                0
            } else {
                support(before, &candidate, after, lexicon)
            };
            (works > 0 && beside >= enough).then_some((beside, works, candidate))
        })
        .collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    ranked.truncate(KEPT);
    ranked
        .into_iter()
        .map(|(.., candidate)| candidate)
        .collect()
}

/// All words one insertion, deletion, replacement or exchange of neighbours away.
fn one_keystroke_away(word: &str) -> BTreeSet<String> {
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

/// Sounds that one ear or dialect does not tell apart.
const BEGINNINGS: [[&str; 2]; 7] = [
    ["s", "x"],
    ["ch", "tr"],
    ["d", "gi"],
    ["d", "r"],
    ["gi", "r"],
    ["l", "n"],
    ["v", "d"],
];
const ENDINGS: [[&str; 2]; 4] = [["n", "ng"], ["t", "c"], ["n", "nh"], ["ch", "t"]];

fn confused_with(word: &str) -> Vec<String> {
    let mut others = Vec::new();
    for [a, b] in BEGINNINGS {
        for (from, to) in [(a, b), (b, a)] {
            others.extend(word.strip_prefix(from).map(|rest| format!("{to}{rest}")));
        }
    }
    for [a, b] in ENDINGS {
        for (from, to) in [(a, b), (b, a)] {
            others.extend(word.strip_suffix(from).map(|rest| format!("{rest}{to}")));
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::{confused_with, one_keystroke_away};

    #[test]
    fn slips_and_confusions_reach_the_word_meant() {
        for (typed, meant) in [
            ("quyeb", "quyen"),
            ("htanh", "thanh"),
            ("quyn", "quyen"),
            ("quyyen", "quyen"),
        ] {
            assert!(one_keystroke_away(typed).contains(meant), "{typed}");
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
        assert!(one_keystroke_away("a").iter().all(|word| !word.is_empty()));
    }
}
