//! How text becomes terms, the same way for works and for queries.
//!
//! One cutter ([`cutting`]) on the original bytes, one spelling ([`spelling`]) for each word, and
//! three levels of terms made of them ([`Level`]). There is no stemming and no word
//! segmentation: Vietnamese words are mostly two syllables, so adjacent pairs are the words one
//! gets for free, and they work on text without accents as well.
//!
//! Any change that makes other terms of the same text must raise [`VERSION`]: indexes of another
//! version are rebuilt.

mod letters;
pub(crate) mod sketch;
mod spelling;
mod syllable;
pub(crate) mod timed_text;
mod tokenizer;
mod word_lists;
mod word_splitter;

pub(crate) use spelling::{SEPARATOR, Spelling, initial, written};
pub(crate) use syllable::is_syllable;
pub(crate) use tokenizer::{Analyzer, Level, pair};
pub(crate) use word_lists::{acronyms, is_stop_word};
pub(crate) use word_splitter::{Cut, Cutter};

/// The version of the analysis, written into the index.
pub(crate) const VERSION: u32 = 4;
