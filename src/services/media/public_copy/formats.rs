//! The formats of sound and film that can be copied, and the state of files by their type.

use std::io;
use std::path::Path;

use super::edits::{Edits, Source};
use super::error::CopyError;
use super::{aiff, flac, iso_media, matroska, mpeg_audio, ogg, riff};
use crate::domain::asset::{File, Processing, ProcessingFailure};
use crate::services::media::previews;
use crate::services::media::recipe::{self, Purpose};
use crate::storage::catalog::{BlobRecord, ProcessingResult, Rendition};

/// Finds what a copy leaves out.
type FindEdits = fn(&Source) -> Result<Edits, CopyError>;

/// The formats of sound and film that can be copied.
const FORMATS: [(&str, FindEdits); 21] = [
    ("video/mp4", iso_media::edits),
    ("video/quicktime", iso_media::edits),
    ("video/3gpp", iso_media::edits),
    ("video/3gpp2", iso_media::edits),
    ("audio/mp4", iso_media::edits),
    ("audio/quicktime", iso_media::edits),
    ("audio/3gpp", iso_media::edits),
    ("audio/3gpp2", iso_media::edits),
    ("video/webm", matroska::edits),
    ("video/x-matroska", matroska::edits),
    ("audio/webm", matroska::edits),
    ("audio/x-matroska", matroska::edits),
    ("video/ogg", ogg::edits),
    ("audio/ogg", ogg::edits),
    ("application/ogg", ogg::edits),
    ("audio/mpeg", mpeg_audio::edits),
    ("audio/aac", mpeg_audio::edits),
    ("audio/flac", flac::edits),
    ("audio/wav", riff::edits),
    ("video/x-msvideo", riff::edits),
    ("audio/aiff", aiff::edits),
];

/// Whether the public gets files of this type only as copies.
pub fn is_required(media_type: &str) -> bool {
    let family = media_type.split('/').next().unwrap_or_default();
    matches!(family, "image" | "audio" | "video")
        || matches!(media_type, "application/ogg" | "application/mxf")
}

/// Whether a copy of sound or film of this type can be made.
pub fn can_make(media_type: &str) -> bool {
    format(media_type).is_some()
}

fn state_without_rendition(media_type: &str, record: Option<&BlobRecord>) -> Processing {
    if !is_required(media_type) {
        return Processing::Ready;
    }
    if !can_make(media_type) && !previews::can_render(media_type) {
        return Processing::Failed(ProcessingFailure::Unsupported);
    }
    match record.and_then(|record| record.processed.as_ref()) {
        None => Processing::Working,
        Some(processed) => match processed.result {
            ProcessingResult::NothingToRemove => Processing::Ready,
            ProcessingResult::Failed(failure) => Processing::Failed(failure),
            ProcessingResult::Awaited => Processing::Working,
        },
    }
}

/// The state of a file, by what is recorded of its bytes and the renditions made from them.
pub fn state(file: &File, record: Option<&BlobRecord>, renditions: &[Rendition]) -> Processing {
    let is_public_copy = |copy: &Rendition| {
        let redaction = file.redaction();
        recipe::serves(&copy.recipe, Purpose::PublicCopy, redaction)
    };
    if renditions.iter().any(is_public_copy) {
        return Processing::Ready;
    }
    match state_without_rendition(&file.media_type, record) {
        // What is redacted is never delivered as it is.
        Processing::Ready if file.redaction().is_some() => Processing::Working,
        state => state,
    }
}

/// Whether a WebM or Matroska file has a track of pictures; `None` when that cannot be read.
pub(in crate::services::media) fn has_pictures(path: &Path) -> Option<bool> {
    let source = Source::open(path).ok()?;
    matroska::has_pictures(&source).ok()?
}

/// The duration that a WebM or Matroska file states, in milliseconds.
pub(in crate::services::media) fn matroska_duration_ms(path: &Path) -> Option<u64> {
    let source = Source::open(path).ok()?;
    matroska::duration_ms(&source).ok()?
}

/// Where the bytes after the tags at the beginning of a recording are.
pub(in crate::services::media) fn end_of_leading_tags(path: &Path) -> io::Result<u64> {
    let source = Source::open(path)?;
    match mpeg_audio::end_of_leading_tags(&source) {
        Ok(end) => Ok(end),
        Err(CopyError::File(_)) => Ok(0),
        Err(CopyError::Io(error)) => Err(error),
    }
}

fn format(media_type: &str) -> Option<FindEdits> {
    FORMATS
        .iter()
        .find(|(known, _)| *known == media_type)
        .map(|(_, edits)| *edits)
}

/// What the copy of the file at `path` changes; empty when the file can be delivered as it is. Blocks.
pub(super) fn find_edits(path: &Path, media_type: &str) -> Result<Edits, CopyError> {
    let source = Source::open(path)?;
    let find = format(media_type).ok_or(ProcessingFailure::Unsupported)?;
    find(&source)?.effective(&source)
}
