//! Which files have text, and who reads them.

use crate::domain::asset::{File, FileRole};
use crate::services::programs::Program;

/// How the text of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text, tables as text.
    Plain,
    /// A web page.
    Html,
    /// RTF.
    Rtf,
    /// DOCX.
    Word,
    /// PPTX.
    Presentation,
    /// ODT, ODP.
    OpenDocument,
    /// EPUB.
    Epub,
    /// XLSX, ODS.
    Spreadsheet,
    /// PDF.
    Pdf,
}

/// The formats by their media types.
const FORMATS: [(&str, Format); 17] = [
    ("text/plain", Format::Plain),
    ("text/markdown", Format::Plain),
    ("text/csv", Format::Plain),
    ("text/tab-separated-values", Format::Plain),
    ("text/html", Format::Html),
    ("application/xhtml+xml", Format::Html),
    ("application/rtf", Format::Rtf),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Format::Word,
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Format::Presentation,
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Spreadsheet,
    ),
    (
        "application/vnd.oasis.opendocument.text",
        Format::OpenDocument,
    ),
    (
        "application/vnd.oasis.opendocument.text-template",
        Format::OpenDocument,
    ),
    (
        "application/vnd.oasis.opendocument.presentation",
        Format::OpenDocument,
    ),
    (
        "application/vnd.oasis.opendocument.presentation-template",
        Format::OpenDocument,
    ),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        Format::Spreadsheet,
    ),
    ("application/epub+zip", Format::Epub),
    ("application/pdf", Format::Pdf),
];

impl Format {
    /// The program that reads it; none when the archive does.
    pub const fn program(self) -> Option<Program> {
        match self {
            Self::Pdf => Some(Program::Pdftotext),
            _ => None,
        }
    }
}

/// How the text of a file is read; none for files without text, and for transcripts and captions, which are text to
/// something else.
pub fn format(file: &File) -> Option<Format> {
    if matches!(file.role, FileRole::Transcript | FileRole::Captions) {
        return None;
    }
    let known = FORMATS.iter().find(|(name, _)| *name == file.essence());
    known.map(|(_, format)| *format)
}
