//! The stored form of consents and of the papers that prove them.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{language, parsed, sha256, slug_texts, slugs};
use crate::domain::asset::{Consent, SealedFile};
use crate::domain::{LanguageTag, Timestamp};

/// Version 1 of a stored consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct ConsentV1 {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<String>,
}

impl From<&Consent> for ConsentV1 {
    fn from(consent: &Consent) -> Self {
        Self {
            channels: slug_texts(&consent.channels),
            languages: consent
                .languages
                .iter()
                .map(LanguageTag::to_string)
                .collect(),
            ends_on: consent.ends_on.map(|day| day.to_string()),
        }
    }
}

impl TryFrom<ConsentV1> for Consent {
    type Error = InvalidRecord;

    fn try_from(stored: ConsentV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            channels: slugs(&stored.channels)?,
            languages: stored
                .languages
                .iter()
                .map(|tag| language(tag))
                .collect::<Result<_, _>>()?,
            ends_on: stored
                .ends_on
                .map(|day| parsed("date", &day, |day| day.parse().ok()))
                .transpose()?,
        })
    }
}

/// Version 1 of a stored sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct SealedFileV1 {
    pub sha256: String,
    pub media_type: String,
    pub size: u64,
    pub added_at_ms: i64,
}

impl From<SealedFile> for SealedFileV1 {
    fn from(file: SealedFile) -> Self {
        Self {
            sha256: file.sha256.to_hex(),
            media_type: file.media_type,
            size: file.size,
            added_at_ms: file.added_at.as_millis(),
        }
    }
}

impl TryFrom<SealedFileV1> for SealedFile {
    type Error = InvalidRecord;

    fn try_from(stored: SealedFileV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            sha256: sha256(&stored.sha256)?,
            media_type: stored.media_type,
            size: stored.size,
            added_at: Timestamp::from_millis(stored.added_at_ms),
        })
    }
}
