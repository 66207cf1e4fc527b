//! Finds the words of a query in a text, and the best fragment of the text to show.
//!
//! Highlights are byte ranges of the fragment, so an interface escapes the text first, and a highlight
//! never separates a letter from its marks. When the fragment contains a word in the form that was
//! typed, other forms of it are not highlighted: a search for "má" does not highlight "ma".

use std::collections::HashMap;
use std::ops::Range;

use crate::services::search::analysis::char_boundary::floor_char_boundary;
use crate::services::search::analysis::{Spelling, WordSpan, WordSplitter, folded_initial};
use crate::services::search::response::Fragment;

/// Longest fragment, in bytes.
const MAX_FRAGMENT_BYTES: usize = 320;
/// How far before the first match a fragment may begin, in bytes.
const MAX_LEAD_BYTES: usize = 80;

/// The words to highlight with their weights.
#[derive(Debug, Clone, Default)]
pub(crate) struct Highlighter {
    words: HashMap<String, HighlightedWord>,
    /// First letters of the words: most words of a text are rejected by their first letter.
    initials: Vec<char>,
}

#[derive(Debug, Clone, Default)]
struct HighlightedWord {
    weight: f32,
    /// The exact forms that were typed; empty when the word was typed without diacritics.
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
    /// Adds a word, with its exact form if it was typed with diacritics.
    pub(crate) fn add_word(&mut self, folded: &str, exact: Option<String>, weight: f32) {
        if let Some(first) = folded.chars().next()
            && !self.initials.contains(&first)
        {
            self.initials.push(first);
        }
        let entry = self.words.entry(folded.to_owned()).or_default();
        entry.weight = entry.weight.max(weight);
        entry.exact.extend(exact);
    }

    /// Whether there is no word to highlight.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The best fragment of a text and its score; none when the text contains no word.
    pub(crate) fn best_fragment(&self, text: &str) -> Option<(f32, Fragment)> {
        let matches = self.matches(text);
        let (score, window) = best_window(&matches)?;
        let range = fragment_range(text, &matches[window.clone()]);
        let within = matches
            .into_iter()
            .filter(|m| range.start <= m.span.start && m.span.end <= range.end);
        let highlights = preferring_exact(within.collect());
        let highlights = highlights
            .into_iter()
            .map(|span| span.start - range.start..span.end - range.start);
        let fragment = Fragment {
            highlights: highlights.collect(),
            text: text[range.clone()].to_owned(),
            range,
        };
        Some((score, fragment))
    }

    /// The first written form of a folded word in a text.
    pub(crate) fn written_form(text: &str, folded: &str) -> Option<String> {
        let mut spelling = Spelling::default();
        WordSplitter::new(text)
            .filter(is_highlightable)
            .find_map(|word_span| {
                spelling.fill(&text[word_span.span.clone()]);
                (spelling.folded() == folded).then(|| text[word_span.span].to_lowercase())
            })
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let mut spelling = Spelling::default();
        let mut matches = Vec::new();
        for word_span in WordSplitter::new(text).filter(is_highlightable) {
            let word = &text[word_span.span.clone()];
            if !folded_initial(word).is_some_and(|first| self.initials.contains(&first)) {
                continue;
            }
            spelling.fill(word);
            if let Some(entry) = self.words.get(spelling.folded()) {
                let is_exact = entry.exact.is_empty() || entry.exact.contains(&spelling.exact());
                let weight = if is_exact {
                    entry.weight
                } else {
                    entry.weight / 2.0
                };
                matches.push(Match {
                    span: word_span.span,
                    folded: spelling.folded().to_owned(),
                    weight,
                    is_exact,
                });
            }
        }
        matches
    }
}

/// Whether a word can be highlighted: an endless run of letters would be returned whole.
fn is_highlightable(word_span: &WordSpan) -> bool {
    !word_span.is_document_number && word_span.span.len() <= MAX_FRAGMENT_BYTES
}

/// The run of matches that fit into one fragment and have the best score: each distinct word counts
/// once, and adjacent words add a little.
fn best_window(matches: &[Match]) -> Option<(f32, Range<usize>)> {
    let mut best: Option<(f32, Range<usize>)> = None;
    let mut end = 0;
    for start in 0..matches.len() {
        end = end.max(start);
        while end < matches.len()
            && matches[end].span.end - matches[start].span.start <= MAX_FRAGMENT_BYTES
        {
            end += 1;
        }
        let score = score(&matches[start..end.max(start + 1)]);
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, start..end.max(start + 1)));
        }
    }
    best
}

fn score(window: &[Match]) -> f32 {
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

/// The range of the fragment: from the beginning of the sentence, if it is near, to the end of a word.
fn fragment_range(text: &str, window: &[Match]) -> Range<usize> {
    let (Some(first), Some(last)) = (window.first(), window.last()) else {
        return 0..0;
    };
    let floor = floor_char_boundary(text, first.span.start.saturating_sub(MAX_LEAD_BYTES));
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
    let ceiling = floor_char_boundary(
        text,
        (start + MAX_FRAGMENT_BYTES)
            .max(last.span.end)
            .min(text.len()),
    );
    let behind = &text[last.span.end..ceiling];
    let end = match behind.find('\n') {
        Some(at) => last.span.end + at,
        None if ceiling == text.len() => ceiling,
        None => last.span.end + behind.rfind(char::is_whitespace).unwrap_or(0),
    };
    start..end
}

/// Drops matches with another exact form when the typed form of the word is in the same fragment.
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

    fn highlighter(words: &[&str]) -> Highlighter {
        let mut highlighter = Highlighter::default();
        for word in words {
            let spelling = Spelling::of(word);
            let exact = spelling.is_marked().then(|| spelling.exact());
            highlighter.add_word(spelling.folded(), exact, 1.0);
        }
        highlighter
    }

    fn highlighted(words: &[&str], text: &str) -> Vec<String> {
        let (_, fragment) = highlighter(words).best_fragment(text).unwrap();
        fragment
            .highlights
            .iter()
            .map(|range| fragment.text[range.clone()].to_owned())
            .collect()
    }

    #[test]
    fn words_are_highlighted_with_all_their_marks() {
        let nfd = "Quye\u{302}\u{300}n tre\u{309} em";
        assert_eq!(
            highlighted(&["quyen", "tre"], nfd),
            ["Quye\u{302}\u{300}n", "tre\u{309}"]
        );
        assert_eq!(highlighted(&["kbang"], "Huyện K’Bang cũ"), ["K’Bang"]);
    }

    #[test]
    fn the_typed_form_is_preferred_where_it_occurs() {
        assert_eq!(highlighted(&["má"], "ma và má và mạ"), ["má"]);
        assert_eq!(highlighted(&["má"], "ma và mạ"), ["ma", "mạ"]);
        assert_eq!(highlighted(&["ma"], "ma và má"), ["ma", "má"]);
    }

    #[test]
    fn a_multi_byte_space_before_the_fragment_is_not_split() {
        for blank in ["\u{a0}", "\u{2002}", "\u{3000}"] {
            let before = format!("{}{blank}", "chữ".repeat(14)).repeat(3);
            assert_eq!(
                highlighted(&["quyền"], &format!("{before}quyền")),
                ["quyền"]
            );
        }
    }

    #[test]
    fn the_fragment_is_where_most_words_occur_together() {
        let filler = "Câu này không nói gì đáng kể cả. ".repeat(30);
        let text = format!("Trẻ nhỏ. {filler}Hội thảo về quyền trẻ em tại Pleiku.\nĐoạn sau.");
        let (_, fragment) = highlighter(&["quyền", "trẻ", "em"])
            .best_fragment(&text)
            .unwrap();
        assert_eq!(fragment.text, "Hội thảo về quyền trẻ em tại Pleiku.");
        assert_eq!(&text[fragment.range.clone()], fragment.text);
        assert!(highlighter(&["vắng"]).best_fragment(&text).is_none());
    }
}
