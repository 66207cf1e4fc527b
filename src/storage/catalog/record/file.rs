//! The stored form of attached files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{language, language_map, name_of, named, sha256, texts};
use crate::domain::asset::{File, FileRole, MediaFacts, Region, TextCorrection};
use crate::domain::{LanguageTag, Timestamp};

/// Version 1 of a stored file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct FileV1 {
    pub sha256: String,
    pub role: String,
    pub media_type: String,
    pub size: u64,
    pub name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub title: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alt: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// `[x, y, width, height]` of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<[u32; 4]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_correction: Option<TextCorrectionV1>,
    pub attached_at_ms: i64,
}

/// Version 1 of a stored correction of a text. The fields are those of the domain type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextCorrectionV1 {
    pub blob: String,
    pub size: u64,
    pub at_ms: i64,
}

impl From<TextCorrection> for TextCorrectionV1 {
    fn from(correction: TextCorrection) -> Self {
        Self {
            blob: correction.blob.to_hex(),
            size: correction.size,
            at_ms: correction.at.as_millis(),
        }
    }
}

impl TryFrom<TextCorrectionV1> for TextCorrection {
    type Error = InvalidRecord;

    fn try_from(stored: TextCorrectionV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            blob: sha256(&stored.blob)?,
            size: stored.size,
            at: Timestamp::from_millis(stored.at_ms),
        })
    }
}

impl From<File> for FileV1 {
    fn from(file: File) -> Self {
        Self {
            sha256: file.sha256.to_hex(),
            role: name_of(&FileRole::NAMES, &file.role),
            media_type: file.media_type,
            size: file.size,
            name: file.name,
            title: texts(&file.title),
            alt: texts(&file.alt),
            language: file.language.as_ref().map(LanguageTag::to_string),
            width_px: file.facts.width_px,
            height_px: file.facts.height_px,
            duration_ms: file.facts.duration_ms,
            redacted: file
                .redacted
                .iter()
                .map(|region| [region.x, region.y, region.width, region.height])
                .collect(),
            text_correction: file.text_correction.map(TextCorrectionV1::from),
            attached_at_ms: file.attached_at.as_millis(),
        }
    }
}

impl TryFrom<FileV1> for File {
    type Error = InvalidRecord;

    fn try_from(stored: FileV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            sha256: sha256(&stored.sha256)?,
            role: named("file role", &FileRole::NAMES, &stored.role)?,
            media_type: stored.media_type,
            size: stored.size,
            name: stored.name,
            title: language_map(stored.title)?,
            alt: language_map(stored.alt)?,
            language: stored.language.as_deref().map(language).transpose()?,
            facts: MediaFacts {
                width_px: stored.width_px,
                height_px: stored.height_px,
                duration_ms: stored.duration_ms,
            },
            redacted: stored
                .redacted
                .into_iter()
                .map(|[x, y, width, height]| Region {
                    x,
                    y,
                    width,
                    height,
                })
                .collect(),
            text_correction: stored
                .text_correction
                .map(TextCorrection::try_from)
                .transpose()?,
            attached_at: Timestamp::from_millis(stored.attached_at_ms),
        })
    }
}
