//! The tantivy tokenizer: turns a text into terms of one kind.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::spelling::Spelling;
use super::word_splitter::{WordSpan, WordSplitter};

/// Which terms a field contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TermKind {
    /// Exact terms of words with diacritics, see [`super::spelling`]. For words without, the folded
    /// term is enough.
    Exact,
    /// Folded words, and whole document numbers.
    Folded,
    /// Two adjacent folded words as one term.
    Pairs,
    /// Folded words and pairs together, for short labels.
    FoldedAndPairs,
}

/// The tokenizer for one kind of term.
#[derive(Debug, Clone)]
pub(crate) struct Analyzer {
    kind: TermKind,
    token: Token,
    spelling: Spelling,
}

impl Analyzer {
    /// Creates the tokenizer for a kind of term.
    pub(crate) fn new(kind: TermKind) -> Self {
        Self {
            kind,
            token: Token::default(),
            spelling: Spelling::default(),
        }
    }
}

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Terms<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms<'a> {
        self.token.reset();
        Terms {
            analyzer: self,
            text,
            words: WordSplitter::new(text),
            previous: String::new(),
            previous_start: 0,
            has_pending_pair: false,
        }
    }
}

/// The terms of one text.
pub(crate) struct Terms<'a> {
    analyzer: &'a mut Analyzer,
    text: &'a str,
    words: WordSplitter<'a>,
    /// The previous folded word; empty at the start.
    previous: String,
    previous_start: usize,
    /// For words and pairs together: the pair that ends with this word is the next token.
    has_pending_pair: bool,
}

/// The term of a pair field for two folded words.
pub(crate) fn pair_term(first: &str, second: &str) -> String {
    let mut term = String::with_capacity(first.len() + second.len() + 1);
    term.push_str(first);
    term.push('_');
    term.push_str(second);
    term
}

impl Terms<'_> {
    fn start_token(&mut self, word: &WordSpan, from: usize) {
        let token = &mut self.analyzer.token;
        token.offset_from = from;
        token.offset_to = word.span.end;
        token.position = word.position;
        token.text.clear();
    }

    fn write_pair(&mut self) {
        let Analyzer {
            token, spelling, ..
        } = &mut *self.analyzer;
        token.text.clear();
        token.text.push_str(&self.previous);
        token.text.push('_');
        token.text.push_str(spelling.folded());
        token.offset_from = self.previous_start;
    }

    fn set_previous(&mut self, start: usize) {
        self.previous.clear();
        self.previous.push_str(self.analyzer.spelling.folded());
        self.previous_start = start;
    }

    fn next_word(&mut self) -> bool {
        let word = loop {
            let Some(word) = self.words.next() else {
                return false;
            };
            self.analyzer.spelling.fill(&self.text[word.span.clone()]);
            let is_covered_by_folded =
                self.analyzer.kind == TermKind::Exact && !self.analyzer.spelling.is_marked();
            if !is_covered_by_folded {
                break word;
            }
        };
        self.start_token(&word, word.span.start);
        let Analyzer {
            token,
            spelling,
            kind,
        } = &mut *self.analyzer;
        match kind {
            TermKind::Exact => spelling.write_exact(&mut token.text),
            _ => token.text.push_str(spelling.folded()),
        }
        if *kind == TermKind::FoldedAndPairs && !word.is_document_number {
            self.has_pending_pair = !self.previous.is_empty();
            if !self.has_pending_pair {
                self.set_previous(word.span.start);
            }
        }
        true
    }

    fn next_pair(&mut self) -> bool {
        loop {
            let Some(word) = self.words.by_ref().find(|word| !word.is_document_number) else {
                return false;
            };
            self.analyzer.spelling.fill(&self.text[word.span.clone()]);
            let is_first = self.previous.is_empty();
            if !is_first {
                self.start_token(&word, self.previous_start);
                self.write_pair();
            }
            self.set_previous(word.span.start);
            if !is_first {
                return true;
            }
        }
    }
}

impl TokenStream for Terms<'_> {
    fn advance(&mut self) -> bool {
        if self.has_pending_pair {
            self.has_pending_pair = false;
            let start = self.analyzer.token.offset_from;
            self.write_pair();
            self.set_previous(start);
            return true;
        }
        match self.analyzer.kind {
            TermKind::Pairs => self.next_pair(),
            _ => self.next_word(),
        }
    }

    fn token(&self) -> &Token {
        &self.analyzer.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.analyzer.token
    }
}

#[cfg(test)]
mod tests {
    use super::{Analyzer, TermKind};
    use tantivy::tokenizer::{TokenStream as _, Tokenizer as _};

    fn terms(kind: TermKind, text: &str) -> Vec<String> {
        let mut analyzer = Analyzer::new(kind);
        let mut stream = analyzer.token_stream(text);
        let mut terms = Vec::new();
        while stream.advance() {
            terms.push(stream.token().text.clone());
        }
        terms
    }

    #[test]
    fn levels_make_their_terms_of_the_same_words() {
        let text = "Số 155/KH-UBND: Quyền trẻ em";
        let words = [
            "so",
            "155/kh-ubnd",
            "155",
            "kh",
            "ubnd",
            "quyen",
            "tre",
            "em",
        ];
        assert_eq!(terms(TermKind::Folded, text), words);
        let pairs = [
            "so_155",
            "155_kh",
            "kh_ubnd",
            "ubnd_quyen",
            "quyen_tre",
            "tre_em",
        ];
        assert_eq!(terms(TermKind::Pairs, text), pairs);
        assert_eq!(
            terms(TermKind::Exact, "Quyền trẻ em"),
            ["quyen\u{1}quye^n`", "tre\u{1}tre?"]
        );
        assert_eq!(
            terms(TermKind::FoldedAndPairs, "Quyền trẻ em"),
            ["quyen", "tre", "quyen_tre", "em", "tre_em"]
        );
        for kind in [
            TermKind::Exact,
            TermKind::Folded,
            TermKind::Pairs,
            TermKind::FoldedAndPairs,
        ] {
            assert!(terms(kind, " … ").is_empty());
        }
    }
}
