//! How text becomes terms, the same way for works and for queries.
//!
//! [`WordSplitter`] finds the words in the original bytes, [`Spelling`] gives the folded and the
//! exact form of each, and [`Analyzer`] is the tantivy tokenizer that turns both into the terms of
//! a field ([`TermKind`]). There is no stemming and no compound detection: most Vietnamese words
//! have two syllables, so pairs of adjacent syllables (bigrams) stand in for words, and they work
//! for text without diacritics as well.
//!
//! A change that makes other terms from the same text must raise [`VERSION`]: indexes of another
//! version are rebuilt.

pub(crate) mod char_boundary;
mod folding;
mod letters;
mod references;
pub(crate) mod sketch;
mod spelling;
mod syllable;
pub(crate) mod timed_text;
mod tokenizer;
mod word_lists;
mod word_splitter;

pub(crate) use folding::folded_words;
pub(crate) use spelling::{SEPARATOR, Spelling, display_form, folded_initial};
pub(crate) use syllable::is_syllable;
pub(crate) use tokenizer::{Analyzer, TermKind, pair_term};
pub(crate) use word_lists::{acronyms, is_stop_word};
pub(crate) use word_splitter::{WordSpan, WordSplitter};

/// The version of the analysis, stored in the index.
pub(crate) const VERSION: u32 = 5;
