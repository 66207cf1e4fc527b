//! Which files have text, and who reads them.

use crate::domain::Slug;
use crate::domain::asset::{File, FileRole};
use crate::services::media::previews;

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

/// How the text of a file is read; none for files without text, and for transcripts and captions, which are text to
/// something else.
pub fn format(file: &File) -> Option<Format> {
    if matches!(file.role, FileRole::Transcript | FileRole::Captions) {
        return None;
    }
    let known = FORMATS.iter().find(|(name, _)| *name == file.essence());
    known.map(|(_, format)| *format)
}

/// Kinds of works whose images are pages or have words on them. Photos and paintings are not searched for words.
const KINDS_WITH_WORDS: [&str; 21] = [
    "propaganda-poster",
    "poster-print-master",
    "infographic",
    "banner-slogan",
    "archival-document",
    "news-item",
    "article",
    "training-material",
    "press-release",
    "feature-story",
    "leaflet",
    "handbook",
    "book",
    "q-and-a",
    "law-summary",
    "lesson-plan",
    "quiz",
    "presentation",
    "script",
    "transcript",
    "social-post",
];

/// Whether the text of a file in a work of this kind is to be read: it is a document, or an image of words. What is redacted
/// is not read.
pub fn has_text(file: &File, kind: Option<&Slug>) -> bool {
    let is_of_words = || kind.is_some_and(|kind| KINDS_WITH_WORDS.contains(&kind.as_str()));
    format(file).is_some() || (is_image_with_words(file) && is_of_words())
}

/// Whether a file has text that is read from it, or may have.
pub fn may_have_text(file: &File) -> bool {
    format(file).is_some() || is_image_with_words(file)
}

fn is_image_with_words(file: &File) -> bool {
    previews::can_render(&file.media_type) && file.redaction().is_none()
}
