//! Folding equal in effect to that of the archive, made of what tantivy brings: lower case, marks
//! off, and `i` for the `y` of ky, ly, my and the like.
//!
//! It is written again rather than taken from the archive, so that the yardstick is what somebody
//! would build on tantivy alone. Texts must be composed (NFC), as those of the corpus are.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer, Token, TokenFilter, TokenStream,
    Tokenizer,
};

/// Words without marks.
pub(crate) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(PreferI)
        .build()
}

/// The words of a text without marks, with single spaces between.
pub(crate) fn folded(text: &str) -> String {
    words(&mut analyzer(), text).join(" ")
}

/// The words of a text without marks.
pub(crate) fn words(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    analyzer
        .token_stream(text)
        .process(&mut |token| words.push(token.text.clone()));
    words
}

#[derive(Clone)]
struct PreferI;

#[derive(Clone)]
struct PreferITokenizer<T>(T);

struct PreferIStream<S>(S);

impl TokenFilter for PreferI {
    type Tokenizer<T: Tokenizer> = PreferITokenizer<T>;

    fn transform<T: Tokenizer>(self, tokenizer: T) -> PreferITokenizer<T> {
        PreferITokenizer(tokenizer)
    }
}

impl<T: Tokenizer> Tokenizer for PreferITokenizer<T> {
    type TokenStream<'a> = PreferIStream<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        PreferIStream(self.0.token_stream(text))
    }
}

impl<S: TokenStream> TokenStream for PreferIStream<S> {
    fn advance(&mut self) -> bool {
        if !self.0.advance() {
            return false;
        }
        let text = &mut self.0.token_mut().text;
        if matches!(
            text.as_str(),
            "hy" | "ky" | "ly" | "my" | "sy" | "ty" | "quy"
        ) {
            text.pop();
            text.push('i');
        }
        true
    }

    fn token(&self) -> &Token {
        self.0.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.0.token_mut()
    }
}
