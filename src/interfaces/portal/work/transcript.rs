//! The spoken text of a work, with a link to the second of each line.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::href::Href;
use super::super::place::Place;
use super::moment;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, File, FileRole};
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::extract::body::in_proportion;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::portal::works;
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
pub(in crate::interfaces::portal) struct TranscriptView {
    /// Its anchor.
    pub anchor: String,
    /// The tag of its language.
    pub language: String,
    /// Its caption, or its language when the work has several.
    pub name: String,
    /// Its lines with times.
    pub lines: Vec<LineView>,
    /// Its paragraphs, when it has no times.
    pub paragraphs: Vec<String>,
}

/// A line that is said at a moment.
pub(in crate::interfaces::portal) struct LineView {
    /// `0:04`
    pub clock: String,
    /// The page at this moment.
    pub href: Href,
    /// Its anchor; none when another line of the page has it.
    pub anchor: Option<String>,
    /// The start in seconds, for the script.
    pub seconds: String,
    /// What is said.
    pub text: String,
    /// Whether it is said at the moment of the address.
    pub is_current: bool,
}

/// Where transcripts are shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::interfaces::portal) struct TranscriptContext {
    /// The page.
    pub place: Place,
    /// Its language.
    pub language: Language,
    /// The moment of its address, in milliseconds.
    pub at_ms: Option<u64>,
}

/// The transcripts that the reader may get. One of which there is no copy yet is left out.
///
/// # Errors
/// Those of the catalogue and of reading the bytes.
pub(in crate::interfaces::portal) async fn read(
    actor: &Actor,
    work: &Asset,
    (delivery, vocabularies): (&Delivery, &Vocabularies),
    context: TranscriptContext,
) -> Result<Vec<TranscriptView>, Problem> {
    let is_transcript = |file: &&File| {
        matches!(file.role, FileRole::Transcript | FileRole::Captions)
            && TYPES.contains(&file.essence())
    };
    let mut views: Vec<TranscriptView> = Vec::new();
    let mut anchored = HashSet::new();
    let has_several = work.files.iter().filter(is_transcript).count() > 1;
    for file in work.files.iter().filter(is_transcript) {
        let deliverable = match delivery.file(actor, work.id, file.sha256).await {
            Err(DeliveryError::NoSuchFile | DeliveryError::Forbidden) => continue,
            found => found?,
        };
        let content = delivery.open(&deliverable).await;
        let content = Arc::new(content.map_err(DeliveryError::from)?);
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
        let mut view = TranscriptView::new(file, &text, context);
        if view.lines.is_empty() && view.paragraphs.is_empty() {
            continue;
        }
        view.anchor = format!("loi-van-{}", views.len() + 1);
        for line in &mut view.lines {
            let is_first = anchored.insert(line.seconds.clone());
            line.anchor = is_first.then(|| moment::anchor(&line.seconds));
        }
        if view.name.is_empty() && has_several {
            view.name = works::label(vocabularies, "language", &view.language, context.language);
        }
        views.push(view);
    }
    Ok(views)
}

impl TranscriptView {
    fn new(file: &File, text: &TimedText, context: TranscriptContext) -> Self {
        let current = |start: &u64| context.at_ms.is_some_and(|at| *start <= at);
        let starts: Vec<u64> = text.cues().map(|(start, _)| start).collect();
        let current = starts.iter().rposition(current);
        let lines = text.cues().enumerate();
        let line = |(number, (ms, text)): (usize, (u64, &str))| LineView {
            is_current: current == Some(number),
            ..LineView::new(ms, text, context)
        };
        let lines: Vec<LineView> = lines.map(line).collect();
        let has_times = !lines.is_empty();
        let paragraphs = text.text.lines().map(str::trim);
        let paragraphs = paragraphs.filter(|line| !has_times && !line.is_empty());
        let tag = file.language.as_ref().map_or("vi", |tag| tag.as_str());
        let title = file.title.best(context.language.tag());
        Self {
            anchor: String::new(),
            language: tag.to_owned(),
            name: title.unwrap_or_default().to_owned(),
            paragraphs: paragraphs.map(str::to_owned).collect(),
            lines,
        }
    }
}

impl LineView {
    fn new(ms: u64, text: &str, context: TranscriptContext) -> Self {
        let seconds = moment::seconds(ms);
        Self {
            clock: format::clock(ms),
            href: moment::address(context.place, ms, context.language),
            text: text.to_owned(),
            is_current: false,
            anchor: None,
            seconds,
        }
    }
}
