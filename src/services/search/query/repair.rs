//! Repairs before searching: words typed with the input method off, and mistyped words.

use super::correction::Correction;
use super::correction::corrections;
use super::expansion::Expansion;
use super::parser::Word;
use super::telex::decoded;
use crate::services::search::analysis::Spelling;
use crate::services::search::analysis::written;
use crate::services::search::snapshot::term_stats::Lexicon;

/// How the query was understood: told with the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interpretation {
    /// Results are shown for this instead of (or beside) what was typed. Asking again with
    /// `verbatim` insists on the typed text.
    pub showing_results_for: Option<String>,
    /// Perhaps this was meant; it was counted in with a lower weight.
    pub did_you_mean: Option<String>,
    /// Names that were added.
    pub expansions: Vec<Expansion>,
}

/// The words to search after repair.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repaired {
    /// The words, replaced where the input method was off.
    pub(crate) words: Vec<Word>,
    /// Further candidates for mistyped words.
    pub(crate) corrections: Vec<Correction>,
    /// Some word was replaced.
    pub(crate) is_rescued: bool,
}

/// Repairs the words of a query; `verbatim` leaves them alone.
pub(crate) fn repaired(words: Vec<Word>, verbatim: bool, lexicon: &Lexicon<'_>) -> Repaired {
    if verbatim {
        return Repaired {
            words,
            ..Repaired::default()
        };
    }
    let (words, is_rescued) = rescued(words, lexicon);
    let corrections = corrections(&words, lexicon);
    Repaired {
        words,
        corrections,
        is_rescued,
    }
}

/// When a query without marks has words nobody knows, and half of these are Telex or VNI for
/// words that are known, its words are read as keystrokes.
fn rescued(words: Vec<Word>, lexicon: &Lexicon<'_>) -> (Vec<Word>, bool) {
    if words.iter().any(|word| word.spelling.is_marked()) {
        return (words, false);
    }
    let readings: Vec<Option<Spelling>> = words.iter().map(|word| reading(word, lexicon)).collect();
    let is_unknown =
        |word: &Word| !word.is_whole_number && lexicon.works_with_word(word.folded()) == 0;
    let unknown = words.iter().filter(|word| is_unknown(word)).count();
    let read = words
        .iter()
        .zip(&readings)
        .filter(|(word, r)| r.is_some() && is_unknown(word))
        .count();
    if read == 0 || 2 * read < unknown {
        return (words, false);
    }
    let replaced = words
        .into_iter()
        .zip(readings)
        .map(|(word, reading)| match reading {
            Some(spelling) if is_better(&word, &spelling, lexicon) => {
                Word::new(&written(&spelling.exact()), false)
            }
            _ => word,
        });
    (replaced.collect(), true)
}

fn reading(word: &Word, lexicon: &Lexicon<'_>) -> Option<Spelling> {
    decoded(&word.typed).filter(|spelling| lexicon.works_with_exact(&spelling.exact()) > 0)
}

fn is_better(word: &Word, reading: &Spelling, lexicon: &Lexicon<'_>) -> bool {
    lexicon.works_with_exact(&reading.exact()) > lexicon.works_with_word(word.folded())
}

/// Tells the caller what was done. `surface` gives a folded word as the found works write it.
pub(crate) fn interpretation(
    repaired: &Repaired,
    expansions: Vec<Expansion>,
    surface: impl Fn(&str) -> String,
) -> Interpretation {
    let mut told = Interpretation {
        expansions,
        ..Interpretation::default()
    };
    let mut text: Vec<String> = Vec::new();
    let mut is_sure = false;
    for (at, word) in repaired.words.iter().enumerate() {
        let correction = repaired.corrections.iter().find(|c| c.word == at);
        is_sure |= correction.is_some_and(|c| c.is_unknown);
        let best = correction.and_then(|c| c.candidates.first());
        if !word.is_whole_number {
            text.push(best.map_or_else(|| word.typed.clone(), |candidate| surface(candidate)));
        }
    }
    let text = text.join(" ");
    if repaired.is_rescued || is_sure {
        told.showing_results_for = Some(text);
    } else if !repaired.corrections.is_empty() {
        told.did_you_mean = Some(text);
    }
    told
}
