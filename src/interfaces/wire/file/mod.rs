//! The files of a work in responses, each with what the caller gets of it.

mod regions;
mod text_pages;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Sha256;
use crate::domain::asset::{AssetId, File, FileRole, Processing, ProcessingFailure};
use crate::interfaces::messages::{Language, processing};
pub use regions::{RegionDto, parse_regions};
pub use text_pages::parse_pages;

use super::names::name_of;
use super::schema_fields;
use super::sound::SoundDto;
use super::work::texts_by_language;
use crate::services::delivery::{Deliverable, FileAccess, TextSource};
use crate::services::media::captions;
use crate::services::media::full_text::TextState;
use crate::services::sharing::Addresses;

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileDto {
    /// SHA-256 of the bytes as deposited, in hexadecimal: the name of the file in addresses.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// What it is to the work.
    #[schema(schema_with = schema_fields::file_role)]
    pub role: &'static str,
    /// As recognised from the bytes as deposited.
    pub media_type: String,
    /// The encoding of a text, e.g. `utf-8` or `windows-1258`; `unknown` when it is none of those that the
    /// archive knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Length in bytes as deposited.
    pub size: u64,
    /// Name for a download.
    pub name: String,
    /// Captions by language.
    pub title: BTreeMap<String, String>,
    /// Text alternatives by language.
    pub alt: BTreeMap<String, String>,
    /// Language spoken or written in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Width in pixels as displayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// Height in pixels as displayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
    /// Regions that the copies for others do not show; sent to those who may download the original.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub redacted_regions: Vec<RegionDto>,
    /// Duration in milliseconds; of a recording whose sound was measured, that of its decoded samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What the sound of a recording is like, for those who may hear it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<SoundDto>,
    /// When a person corrected the text that was read from it; absent when nobody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub text_corrected_at: Option<String>,
    /// When it was attached.
    #[schema(format = DateTime)]
    pub attached_at: String,
    /// What you get at the address of the file; absent when you get nothing, or nothing yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<AvailableDto>,
    /// Whether everybody who may see the work can download it: `ready`, `working` while the public copy
    /// is being made, `failed` when none can be made.
    #[schema(schema_with = schema_fields::processing)]
    pub processing: &'static str,
    /// Why no public copy can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_problem: Option<ProcessingProblemDto>,
    /// Where players get captions as WebVTT; `/check` below it tells what is wrong in them. Absent for files of other types.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub captions: Option<String>,
    /// What was read from a document; absent for files without text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<FileTextDto>,
}

/// The bytes that the caller gets of a file: those deposited, or the public copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AvailableFile)]
pub struct AvailableDto {
    /// Address of the bytes.
    #[schema(format = "uri")]
    pub address: String,
    /// SHA-256 of these bytes in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// Length of these bytes.
    pub size: u64,
    /// Media type of these bytes.
    pub media_type: String,
    /// The name that a download gets.
    pub name: String,
    /// Addresses of smaller copies of an image, by the greatest length of a side in pixels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub previews: BTreeMap<String, String>,
}

/// Why no public copy of a file can be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessingProblem)]
pub struct ProcessingProblemDto {
    /// `damaged`, `unsupported`, `too-large`, `place-remains` or `encrypted`.
    pub code: &'static str,
    /// The reason and what to do, in Vietnamese.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
}

impl ProcessingProblemDto {
    fn new(failure: ProcessingFailure) -> Self {
        Self {
            code: failure.name(),
            vi: processing::sentence(failure, Language::Vietnamese),
            en: processing::sentence(failure, Language::English),
        }
    }
}

/// What was read from a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FileText)]
pub struct FileTextDto {
    /// `ready`; `working` while it is read; `waiting` when a program is missing that reads such files; `failed`.
    #[schema(schema_with = schema_fields::text_state)]
    pub state: &'static str,
    /// Where you get it as plain text, pages parted by form feeds; absent when you get nothing, or nothing yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub address: Option<String>,
    /// The words were recognised in images by a program, and some of them may be wrong; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub recognised: bool,
    /// A person corrected it; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub corrected: bool,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<TextProblemDto>,
}

/// Why there is no text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TextProblem)]
pub struct TextProblemDto {
    /// `encrypted`, `damaged`, `too-large`, `unsupported` or `program-missing`.
    pub code: &'static str,
    /// The reason and what to do, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

impl FileTextDto {
    /// The state in words; nothing for files without text.
    pub(in crate::interfaces::wire) fn new(
        state: TextState,
        source: TextSource,
        address: Option<String>,
    ) -> Option<Self> {
        let (name, problem) = match state {
            TextState::None => return None,
            TextState::Ready => ("ready", None),
            TextState::Working(_) => ("working", None),
            TextState::Waiting(program) => {
                let say = |language| processing::text_waits(program, language);
                ("waiting", Some(TextProblemDto::new("program-missing", say)))
            }
            TextState::Failed(failure) => {
                let say = |language| processing::text_sentence(failure, language).to_owned();
                ("failed", Some(TextProblemDto::new(failure.name(), say)))
            }
        };
        Some(Self {
            state: name,
            recognised: source == TextSource::Recognised,
            corrected: source == TextSource::Corrected,
            address: address.filter(|_| state == TextState::Ready),
            problem,
        })
    }
}

impl TextProblemDto {
    fn new(code: &'static str, say: impl Fn(Language) -> String) -> Self {
        Self {
            code,
            vi: say(Language::Vietnamese),
            en: say(Language::English),
        }
    }
}

impl FileDto {
    /// The file with what the caller gets of it. `shows_name`: the caller may see its name as deposited,
    /// and what is redacted.
    pub(in crate::interfaces::wire) fn render(
        file: File,
        access: FileAccess,
        shows_name: bool,
        (asset, addresses): (AssetId, Addresses<'_>),
    ) -> Self {
        let (media_type, encoding) = (file.essence().to_owned(), encoding_of(&file));
        let available = access.deliverable.map(|bytes| {
            AvailableDto::new(
                bytes,
                &access.preview_sides_px,
                (asset, file.sha256),
                addresses,
            )
        });
        let has_captions = available.is_some() && captions::can_read(&media_type, file.size);
        let text_address = addresses.text(asset, file.sha256);
        let text = FileTextDto::new(
            access.text,
            access.text_source,
            available.is_some().then_some(text_address),
        );
        let sound = access
            .sound
            .map(|sound| SoundDto::new(&sound, (asset, file.sha256), addresses));
        let measured_ms = sound.as_ref().and_then(SoundDto::duration_ms);
        Self {
            sha256: file.sha256.to_string(),
            role: name_of(&FileRole::NAMES, &file.role),
            size: file.size,
            name: if shows_name {
                file.name
            } else {
                file.neutral_name()
            },
            media_type,
            encoding,
            title: texts_by_language(&file.title),
            alt: texts_by_language(&file.alt),
            language: file.language.map(|tag| tag.to_string()),
            width_px: file.facts.width_px,
            height_px: file.facts.height_px,
            redacted_regions: if shows_name {
                file.redacted.iter().map(RegionDto::from).collect()
            } else {
                Vec::new()
            },
            duration_ms: measured_ms.or(file.facts.duration_ms),
            sound,
            text_corrected_at: file.text_correction.map(|text| text.at.to_string()),
            attached_at: file.attached_at.to_string(),
            available,
            captions: has_captions.then(|| addresses.captions(asset, file.sha256)),
            text,
            processing: access.processing.name(),
            processing_problem: match access.processing {
                Processing::Failed(failure) => Some(ProcessingProblemDto::new(failure)),
                Processing::Ready | Processing::Working => None,
            },
        }
    }
}

impl AvailableDto {
    fn new(
        bytes: Deliverable,
        preview_sides_px: &[u32],
        (asset, file): (AssetId, Sha256),
        addresses: Addresses<'_>,
    ) -> Self {
        let preview = |side: &u32| (side.to_string(), addresses.preview(asset, file, *side));
        Self {
            sha256: bytes.key.to_string(),
            size: bytes.size,
            media_type: bytes.media_type,
            name: bytes.file_name,
            previews: preview_sides_px.iter().map(preview).collect(),
            address: addresses.file(asset, file),
        }
    }
}

fn encoding_of(file: &File) -> Option<String> {
    match file.charset() {
        Some("unknown-8bit") => Some("unknown".to_owned()),
        Some(charset) => Some(charset.to_owned()),
        None if file.media_type.starts_with("text/") => Some("utf-8".to_owned()),
        None => None,
    }
}
