//! Repairs a query: decodes words typed with the input method off, splits numbers typed without
//! spaces, and corrects mistyped words.

use super::correction::{Correction, corrections};
use super::expansion::Expansion;
use super::parser::Word;
use super::telex::decoded;
use crate::services::search::analysis::{Spelling, display_form};
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// How the query was interpreted; part of the response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interpretation {
    /// The repaired text that was searched instead of, or in addition to, the typed one. With
    /// `verbatim` the typed text is searched.
    pub showing_results_for: Option<String>,
    /// A possible correction; its words were searched with a lower weight.
    pub did_you_mean: Option<String>,
    /// Names that were added.
    pub expansions: Vec<Expansion>,
}

/// The words of a query after repair.
#[derive(Debug, Clone, Default)]
pub(crate) struct RepairedQuery {
    /// The words, decoded where the input method was off.
    pub(crate) words: Vec<Word>,
    /// Candidates for mistyped words.
    pub(crate) corrections: Vec<Correction>,
    /// Some word was decoded or split.
    pub(crate) is_rewritten: bool,
}

/// Repairs the words of a query unless `verbatim` is set.
pub(crate) fn repaired(
    words: Vec<Word>,
    verbatim: bool,
    dictionary: &TermDictionary<'_>,
) -> RepairedQuery {
    if verbatim {
        return RepairedQuery {
            words,
            ..RepairedQuery::default()
        };
    }
    let (words, is_decoded) = decode_keystrokes(words, dictionary);
    let (words, is_split) = split_numbers(words, dictionary);
    let corrections = corrections(&words, dictionary);
    RepairedQuery {
        words,
        corrections,
        is_rewritten: is_decoded || is_split,
    }
}

/// Fewest digits of a telephone number that is typed without spaces.
const MIN_SPLIT_DIGITS: usize = 6;
/// Fewest digits of its parts.
const MIN_PART_DIGITS: usize = 3;
/// Digits between the separators of a large number.
const GROUP_DIGITS: usize = 3;

/// Splits numbers that no work contains when some work contains the parts side by side: "18001567" is "1800 1567",
/// "1250000" is "1.250.000".
fn split_numbers(words: Vec<Word>, dictionary: &TermDictionary<'_>) -> (Vec<Word>, bool) {
    let count = words.len();
    let mut split = Vec::with_capacity(count);
    for word in words {
        match number_parts(&word, dictionary) {
            Some(parts) => split.extend(parts.into_iter().map(|part| Word::new(part, false))),
            None => split.push(word),
        }
    }
    let is_split = split.len() > count;
    (split, is_split)
}

fn number_parts<'a>(word: &'a Word, dictionary: &TermDictionary<'_>) -> Option<Vec<&'a str>> {
    let digits = word.typed.as_str();
    let is_number = digits.len() > GROUP_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number || dictionary.works_with_word(digits) > 0 {
        return None;
    }
    let is_known = |parts: &Vec<&str>| {
        let mut pairs = parts.windows(2);
        pairs.all(|pair| dictionary.works_with_pair(pair[0], pair[1]) > 0)
    };
    let halves = (MIN_PART_DIGITS..=digits.len().saturating_sub(MIN_PART_DIGITS))
        .filter(|_| digits.len() >= MIN_SPLIT_DIGITS)
        .map(|at| vec![&digits[..at], &digits[at..]]);
    halves.chain([groups(digits)]).find(is_known)
}

/// Groups of three digits from the right.
fn groups(digits: &str) -> Vec<&str> {
    let first = (digits.len() - 1) % GROUP_DIGITS + 1;
    let (first, rest) = digits.split_at(first);
    let rest = (0..rest.len()).step_by(GROUP_DIGITS);
    let rest = rest.map(|at| &digits[first.len() + at..first.len() + at + GROUP_DIGITS]);
    std::iter::once(first).chain(rest).collect()
}

/// Decodes the words as Telex or VNI keystrokes when the query has no diacritics, and at least half of
/// the words that no work contains decode to words that some work contains.
fn decode_keystrokes(words: Vec<Word>, dictionary: &TermDictionary<'_>) -> (Vec<Word>, bool) {
    if words.iter().any(|word| word.spelling.is_marked()) {
        return (words, false);
    }
    let decoded_words: Vec<Option<Spelling>> = words
        .iter()
        .map(|word| decoded_word(word, dictionary))
        .collect();
    let is_unknown =
        |word: &Word| !word.is_document_number && dictionary.works_with_word(word.folded()) == 0;
    let unknown = words.iter().filter(|word| is_unknown(word)).count();
    let read = words
        .iter()
        .zip(&decoded_words)
        .filter(|(word, r)| r.is_some() && is_unknown(word))
        .count();
    if read == 0 || 2 * read < unknown {
        return (words, false);
    }
    let replaced = words
        .into_iter()
        .zip(decoded_words)
        .map(|(word, decoded_word)| match decoded_word {
            Some(spelling) if is_better(&word, &spelling, dictionary) => {
                Word::new(&display_form(&spelling.exact()), false)
            }
            _ => word,
        });
    (replaced.collect(), true)
}

fn decoded_word(word: &Word, dictionary: &TermDictionary<'_>) -> Option<Spelling> {
    decoded(&word.typed).filter(|spelling| dictionary.works_with_exact(&spelling.exact()) > 0)
}

fn is_better(word: &Word, decoded_word: &Spelling, dictionary: &TermDictionary<'_>) -> bool {
    dictionary.works_with_exact(&decoded_word.exact()) > dictionary.works_with_word(word.folded())
}

/// Reports the repairs and expansions. `display` returns a folded word in its written form.
pub(crate) fn interpretation(
    repaired: &RepairedQuery,
    expansions: Vec<Expansion>,
    display: impl Fn(&str) -> String,
) -> Interpretation {
    let mut interpretation = Interpretation {
        expansions,
        ..Interpretation::default()
    };
    let mut text: Vec<String> = Vec::new();
    let mut is_certain = false;
    for (at, word) in repaired.words.iter().enumerate() {
        let mut reported = repaired.corrections.iter().filter(|c| c.is_reported);
        let correction = reported.find(|c| c.word == at);
        is_certain |= correction.is_some_and(|c| c.is_unknown);
        let best = correction.and_then(|c| c.candidates.first());
        if !word.is_document_number {
            text.push(best.map_or_else(|| word.typed.clone(), |candidate| display(candidate)));
        }
    }
    let text = text.join(" ");
    if repaired.is_rewritten || is_certain {
        interpretation.showing_results_for = Some(text);
    } else if repaired.corrections.iter().any(|c| c.is_reported) {
        interpretation.did_you_mean = Some(text);
    }
    interpretation
}
