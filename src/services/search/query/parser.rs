//! What somebody typed, read without ever failing.
//!
//! Words, `"phrases"`, `-exclusions` and `facet:value`. Whatever does not fit this grammar is
//! read as words: an unclosed quote, a lonely minus, an unknown prefix.

use crate::services::search::analysis::Cutter;
use crate::services::search::analysis::Spelling;
use crate::services::search::analysis::is_stop_word;
use crate::services::search::filters::Facet;

/// Longest text that is read, in characters.
pub(crate) const MAX_CHARS: usize = 512;
/// Most words that are read: in all, in phrases, and in exclusions. What stands behind costs
/// nothing: each word is a list of works to walk through, which no deadline cuts short.
pub(crate) const MAX_WORDS: usize = 40;

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// As typed.
    pub(crate) typed: String,
    /// Taken apart.
    pub(crate) spelling: Spelling,
    /// A document number as a whole; its parts follow.
    pub(crate) is_whole_number: bool,
    /// It only carries grammar.
    pub(crate) is_stop: bool,
}

impl Word {
    /// Without marks.
    pub(crate) fn folded(&self) -> &str {
        self.spelling.folded()
    }

    /// Reads one word.
    pub(crate) fn new(typed: &str, is_whole_number: bool) -> Self {
        let spelling = Spelling::of(typed);
        let is_stop = is_stop_word(&spelling);
        Self {
            typed: typed.to_owned(),
            spelling,
            is_whole_number,
            is_stop,
        }
    }
}

/// A query taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// All words to look for, those of phrases included, in order.
    pub(crate) words: Vec<Word>,
    /// Folded words that must stand together.
    pub(crate) phrases: Vec<Vec<String>>,
    /// Folded words (or words that stand together) that must not occur.
    pub(crate) excluded: Vec<Vec<String>>,
    /// Values wanted of facets.
    pub(crate) wanted: Vec<(Facet, String)>,
}

/// Reads a query.
pub(crate) fn parse(text: &str) -> Parsed {
    let end = text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(text.len(), |(at, _)| at);
    let mut rest = &text[..end];
    let mut parsed = Parsed::default();
    let mut plain = String::new();
    while let Some(c) = rest.chars().next() {
        let at_word_start = plain.chars().next_back().is_none_or(char::is_whitespace);
        if let Some((piece, taken)) = special(rest, at_word_start) {
            parsed.take_words(&plain);
            plain.clear();
            parsed.take_piece(piece);
            rest = &rest[taken..];
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    parsed.take_words(&plain);
    parsed
}

enum Piece<'a> {
    Phrase(&'a str),
    Excluded(&'a str),
    Wanted(Facet, &'a str),
}

/// A piece with a meaning of its own at the beginning of `rest`, and its length in bytes.
fn special(rest: &str, at_word_start: bool) -> Option<(Piece<'_>, usize)> {
    if let Some((phrase, taken)) = quoted(rest) {
        return Some((Piece::Phrase(phrase), taken));
    }
    if !at_word_start {
        return None;
    }
    if let Some(behind) = rest.strip_prefix('-') {
        let (value, taken) = value(behind)?;
        return Some((Piece::Excluded(value), taken + 1));
    }
    let (name, behind) = rest.split_once(':')?;
    let facet = Facet::from_name(name)?;
    let (value, taken) = value(behind)?;
    Some((Piece::Wanted(facet, value), name.len() + 1 + taken))
}

fn quoted(rest: &str) -> Option<(&str, usize)> {
    let open = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '“' | '”' | '«'))?;
    let inside = &rest[open.len_utf8()..];
    let (end, close) = inside
        .char_indices()
        .find(|(_, c)| matches!(c, '"' | '”' | '“' | '»'))?;
    Some((&inside[..end], open.len_utf8() + end + close.len_utf8()))
}

fn value(text: &str) -> Option<(&str, usize)> {
    if let Some(found) = quoted(text) {
        return Some(found);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let has_letters = text[..end]
        .chars()
        .next()
        .is_some_and(char::is_alphanumeric);
    has_letters.then_some((&text[..end], end))
}

fn words_of(text: &str) -> impl Iterator<Item = Word> {
    Cutter::new(text).map(|cut| Word::new(&text[cut.span], cut.is_whole_number))
}

/// The folded words of a text, if there is room for all of them beside those already read.
fn folded(text: &str, read: &[Vec<String>]) -> Vec<String> {
    let room = MAX_WORDS.saturating_sub(read.iter().map(Vec::len).sum());
    let words = words_of(text).filter(|word| !word.is_whole_number);
    let words: Vec<String> = words
        .map(|word| word.folded().to_owned())
        .take(room + 1)
        .collect();
    if words.len() > room {
        Vec::new()
    } else {
        words
    }
}

impl Parsed {
    fn take_words(&mut self, text: &str) {
        let room = MAX_WORDS.saturating_sub(self.words.len());
        self.words.extend(words_of(text).take(room));
    }

    fn take_piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Phrase(text) => {
                let words = folded(text, &self.phrases);
                if words.len() > 1 {
                    self.phrases.push(words);
                }
                self.take_words(text);
            }
            Piece::Excluded(text) => {
                let words = folded(text, &self.excluded);
                if !words.is_empty() {
                    self.excluded.push(words);
                }
            }
            Piece::Wanted(facet, value) => self.wanted.push((facet, value.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Facet, parse};
    use proptest::prelude::{any, proptest};

    fn words(text: &str) -> Vec<String> {
        parse(text)
            .words
            .into_iter()
            .map(|word| word.typed)
            .collect()
    }

    #[test]
    fn pieces_are_told_from_words() {
        let parsed = parse(r#"quyền "trẻ em" -lao-động kind:article year:2024 -"bạo lực" PT-TH"#);
        let typed: Vec<_> = parsed.words.iter().map(|w| w.typed.as_str()).collect();
        assert_eq!(typed, ["quyền", "trẻ", "em", "PT", "TH"]);
        assert_eq!(parsed.phrases, [["tre", "em"]]);
        assert_eq!(parsed.excluded, [["lao", "dong"], ["bao", "luc"]]);
        assert_eq!(
            parsed.wanted,
            [
                (Facet::Kind, "article".into()),
                (Facet::Year, "2024".into())
            ]
        );
    }

    #[test]
    fn what_fits_no_rule_is_words() {
        for (text, expected) in [
            ("\"chưa đóng", vec!["chưa", "đóng"]),
            ("- x", vec!["x"]),
            ("http://a.vn", vec!["http", "a", "vn"]),
            ("kind:", vec!["kind"]),
            ("a-b:c", vec!["a", "b", "c"]),
            (":::\"\"--", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(words(&"a ".repeat(1000)).len(), super::MAX_WORDS);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in any::<String>()) {
            parse(&text);
        }

        #[test]
        fn nothing_of_quotes_and_signs_makes_it_panic(text in "[\"“”:\\- \u{301}a'đ/0-9ກ]{0,60}") {
            parse(&text);
        }
    }
}
