//! What was measured of a sound, and its stored form: the JSON of the rendition `sound-report/1`.

use serde::{Deserialize, Serialize};

use crate::domain::sound::{Channels, Decibels, SoundFailure, SoundNote};

/// What measuring a file came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundReport {
    /// The version of the archive that measured it.
    pub program: String,
    /// The result.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The result of measuring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was measured.
    Measured(Measurement),
    /// It could not be.
    #[serde(with = "failure")]
    Failed(SoundFailure),
}

/// What was measured of a sound. Times are in milliseconds, rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// The codec by a short name.
    pub codec: String,
    /// Samples a second.
    pub rate_hz: u32,
    /// The number of channels.
    pub channel_count: u32,
    /// What the channels are to each other.
    #[serde(with = "channels")]
    pub channels: Channels,
    /// Decoded samples of each channel: the exact length.
    pub samples: u64,
    /// Integrated loudness in LUFS (EBU R 128); absent for silence and less than 0.4 s.
    #[serde(with = "decibels")]
    pub loudness: Option<Decibels>,
    /// Loudness range in LU (EBU Tech 3342).
    #[serde(with = "decibels")]
    pub range: Option<Decibels>,
    /// True peak in dBTP.
    #[serde(with = "decibels")]
    pub true_peak: Option<Decibels>,
    /// Sample peak in dBFS.
    #[serde(with = "decibels")]
    pub sample_peak: Option<Decibels>,
    /// Silence before the sound.
    pub leading_silence_ms: u64,
    /// Silence behind the sound.
    pub trailing_silence_ms: u64,
    /// Silences of three seconds or more within the sound, the first hundred of them.
    pub gaps: Vec<Gap>,
    /// How many there are.
    pub gap_count: u64,
    /// The longest of them.
    pub longest_gap: Option<Gap>,
    /// Places that were cut off at full scale.
    pub clipped_places: u64,
    /// The first of them.
    pub first_clipped_ms: Option<u64>,
    /// The greatest mean of a channel, in hundred thousandths of full scale.
    pub offset: u32,
    /// Parts that could not be decoded.
    pub broken_parts: u64,
}

/// A silence within the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Where it begins.
    pub at_ms: u64,
    /// How long it is.
    pub length_ms: u64,
}

/// Below this loudness a recording is too quiet, in hundredths of LUFS: ten below that of programmes.
const TOO_QUIET: Decibels = Decibels::from_hundredths(-3300);
/// Loudness of less than this is uncertain.
const SHORT_MS: u64 = 3_000;
/// Silence at an end that is noted.
const LONG_END_MS: u64 = 1_000;
/// An offset that is noted: a hundredth of full scale.
const OFFSET: u32 = 1_000;
/// Below this rate high tones are missing.
const LOW_RATE_HZ: u32 = 32_000;
/// So many clipped places are noted: fewer are heard by nobody.
const CLIPPED_PLACES: u64 = 3;

impl Measurement {
    /// The exact length in milliseconds, rounded.
    pub fn duration_ms(&self) -> u64 {
        millis(self.samples, self.rate_hz)
    }

    /// What whoever airs it should know.
    pub fn notes(&self) -> Vec<SoundNote> {
        let mut notes = Vec::new();
        match self.loudness {
            None => notes.push(SoundNote::Silent),
            Some(loudness) if loudness < TOO_QUIET => notes.push(SoundNote::TooQuiet { loudness }),
            Some(_) => {}
        }
        if self.loudness.is_some() && self.duration_ms() < SHORT_MS {
            notes.push(SoundNote::Short);
        }
        if let Some(first_ms) = self.first_clipped_ms
            && self.clipped_places >= CLIPPED_PLACES
        {
            let places = self.clipped_places;
            notes.push(SoundNote::Clipped { first_ms, places });
        }
        notes.extend(self.notes_of_channels());
        if self.loudness.is_some() {
            notes.extend(self.notes_of_silence());
        }
        if self.offset > OFFSET {
            notes.push(SoundNote::Offset);
        }
        if self.rate_hz < LOW_RATE_HZ {
            notes.push(SoundNote::LowRate {
                rate_hz: self.rate_hz,
                is_mono: self.channel_count == 1,
            });
        }
        if self.broken_parts > 0 {
            let parts = self.broken_parts;
            notes.push(SoundNote::PartlyDamaged { parts });
        }
        notes
    }

    fn notes_of_channels(&self) -> Option<SoundNote> {
        match self.channels {
            Channels::LeftOnly => Some(SoundNote::OneChannel { is_left: true }),
            Channels::RightOnly => Some(SoundNote::OneChannel { is_left: false }),
            Channels::AntiPhase => Some(SoundNote::AntiPhase),
            Channels::Mono | Channels::DualMono | Channels::Stereo | Channels::Surround => None,
        }
    }

    fn notes_of_silence(&self) -> Vec<SoundNote> {
        let mut notes = Vec::new();
        if self.leading_silence_ms >= LONG_END_MS {
            let length_ms = self.leading_silence_ms;
            notes.push(SoundNote::SilentBeginning { length_ms });
        }
        if self.trailing_silence_ms >= LONG_END_MS {
            let length_ms = self.trailing_silence_ms;
            notes.push(SoundNote::SilentEnd { length_ms });
        }
        if let Some(longest) = self.longest_gap {
            notes.push(SoundNote::Gap {
                longest_at_ms: longest.at_ms,
                length_ms: longest.length_ms,
                count: self.gap_count,
            });
        }
        notes
    }
}

/// How long so many samples are, rounded to milliseconds.
pub(in crate::services::media) fn millis(samples: u64, rate_hz: u32) -> u64 {
    let rate = u128::from(rate_hz.max(1));
    let millis = (u128::from(samples) * 1000 + rate / 2) / rate;
    u64::try_from(millis).unwrap_or(u64::MAX)
}

/// Decibels as numbers.
pub(in crate::services::media) mod decibels {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::sound::Decibels;

    pub(in crate::services::media) fn serialize<S: Serializer>(
        level: &Option<Decibels>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        level.map(Decibels::as_f64).serialize(serializer)
    }

    pub(in crate::services::media) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decibels>, D::Error> {
        let level: Option<f64> = Deserialize::deserialize(deserializer)?;
        Ok(level.and_then(Decibels::rounded))
    }
}

/// Writes and reads a value by its name in a closed list.
macro_rules! by_name {
    ($module:ident, $value:ty) => {
        mod $module {
            use serde::de::Error as _;
            use serde::{Deserialize, Deserializer, Serializer};

            pub(super) fn serialize<S: Serializer>(
                value: &$value,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value.name())
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$value, D::Error> {
                let text = String::deserialize(deserializer)?;
                let mut names = <$value>::NAMES.into_iter();
                let found = names.find(|(name, _)| *name == text);
                found
                    .map(|(_, value)| value)
                    .ok_or_else(|| D::Error::custom("unknown name"))
            }
        }
    };
}

by_name!(channels, crate::domain::sound::Channels);
by_name!(failure, crate::domain::sound::SoundFailure);

#[cfg(test)]
mod tests {
    use super::{Outcome, SoundReport, millis};
    use crate::domain::sound::SoundFailure;

    #[test]
    fn lengths_are_rounded_to_milliseconds() {
        for (samples, rate_hz, expected) in [
            (48_000, 48_000, 1_000),
            (44_100 * 60 + 22, 44_100, 60_000),
            (44_100 * 60 + 23, 44_100, 60_001),
            (1, 8_000, 0),
            (4, 8_000, 1),
            (0, 0, 0),
        ] {
            assert_eq!(millis(samples, rate_hz), expected, "{samples}/{rate_hz}");
        }
    }

    #[test]
    fn a_failure_is_read_as_it_was_written() {
        let report = SoundReport {
            program: "0.2.0".into(),
            outcome: Outcome::Failed(SoundFailure::TooLarge),
        };
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(json, r#"{"program":"0.2.0","failed":"too-large"}"#);
        let read: SoundReport = serde_json::from_str(&json).unwrap();
        assert_eq!(read, report);
    }
}
