//! The spoken text of a work, with a link to the second of each line.

use std::sync::Arc;

use super::super::href::Href;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, File, FileRole};
use crate::interfaces::http::extract::body::in_proportion;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::services::delivery::{Delivery, DeliveryError};
use crate::services::media::captions;
use crate::services::media::text::encoding::{self, Encoding};
use crate::services::search::TimedText;

/// Bytes of a transcript that a page shows: more than a day of speech.
const MAX_BYTES: u64 = 1 << 20;

/// Types of texts with or without times.
const TYPES: [&str; 4] = [
    "text/vtt",
    "application/x-subrip",
    "application/ttml+xml",
    "text/plain",
];

/// A transcript.
pub(super) struct TranscriptView {
    /// The tag of its language.
    pub language: String,
    /// What it is, when a work has several.
    pub name: String,
    /// Its lines with times.
    pub lines: Vec<LineView>,
    /// Its paragraphs, when it has no times.
    pub paragraphs: Vec<String>,
}

/// A line that is said at a moment.
pub(super) struct LineView {
    /// `0:04`
    pub clock: String,
    /// The page at this moment (Media Fragments URI 1.0).
    pub href: Href,
    /// The start in seconds, for the script.
    pub seconds: String,
    /// What is said.
    pub text: String,
}

/// The transcripts that the reader may get. One of which there is no copy yet is left out.
///
/// # Errors
/// Those of the catalogue and of reading the bytes.
pub(super) async fn read(
    actor: &Actor,
    work: &Asset,
    delivery: &Delivery,
    language: Language,
) -> Result<Vec<TranscriptView>, Problem> {
    let is_transcript = |file: &&File| {
        matches!(file.role, FileRole::Transcript | FileRole::Captions)
            && TYPES.contains(&file.essence())
    };
    let mut views = Vec::new();
    for file in work.files.iter().filter(is_transcript) {
        let deliverable = match delivery.file(actor, work.id, file.sha256).await {
            Err(DeliveryError::NoSuchFile | DeliveryError::Forbidden) => continue,
            found => found?,
        };
        let content = Arc::new(
            delivery
                .open(&deliverable)
                .await
                .map_err(DeliveryError::from)?,
        );
        let bytes = content.read(0..deliverable.size.min(MAX_BYTES)).await;
        let bytes = bytes.map_err(DeliveryError::from)?;
        let charset = file.charset().and_then(Encoding::from_charset);
        let encoding = charset.unwrap_or(Encoding::Utf8);
        let length = bytes.len();
        let is_ttml = file.essence() == "application/ttml+xml";
        let read = move || {
            let text = encoding::decode(&bytes, encoding);
            if is_ttml {
                TimedText::read(&captions::read(&text, "application/ttml+xml").to_webvtt())
            } else {
                TimedText::read(&text)
            }
        };
        let text = in_proportion(length, read).await;
        views.push(TranscriptView::new(file, &text, language));
    }
    Ok(views)
}

impl TranscriptView {
    fn new(file: &File, text: &TimedText, language: Language) -> Self {
        let line = |(ms, text): (u64, &str)| LineView {
            clock: format::clock(ms),
            href: Href::anchor(&format!("t={}", seconds(ms))),
            seconds: seconds(ms),
            text: text.to_owned(),
        };
        let lines: Vec<LineView> = text.cues().map(line).collect();
        let paragraphs = if lines.is_empty() {
            let lines = text
                .text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        } else {
            Vec::new()
        };
        let tag = file.language.as_ref().map_or("vi", |tag| tag.as_str());
        let title = file.title.best(language.tag());
        Self {
            language: tag.to_owned(),
            name: title.unwrap_or_default().to_owned(),
            lines,
            paragraphs,
        }
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
