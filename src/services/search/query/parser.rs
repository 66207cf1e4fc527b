//! Parses the typed text; every text is valid.
//!
//! The grammar has words, `"phrases"`, `-exclusions` and `facet:value`. Everything else is parsed as
//! words: an unclosed quote, a single minus, an unknown prefix.

use crate::services::search::analysis::{Spelling, WordSplitter, is_stop_word};
use crate::services::search::filters::Facet;

/// Longest text that is parsed, in characters.
pub(crate) const MAX_CHARS: usize = 512;
/// Most words that are parsed: in total, in phrases, and in exclusions. Each word adds a posting list
/// to read, which the deadline does not interrupt.
pub(crate) const MAX_WORDS: usize = 40;

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// As typed.
    pub(crate) typed: String,
    /// Its folded and exact form.
    pub(crate) spelling: Spelling,
    /// A whole document number; its parts follow as words.
    pub(crate) is_document_number: bool,
    /// A stop word.
    pub(crate) is_stop_word: bool,
}

impl Word {
    /// The word without diacritics.
    pub(crate) fn folded(&self) -> &str {
        self.spelling.folded()
    }

    /// Analyses one word.
    pub(crate) fn new(typed: &str, is_document_number: bool) -> Self {
        let spelling = Spelling::of(typed);
        let is_stop_word = is_stop_word(&spelling);
        Self {
            typed: typed.to_owned(),
            spelling,
            is_document_number,
            is_stop_word,
        }
    }
}

/// A parsed query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// All words in order, including those of phrases.
    pub(crate) words: Vec<Word>,
    /// Folded words that must occur as a phrase.
    pub(crate) phrases: Vec<Vec<String>>,
    /// Folded words or phrases that must not occur.
    pub(crate) excluded: Vec<Vec<String>>,
    /// Filters typed as `facet:value`.
    pub(crate) facet_values: Vec<(Facet, String)>,
}

/// Parses a query.
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
        if let Some((token, taken)) = special(rest, at_word_start) {
            parsed.push_words(&plain);
            plain.clear();
            parsed.push_token(token);
            rest = &rest[taken..];
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    parsed.push_words(&plain);
    parsed
}

enum Token<'a> {
    Phrase(&'a str),
    Excluded(&'a str),
    FacetValue(Facet, &'a str),
}

/// A token other than a word at the beginning of `rest`, and its length in bytes.
fn special(rest: &str, at_word_start: bool) -> Option<(Token<'_>, usize)> {
    if let Some((phrase, taken)) = quoted(rest) {
        return Some((Token::Phrase(phrase), taken));
    }
    if !at_word_start {
        return None;
    }
    if let Some(behind) = rest.strip_prefix('-') {
        let (value, taken) = value(behind)?;
        return Some((Token::Excluded(value), taken + 1));
    }
    let (name, behind) = rest.split_once(':')?;
    let facet = Facet::from_name(name)?;
    let (value, taken) = value(behind)?;
    Some((Token::FacetValue(facet, value), name.len() + 1 + taken))
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
    WordSplitter::new(text).map(|word| Word::new(&text[word.span], word.is_document_number))
}

/// The folded words of a text; none when they exceed the limit together with those in `parsed`.
fn folded(text: &str, parsed: &[Vec<String>]) -> Vec<String> {
    let room = MAX_WORDS.saturating_sub(parsed.iter().map(Vec::len).sum());
    let words = words_of(text).filter(|word| !word.is_document_number);
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
    fn push_words(&mut self, text: &str) {
        let room = MAX_WORDS.saturating_sub(self.words.len());
        self.words.extend(words_of(text).take(room));
    }

    fn push_token(&mut self, token: Token<'_>) {
        match token {
            Token::Phrase(text) => {
                let words = folded(text, &self.phrases);
                if words.len() > 1 {
                    self.phrases.push(words);
                }
                self.push_words(text);
            }
            Token::Excluded(text) => {
                let words = folded(text, &self.excluded);
                if !words.is_empty() {
                    self.excluded.push(words);
                }
            }
            Token::FacetValue(facet, value) => self.facet_values.push((facet, value.to_owned())),
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
    fn tokens_are_distinguished_from_words() {
        let parsed = parse(r#"quyền "trẻ em" -lao-động kind:article year:2024 -"bạo lực" PT-TH"#);
        let typed: Vec<_> = parsed.words.iter().map(|w| w.typed.as_str()).collect();
        assert_eq!(typed, ["quyền", "trẻ", "em", "PT", "TH"]);
        assert_eq!(parsed.phrases, [["tre", "em"]]);
        assert_eq!(parsed.excluded, [["lao", "dong"], ["bao", "luc"]]);
        assert_eq!(
            parsed.facet_values,
            [
                (Facet::Kind, "article".into()),
                (Facet::Year, "2024".into())
            ]
        );
    }

    #[test]
    fn text_outside_the_grammar_is_words() {
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
