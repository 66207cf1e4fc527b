//! What the sound of a recording is like, in responses.

mod copies;
mod level;

use serde::Serialize;
use utoipa::ToSchema;

use super::schema_fields;
use crate::domain::Sha256;
use crate::domain::asset::AssetId;
use crate::domain::sound::{SoundFailure, SoundNote};
use crate::interfaces::messages::{Language, sound};
use crate::services::delivery::SoundAccess;
use crate::services::media::sound::{Gap, Measurement, Outcome};
use crate::services::sharing::Addresses;
pub use copies::CopyDto;
use level::Level;

/// What the sound of a recording is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Sound)]
pub struct SoundDto {
    /// Whether it was measured: `waiting`, `measured`, or `failed`, with the reason in `problem`.
    #[schema(schema_with = schema_fields::sound_state)]
    pub state: &'static str,
    /// Why it could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<SoundProblemDto>,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredDto>,
    /// What whoever airs it should know.
    pub notes: Vec<SoundNoteDto>,
    /// Copies that stations can air.
    pub copies: Vec<CopyDto>,
    /// Addresses of its waveform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waveform: Option<WaveformDto>,
}

/// Addresses of a waveform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Waveform)]
pub struct WaveformDto {
    /// As numbers, in the JSON of `audiowaveform`.
    #[schema(format = "uri")]
    pub json: String,
    /// As a picture.
    #[schema(format = "uri")]
    pub svg: String,
}

/// What was measured of a sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MeasuredSound)]
pub struct MeasuredDto {
    /// The codec.
    pub codec: String,
    /// Samples a second.
    pub sample_rate_hz: u32,
    /// The number of channels.
    pub channel_count: u32,
    /// What the channels are to each other.
    #[schema(schema_with = schema_fields::channels)]
    pub channels: &'static str,
    /// Decoded samples of each channel: the exact length.
    pub samples: u64,
    /// The same in milliseconds, rounded.
    pub duration_ms: u64,
    /// Integrated loudness in LUFS (EBU R 128); absent for silence and recordings of less than 0.4 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_lufs: Option<Level>,
    /// Loudness range in LU (EBU Tech 3342).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_range_lu: Option<Level>,
    /// The greatest true peak of a channel in dBTP (ITU-R BS.1770).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_peak_dbtp: Option<Level>,
    /// The greatest sample of a channel in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_peak_dbfs: Option<Level>,
    /// Silence before the sound, in milliseconds.
    pub leading_silence_ms: u64,
    /// Silence behind the sound, in milliseconds.
    pub trailing_silence_ms: u64,
    /// Silences of three seconds or more within the sound: the first hundred.
    pub gaps: Vec<GapDto>,
    /// Places that were cut off at full scale.
    pub clipped_places: u64,
}

/// A silence within a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SoundGap)]
pub struct GapDto {
    /// Where it begins, in milliseconds.
    pub at_ms: u64,
    /// Its length in milliseconds.
    pub length_ms: u64,
}

/// Something that whoever airs a recording should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SoundNote)]
pub struct SoundNoteDto {
    /// Its name, such as `clipped` or `too-quiet`.
    pub code: &'static str,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// Why a sound could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SoundProblem)]
pub struct SoundProblemDto {
    /// `damaged`, `unsupported` or `too-large`.
    pub code: &'static str,
    /// The reason and what to do, in Vietnamese.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
}

impl SoundDto {
    /// What the caller may know of the sound of a file.
    pub(super) fn new(
        access: &SoundAccess,
        (asset, file): (AssetId, Sha256),
        addresses: Addresses<'_>,
    ) -> Self {
        let outcome = access.report.as_ref().map(|report| &report.outcome);
        let (state, problem, measured) = match outcome {
            None => ("waiting", None, None),
            Some(Outcome::Measured(measurement)) => ("measured", None, Some(measurement)),
            Some(Outcome::Failed(failure)) => {
                ("failed", Some(SoundProblemDto::new(*failure)), None)
            }
        };
        let notes = measured.map(Measurement::notes).unwrap_or_default();
        let waveform = access.has_waveform.then(|| WaveformDto {
            json: addresses.waveform(asset, file),
            svg: addresses.waveform_picture(asset, file),
        });
        Self {
            state,
            problem,
            measured: measured.map(MeasuredDto::from),
            notes: notes.into_iter().map(SoundNoteDto::from).collect(),
            copies: access
                .copies
                .iter()
                .map(|copy| CopyDto::new(copy, (asset, file), addresses))
                .collect(),
            waveform,
        }
    }

    /// The exact length, if it was measured.
    pub(super) fn duration_ms(&self) -> Option<u64> {
        self.measured.as_ref().map(|measured| measured.duration_ms)
    }
}

impl From<&Measurement> for MeasuredDto {
    fn from(measured: &Measurement) -> Self {
        Self {
            codec: measured.codec.clone(),
            sample_rate_hz: measured.rate_hz,
            channel_count: measured.channel_count,
            channels: measured.channels.name(),
            samples: measured.samples,
            duration_ms: measured.duration_ms(),
            loudness_lufs: measured.loudness.map(Level),
            loudness_range_lu: measured.range.map(Level),
            true_peak_dbtp: measured.true_peak.map(Level),
            sample_peak_dbfs: measured.sample_peak.map(Level),
            leading_silence_ms: measured.leading_silence_ms,
            trailing_silence_ms: measured.trailing_silence_ms,
            gaps: measured.gaps.iter().copied().map(GapDto::from).collect(),
            clipped_places: measured.clipped_places,
        }
    }
}

impl From<Gap> for GapDto {
    fn from(gap: Gap) -> Self {
        Self {
            at_ms: gap.at_ms,
            length_ms: gap.length_ms,
        }
    }
}

impl From<SoundNote> for SoundNoteDto {
    fn from(note: SoundNote) -> Self {
        Self {
            code: note.name(),
            vi: sound::sentence(note, Language::Vietnamese),
            en: sound::sentence(note, Language::English),
        }
    }
}

impl SoundProblemDto {
    fn new(failure: SoundFailure) -> Self {
        Self {
            code: failure.name(),
            vi: sound::failure(failure, Language::Vietnamese),
            en: sound::failure(failure, Language::English),
        }
    }
}
