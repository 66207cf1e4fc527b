//! The stored form of consents.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{language, parsed, slug_texts, slugs};
use crate::domain::LanguageTag;
use crate::domain::asset::Consent;

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
