//! What came of making a copy for stations, and its stored form: the JSON of the rendition beside the copy.

use serde::{Deserialize, Serialize};

use crate::domain::sound::{CopyFailure, Decibels};
use crate::services::media::sound::{decibels, millis};

/// What came of making one copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyReport {
    /// The version of the archive that made it.
    pub program: String,
    /// The program that encoded it, with its version.
    pub encoder: String,
    /// The result.
    #[serde(flatten)]
    pub outcome: CopyOutcome,
}

/// The result of making a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyOutcome {
    /// There is a copy.
    Made(MadeCopy),
    /// There is none.
    #[serde(with = "failure")]
    Failed(CopyFailure),
}

/// A copy, as it was measured after it had been decoded again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeCopy {
    /// It is as loud as its profile asks for, and its peak no higher.
    pub is_met: bool,
    /// Its loudness in LUFS.
    #[serde(with = "decibels")]
    pub loudness: Option<Decibels>,
    /// Its loudness range in LU.
    #[serde(with = "decibels")]
    pub range: Option<Decibels>,
    /// Its true peak in dBTP.
    #[serde(with = "decibels")]
    pub true_peak: Option<Decibels>,
    /// Samples a second.
    pub rate_hz: u32,
    /// Samples of each channel: the exact length.
    pub samples: u64,
    /// What the sound was multiplied by, in dB.
    #[serde(with = "decibels")]
    pub gain: Option<Decibels>,
    /// Peaks were limited.
    pub is_limited: bool,
    /// How often it was encoded until it was as it should be.
    pub attempts: u32,
}

impl MadeCopy {
    /// Its exact length in milliseconds, rounded.
    pub fn duration_ms(&self) -> u64 {
        millis(self.samples, self.rate_hz)
    }
}

mod failure {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::sound::CopyFailure;

    pub(super) fn serialize<S: Serializer>(
        failure: &CopyFailure,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(failure.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CopyFailure, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut names = CopyFailure::NAMES.into_iter();
        let found = names.find(|(name, _)| *name == text);
        found
            .map(|(_, failure)| failure)
            .ok_or_else(|| D::Error::custom("unknown name"))
    }
}
