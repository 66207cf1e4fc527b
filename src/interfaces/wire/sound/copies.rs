//! The copies of a recording for stations, in responses.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::level::Level;
use crate::domain::Sha256;
use crate::domain::asset::AssetId;
use crate::interfaces::messages::{Language, sound};
use crate::interfaces::wire::schema_fields;
use crate::services::delivery::BroadcastAccess;
use crate::services::media::broadcast_copy::{CopyOutcome, MadeCopy};
use crate::services::sharing::Addresses;

/// A copy of a recording that a station can air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BroadcastCopy)]
pub struct CopyDto {
    /// The name of its profile.
    pub profile: String,
    /// What people call it, by language.
    pub title: BTreeMap<String, String>,
    /// `waiting` while it is being made, or a program is missing; `made`; `off-target` when it could not become as loud
    /// as its profile asks for; `failed`.
    #[schema(schema_with = schema_fields::copy_state)]
    pub state: &'static str,
    /// What keeps it from being made, or from being as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<CopyProblemDto>,
    /// Where it is, and what was measured of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<CopyFileDto>,
}

/// The file of a copy, as it was measured after it had been made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BroadcastCopyFile)]
pub struct CopyFileDto {
    /// Its address.
    #[schema(format = "uri")]
    pub address: String,
    /// SHA-256 of its bytes in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
    /// Media type.
    pub media_type: String,
    /// The name that a download gets.
    pub name: String,
    /// Samples a second.
    pub sample_rate_hz: u32,
    /// Samples of each channel: the exact length.
    pub samples: u64,
    /// The same in milliseconds, rounded.
    pub duration_ms: u64,
    /// Integrated loudness in LUFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_lufs: Option<Level>,
    /// Loudness range in LU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_range_lu: Option<Level>,
    /// True peak in dBTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_peak_dbtp: Option<Level>,
    /// What the sound was multiplied by, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<Level>,
    /// Peaks were limited.
    pub is_limited: bool,
    /// The program that encoded it.
    pub encoder: String,
}

/// Why a copy is not made, or not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BroadcastCopyProblem)]
pub struct CopyProblemDto {
    /// `program-missing`, `off-target`, `silent`, `damaged` or `too-large`.
    pub code: &'static str,
    /// The reason, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

impl CopyDto {
    pub(super) fn new(
        access: &BroadcastAccess,
        (asset, file): (AssetId, Sha256),
        addresses: Addresses<'_>,
    ) -> Self {
        let outcome = access.report.as_ref().map(|report| &report.outcome);
        let (state, problem) = match outcome {
            None => (
                "waiting",
                access.missing_program.map(CopyProblemDto::missing),
            ),
            Some(CopyOutcome::Failed(failure)) => {
                let sentence = |language| sound::copy_failure(*failure, language).to_owned();
                (
                    "failed",
                    Some(CopyProblemDto::new(failure.name(), sentence)),
                )
            }
            Some(CopyOutcome::Made(made)) if made.is_met => ("made", None),
            Some(CopyOutcome::Made(made)) => ("off-target", Some(CopyProblemDto::off_target(made))),
        };
        let address = addresses.broadcast_copy(asset, file, &access.profile);
        Self {
            profile: access.profile.clone(),
            title: access.title.clone(),
            state,
            problem,
            file: CopyFileDto::new(access, address),
        }
    }
}

impl CopyFileDto {
    fn new(access: &BroadcastAccess, address: String) -> Option<Self> {
        let (report, copy) = (access.report.as_ref()?, access.copy.as_ref()?);
        let CopyOutcome::Made(made) = &report.outcome else {
            return None;
        };
        Some(Self {
            address,
            sha256: copy.key.to_string(),
            size: copy.size,
            media_type: copy.media_type.clone(),
            name: copy.file_name.clone(),
            sample_rate_hz: made.rate_hz,
            samples: made.samples,
            duration_ms: made.duration_ms(),
            loudness_lufs: made.loudness.map(Level),
            loudness_range_lu: made.range.map(Level),
            true_peak_dbtp: made.true_peak.map(Level),
            gain_db: made.gain.map(Level),
            is_limited: made.is_limited,
            encoder: report.encoder.clone(),
        })
    }
}

impl CopyProblemDto {
    fn new(code: &'static str, sentence: impl Fn(Language) -> String) -> Self {
        Self {
            code,
            vi: sentence(Language::Vietnamese),
            en: sentence(Language::English),
        }
    }

    fn missing(program: &'static str) -> Self {
        Self::new("program-missing", |language| {
            sound::missing_program(program, language)
        })
    }

    fn off_target(made: &MadeCopy) -> Self {
        let levels = (made.loudness, made.true_peak);
        Self::new("off-target", |language| sound::off_target(levels, language))
    }
}
