//! Where in a text the words of a query stand, and the best piece of it to show.
//!
//! Highlights are byte ranges of the piece, so that whoever shows it escapes the text first and
//! no mark is ever torn from its letter. Where a word stands in the very form that was typed,
//! other forms of it nearby are not lit: asking for "má" does not light "ma".

use std::collections::HashMap;
use std::ops::Range;

use crate::services::search::analysis::Cut;
use crate::services::search::analysis::Cutter;
use crate::services::search::analysis::Spelling;
use crate::services::search::analysis::initial;

/// Longest piece, in bytes of text.
const PIECE_BYTES: usize = 320;
/// Longest way back to the beginning of a sentence, in bytes.
const SENTENCE_BYTES: usize = 80;

/// A piece of a text with the places of the words in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it lies in the whole text, in bytes.
    pub range: Range<usize>,
    /// The piece, as it stands in the text.
    pub text: String,
    /// Bytes of `text` to light up, ascending, not touching each other's insides.
    pub highlights: Vec<Range<usize>>,
}

/// What is lit up, and how much each word counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Highlighter {
    words: HashMap<String, Wanted>,
    /// First letters of the words: most words of a text need no closer look.
    initials: Vec<char>,
}

#[derive(Debug, Clone, Default)]
struct Wanted {
    weight: f32,
    /// The exact forms that were typed; empty when the word was typed without marks.
    exact: Vec<String>,
}

#[derive(Debug, Clone)]
struct Match {
    span: Range<usize>,
    folded: String,
    weight: f32,
    is_exact: bool,
}

impl Highlighter {
    /// Wants a word, in its exact form if it was typed with marks.
    pub(crate) fn want(&mut self, folded: &str, exact: Option<String>, weight: f32) {
        if let Some(first) = folded.chars().next()
            && !self.initials.contains(&first)
        {
            self.initials.push(first);
        }
        let wanted = self.words.entry(folded.to_owned()).or_default();
        wanted.weight = wanted.weight.max(weight);
        wanted.exact.extend(exact);
    }

    /// Whether nothing is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The best piece of a text and its worth; none when no word stands in it.
    pub(crate) fn best_piece(&self, text: &str) -> Option<(f32, Piece)> {
        let matches = self.matches(text);
        let (worth, window) = best_window(&matches)?;
        let range = piece_range(text, &matches[window.clone()]);
        let within = matches
            .into_iter()
            .filter(|m| range.start <= m.span.start && m.span.end <= range.end);
        let highlights = preferring_exact(within.collect());
        let highlights = highlights
            .into_iter()
            .map(|span| span.start - range.start..span.end - range.start);
        let piece = Piece {
            highlights: highlights.collect(),
            text: text[range.clone()].to_owned(),
            range,
        };
        Some((worth, piece))
    }

    /// The first written form of a folded word in a text.
    pub(crate) fn surface(text: &str, folded: &str) -> Option<String> {
        let mut spelling = Spelling::default();
        Cutter::new(text).filter(is_showable).find_map(|cut| {
            spelling.fill(&text[cut.span.clone()]);
            (spelling.folded() == folded).then(|| text[cut.span].to_lowercase())
        })
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let mut spelling = Spelling::default();
        let mut matches = Vec::new();
        for cut in Cutter::new(text).filter(is_showable) {
            let word = &text[cut.span.clone()];
            if !initial(word).is_some_and(|first| self.initials.contains(&first)) {
                continue;
            }
            spelling.fill(word);
            if let Some(wanted) = self.words.get(spelling.folded()) {
                let is_exact = wanted.exact.is_empty() || wanted.exact.contains(&spelling.exact());
                let weight = if is_exact {
                    wanted.weight
                } else {
                    wanted.weight / 2.0
                };
                matches.push(Match {
                    span: cut.span,
                    folded: spelling.folded().to_owned(),
                    weight,
                    is_exact,
                });
            }
        }
        matches
    }
}

/// A word, and no run of letters or marks without end: it would be shown whole.
fn is_showable(cut: &Cut) -> bool {
    !cut.is_whole_number && cut.span.len() <= PIECE_BYTES
}

/// The run of matches within one piece that is worth most: each different word once, and a
/// little for words that stand side by side.
fn best_window(matches: &[Match]) -> Option<(f32, Range<usize>)> {
    let mut best: Option<(f32, Range<usize>)> = None;
    let mut end = 0;
    for start in 0..matches.len() {
        end = end.max(start);
        while end < matches.len()
            && matches[end].span.end - matches[start].span.start <= PIECE_BYTES
        {
            end += 1;
        }
        let worth = worth(&matches[start..end.max(start + 1)]);
        if best.as_ref().is_none_or(|(most, _)| worth > *most) {
            best = Some((worth, start..end.max(start + 1)));
        }
    }
    best
}

fn worth(window: &[Match]) -> f32 {
    let mut words: HashMap<&str, f32> = HashMap::new();
    for m in window {
        let most = words.entry(&m.folded).or_default();
        *most = most.max(m.weight);
    }
    let beside = window
        .windows(2)
        .filter(|two| two[1].span.start <= two[0].span.end + 2 && two[0].folded != two[1].folded);
    let beside: f32 = beside.map(|two| two[0].weight.min(two[1].weight)).sum();
    words.values().sum::<f32>() + 0.5 * beside
}

/// From the beginning of the sentence, if it is near, to the end of a word.
fn piece_range(text: &str, window: &[Match]) -> Range<usize> {
    let (Some(first), Some(last)) = (window.first(), window.last()) else {
        return 0..0;
    };
    let floor = boundary(text, first.span.start.saturating_sub(SENTENCE_BYTES));
    let before = &text[floor..first.span.start];
    let start = match before.rfind(['.', '!', '?', ';', '\n']) {
        Some(at) => floor + at + 1,
        None if floor == 0 => 0,
        None => {
            let mut letters = before.char_indices();
            let blank = letters.find(|(_, c)| c.is_whitespace());
            floor + blank.map_or(before.len(), |(at, c)| at + c.len_utf8())
        }
    };
    let start = start + (text[start..].len() - text[start..].trim_start().len());
    let start = start.min(first.span.start);
    let ceiling = boundary(
        text,
        (start + PIECE_BYTES).max(last.span.end).min(text.len()),
    );
    let behind = &text[last.span.end..ceiling];
    let end = match behind.find('\n') {
        Some(at) => last.span.end + at,
        None if ceiling == text.len() => ceiling,
        None => last.span.end + behind.rfind(char::is_whitespace).unwrap_or(0),
    };
    start..end
}

/// The last place at or before a byte where the text can be cut.
pub(crate) fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Drops a match whose exact form differs where the very form stands in the same piece.
fn preferring_exact(matches: Vec<Match>) -> Vec<Range<usize>> {
    let exact: Vec<String> = matches
        .iter()
        .filter(|m| m.is_exact)
        .map(|m| m.folded.clone())
        .collect();
    let kept = matches
        .into_iter()
        .filter(|m| m.is_exact || !exact.contains(&m.folded));
    kept.map(|m| m.span).collect()
}

#[cfg(test)]
mod tests {
    use super::{Highlighter, Spelling};

    fn wanting(words: &[&str]) -> Highlighter {
        let mut highlighter = Highlighter::default();
        for word in words {
            let spelling = Spelling::of(word);
            let exact = spelling.is_marked().then(|| spelling.exact());
            highlighter.want(spelling.folded(), exact, 1.0);
        }
        highlighter
    }

    fn lit(words: &[&str], text: &str) -> Vec<String> {
        let (_, piece) = wanting(words).best_piece(text).unwrap();
        piece
            .highlights
            .iter()
            .map(|range| piece.text[range.clone()].to_owned())
            .collect()
    }

    #[test]
    fn words_are_lit_with_all_their_marks() {
        let nfd = "Quye\u{302}\u{300}n tre\u{309} em";
        assert_eq!(
            lit(&["quyen", "tre"], nfd),
            ["Quye\u{302}\u{300}n", "tre\u{309}"]
        );
        assert_eq!(lit(&["kbang"], "Huyện K’Bang cũ"), ["K’Bang"]);
    }

    #[test]
    fn the_typed_form_is_preferred_where_it_stands() {
        assert_eq!(lit(&["má"], "ma và má và mạ"), ["má"]);
        assert_eq!(lit(&["má"], "ma và mạ"), ["ma", "mạ"]);
        assert_eq!(lit(&["ma"], "ma và má"), ["ma", "má"]);
    }

    #[test]
    fn a_blank_of_several_bytes_before_the_piece_is_not_torn() {
        for blank in ["\u{a0}", "\u{2002}", "\u{3000}"] {
            let before = format!("{}{blank}", "chữ".repeat(14)).repeat(3);
            assert_eq!(lit(&["quyền"], &format!("{before}quyền")), ["quyền"]);
        }
    }

    #[test]
    fn the_piece_is_where_most_words_stand_together() {
        let filler = "Câu này không nói gì đáng kể cả. ".repeat(30);
        let text = format!("Trẻ nhỏ. {filler}Hội thảo về quyền trẻ em tại Pleiku.\nĐoạn sau.");
        let (_, piece) = wanting(&["quyền", "trẻ", "em"]).best_piece(&text).unwrap();
        assert_eq!(piece.text, "Hội thảo về quyền trẻ em tại Pleiku.");
        assert_eq!(&text[piece.range.clone()], piece.text);
        assert!(wanting(&["vắng"]).best_piece(&text).is_none());
    }
}
