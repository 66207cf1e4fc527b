//! Reads the texts of the files of a work: what is said in transcripts and captions, and what was read from documents.

use crate::domain::Sha256;
use crate::domain::asset::{Asset, File, FileRole};
use crate::services::media::captions;
use crate::services::media::full_text::{self, formats, html};
use crate::services::media::text::builder::MAX_TEXT_BYTES;
use crate::services::media::text::encoding::{self, Encoding};
use crate::services::search::analysis::timed_text::TimedText;
use crate::storage::blobs::{BlobError, BlobStore};
use crate::storage::catalog::{BlobKey, CatalogError, Rendition, WorkReader};
use crate::telemetry::error_chain;

/// Bytes of a transcript that are read: more than a day of speech.
const MAX_BYTES: u64 = 4 << 20;

/// The text of a file of a work.
#[derive(Debug, Clone)]
pub(crate) struct FileText {
    /// The file that the text is from.
    pub(crate) file: Sha256,
    /// What kind of text it is.
    pub(crate) origin: Origin,
    /// The text with its cue times or pages.
    pub(crate) text: TimedText,
}

/// Where the text of a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A transcript or captions.
    Transcript,
    /// It was read from a document.
    Document,
}

/// Reads the texts of a work, at most `budget` bytes of files, which is lowered. One that cannot be read is logged and
/// skipped: the work is still found by its other texts. A work of which others get only a link shows nothing of its files.
///
/// # Errors
/// Those of the catalogue.
pub(crate) async fn read(
    catalog: &dyn WorkReader,
    blobs: &dyn BlobStore,
    asset: &Asset,
    budget: &mut u64,
) -> Result<Vec<FileText>, CatalogError> {
    let mut texts = Vec::new();
    if asset.work.is_link_only() {
        return Ok(texts);
    }
    let transcripts = asset.files.iter().filter(|file| is_transcript(file));
    for file in transcripts {
        let length = file.size.min(MAX_BYTES).min(*budget);
        match blobs.read(file.sha256, 0..length).await {
            Ok(bytes) => texts.push(transcript(file, &bytes)),
            Err(error) => report(&error, asset),
        }
        *budget -= length;
    }
    for document in documents(catalog, asset).await? {
        let length = document.size.min(MAX_TEXT_BYTES as u64 * 2).min(*budget);
        match blobs.read(document.text, 0..length).await {
            Ok(bytes) => texts.push(FileText {
                file: document.file,
                origin: Origin::Document,
                text: TimedText::document(String::from_utf8_lossy(&bytes).into_owned()),
            }),
            Err(error) => report(&error, asset),
        }
        *budget -= length;
    }
    Ok(texts)
}

/// A document of a work with its text: the corrected one, else what was read.
#[derive(Debug)]
pub(crate) struct Document {
    /// The file.
    pub(crate) file: Sha256,
    text: BlobKey,
    /// The length of the text in bytes.
    size: u64,
}

/// The documents of a work that have a text.
pub(crate) async fn documents(
    catalog: &dyn WorkReader,
    asset: &Asset,
) -> Result<Vec<Document>, CatalogError> {
    let files = asset.files.iter();
    let files: Vec<&File> = files.filter(|file| formats::may_have_text(file)).collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<BlobKey> = files.iter().map(|file| file.sha256).collect();
    let renditions = catalog.renditions(&keys).await?;
    let with_text = |(file, renditions): (&File, Vec<Rendition>)| {
        let (text, size) = match file.text_correction {
            Some(correction) => (correction.blob, correction.size),
            None => full_text::current(file, &renditions).map(|read| (read.blob, read.size))?,
        };
        Some(Document {
            file: file.sha256,
            text,
            size,
        })
    };
    let documents = files.into_iter().zip(renditions).filter_map(with_text);
    Ok(documents.collect())
}

fn transcript(file: &File, bytes: &[u8]) -> FileText {
    let charset = file.charset().and_then(Encoding::from_charset);
    let text = encoding::decode(bytes, charset.unwrap_or(Encoding::Utf8));
    let text = match file.essence() {
        "text/html" | "application/xhtml+xml" => html::text(&text),
        "application/ttml+xml" => captions::read(&text, "application/ttml+xml").to_webvtt(),
        _ => text,
    };
    FileText {
        file: file.sha256,
        origin: Origin::Transcript,
        text: TimedText::read(&text),
    }
}

fn report(error: &BlobError, asset: &Asset) {
    let error = error_chain(error);
    tracing::warn!(error, asset = %asset.id, "the text of a file could not be read for the search index");
}

fn is_transcript(file: &File) -> bool {
    matches!(file.role, FileRole::Transcript | FileRole::Captions)
        && (file.media_type.starts_with("text/")
            || matches!(
                file.essence(),
                "application/x-subrip" | "application/ttml+xml" | "application/xhtml+xml"
            ))
}
