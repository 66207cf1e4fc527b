//! A whole text in folded form, for comparing names and titles.

use super::{Spelling, WordSplitter};

/// The folded words of a text, joined by single spaces. Document numbers appear only in parts.
pub(crate) fn folded_words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut spelling = Spelling::default();
    for word in WordSplitter::new(text).filter(|word| !word.is_document_number) {
        spelling.fill(&text[word.span]);
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(spelling.folded());
    }
    words
}
