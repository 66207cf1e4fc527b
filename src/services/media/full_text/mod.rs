//! The text of documents: what they say, page by page, for search and for reading.
//!
//! [`formats`] says which files have text and who reads them: office documents, books, web pages and texts are read here; PDF
//! files by a confined program ([`pdf`]). What is read is a rendition of the file (`text/1`, [`recipe`](super::recipe)): UTF-8, NFC, a
//! line for each paragraph, pages parted by form feeds, at most [`MAX_TEXT_BYTES`](super::text::builder::MAX_TEXT_BYTES). The job
//! ([`ReadTexts`]) writes it, or records why there is none.
//!
//! Every file may be broken or a bomb. Compressed parts are unpacked up to a limit, no parser calls itself, entities that a
//! document defines are not replaced.
//!
//! Not here: what is spoken in recordings (transcripts are files of their own), and how texts are searched.

mod epub;
mod error;
pub mod formats;
pub mod html;
mod job;
mod open_document;
mod package;
mod pdf;
mod plain;
mod presentation;
mod rebuild;
mod relations;
mod rtf;
mod spreadsheet;
mod state;
#[cfg(test)]
mod tests;
mod word;
pub(super) mod xml;

pub use job::{ReadTexts, job};
pub use rebuild::TextJobs;
pub use spreadsheet::{CellSink, read_open_document};
pub use state::{TextState, current, state};

use super::text::builder::PAGE_BREAK;

/// The pages of a text that was read; one when it has no pages. The last page may end with a break.
pub fn pages(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix(PAGE_BREAK)
        .unwrap_or(text)
        .split(PAGE_BREAK)
}
