//! `GET` and `HEAD` of files and previews: bytes with ranges, conditions and safe headers.
//!
//! Answers are the stored bytes and nothing else: never compressed, so that ranges, lengths,
//! digests and entity tags are those of the file.

pub mod answer;
pub mod body;
pub mod conditions;
pub mod disposition;
pub mod range;
