//! Reads the transcripts and captions of a work.

use std::sync::Arc;

use crate::domain::Sha256;
use crate::domain::asset::{Asset, File, FileRole};
use crate::services::media::text::encoding::{self, Encoding};
use crate::services::search::analysis::html_text::html_text;
use crate::services::search::analysis::timed_text::TimedText;
use crate::storage::blobs::BlobStore;
use crate::telemetry::error_chain;

/// Bytes of a transcript that are read: more than a day of speech.
const MAX_BYTES: u64 = 4 << 20;

/// A transcript of a work.
#[derive(Debug, Clone)]
pub(crate) struct Transcript {
    /// The transcript or captions file.
    pub(crate) file: Sha256,
    /// The spoken text with its cue times.
    pub(crate) text: TimedText,
}

/// Reads the transcripts of a work. One that cannot be read is logged and skipped: the work is
/// still found by its other texts.
pub(crate) async fn read(blobs: &Arc<dyn BlobStore>, asset: &Asset) -> Vec<Transcript> {
    let mut transcripts = Vec::new();
    for file in asset.files.iter().filter(|file| is_text(file)) {
        match blobs.read(file.sha256, 0..file.size.min(MAX_BYTES)).await {
            Ok(bytes) => {
                let charset = file.charset().and_then(Encoding::from_charset);
                let text = encoding::decode(&bytes, charset.unwrap_or(Encoding::Utf8));
                let text = match file.essence() {
                    "text/html" | "application/xhtml+xml" => html_text(&text),
                    _ => text,
                };
                transcripts.push(Transcript {
                    file: file.sha256,
                    text: TimedText::read(&text),
                });
            }
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(error, asset = %asset.id, "a transcript could not be read for the search index");
            }
        }
    }
    transcripts
}

fn is_text(file: &File) -> bool {
    matches!(file.role, FileRole::Transcript | FileRole::Captions)
        && (file.media_type.starts_with("text/")
            || matches!(
                file.essence(),
                "application/x-subrip" | "application/xhtml+xml"
            ))
}
