//! The tokenizer that the index calls: words of a text at one of three levels.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::spelling::Spelling;
use super::word_splitter::Cut;
use super::word_splitter::Cutter;

/// Which terms are made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Exact terms of words with marks, see [`super::spelling`]; words without have said all
    /// with their folded term.
    Exact,
    /// Words without marks, and document numbers as a whole.
    Folded,
    /// Two neighbouring folded words as one term.
    Pairs,
    /// Folded words and pairs together, for short labels.
    FoldedAndPairs,
}

/// A tokenizer for one level.
#[derive(Debug, Clone)]
pub(crate) struct Analyzer {
    level: Level,
    token: Token,
    spelling: Spelling,
}

impl Analyzer {
    /// A tokenizer for this level.
    pub(crate) fn new(level: Level) -> Self {
        Self {
            level,
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
            cutter: Cutter::new(text),
            before: String::new(),
            before_start: 0,
            pending: false,
        }
    }
}

/// The terms of one text.
pub(crate) struct Terms<'a> {
    analyzer: &'a mut Analyzer,
    text: &'a str,
    cutter: Cutter<'a>,
    /// The folded word before the present one; empty at the start.
    before: String,
    before_start: usize,
    /// With both words and pairs: the pair that ends here is still to be told.
    pending: bool,
}

/// Two folded words as a term of the pair field.
pub(crate) fn pair(first: &str, second: &str) -> String {
    let mut term = String::with_capacity(first.len() + second.len() + 1);
    term.push_str(first);
    term.push('_');
    term.push_str(second);
    term
}

impl Terms<'_> {
    fn tell(&mut self, cut: &Cut, from: usize) {
        let token = &mut self.analyzer.token;
        token.offset_from = from;
        token.offset_to = cut.span.end;
        token.position = cut.position;
        token.text.clear();
    }

    fn tell_pair(&mut self) {
        let Analyzer {
            token, spelling, ..
        } = &mut *self.analyzer;
        token.text.clear();
        token.text.push_str(&self.before);
        token.text.push('_');
        token.text.push_str(spelling.folded());
        token.offset_from = self.before_start;
    }

    fn remember(&mut self, start: usize) {
        self.before.clear();
        self.before.push_str(self.analyzer.spelling.folded());
        self.before_start = start;
    }

    fn next_word(&mut self) -> bool {
        let cut = loop {
            let Some(cut) = self.cutter.next() else {
                return false;
            };
            self.analyzer.spelling.fill(&self.text[cut.span.clone()]);
            let is_told_folded =
                self.analyzer.level == Level::Exact && !self.analyzer.spelling.is_marked();
            if !is_told_folded {
                break cut;
            }
        };
        self.tell(&cut, cut.span.start);
        let Analyzer {
            token,
            spelling,
            level,
        } = &mut *self.analyzer;
        match level {
            Level::Exact => spelling.write_exact(&mut token.text),
            _ => token.text.push_str(spelling.folded()),
        }
        if *level == Level::FoldedAndPairs && !cut.is_whole_number {
            self.pending = !self.before.is_empty();
            if !self.pending {
                self.remember(cut.span.start);
            }
        }
        true
    }

    fn next_pair(&mut self) -> bool {
        loop {
            let Some(cut) = self.cutter.by_ref().find(|cut| !cut.is_whole_number) else {
                return false;
            };
            self.analyzer.spelling.fill(&self.text[cut.span.clone()]);
            let is_first = self.before.is_empty();
            if !is_first {
                self.tell(&cut, self.before_start);
                self.tell_pair();
            }
            self.remember(cut.span.start);
            if !is_first {
                return true;
            }
        }
    }
}

impl TokenStream for Terms<'_> {
    fn advance(&mut self) -> bool {
        if self.pending {
            self.pending = false;
            let start = self.analyzer.token.offset_from;
            self.tell_pair();
            self.remember(start);
            return true;
        }
        match self.analyzer.level {
            Level::Pairs => self.next_pair(),
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
    use super::{Analyzer, Level};
    use tantivy::tokenizer::{TokenStream as _, Tokenizer as _};

    fn terms(level: Level, text: &str) -> Vec<String> {
        let mut analyzer = Analyzer::new(level);
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
        assert_eq!(terms(Level::Folded, text), words);
        let pairs = [
            "so_155",
            "155_kh",
            "kh_ubnd",
            "ubnd_quyen",
            "quyen_tre",
            "tre_em",
        ];
        assert_eq!(terms(Level::Pairs, text), pairs);
        assert_eq!(
            terms(Level::Exact, "Quyền trẻ em"),
            ["quyen\u{1}quye^n`", "tre\u{1}tre?"]
        );
        assert_eq!(
            terms(Level::FoldedAndPairs, "Quyền trẻ em"),
            ["quyen", "tre", "quyen_tre", "em", "tre_em"]
        );
        for level in [
            Level::Exact,
            Level::Folded,
            Level::Pairs,
            Level::FoldedAndPairs,
        ] {
            assert!(terms(level, " … ").is_empty());
        }
    }
}
