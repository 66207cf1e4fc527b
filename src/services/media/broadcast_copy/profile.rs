//! What copies for stations are like: data, `schema/broadcast-profiles.json` unless the operator has a file of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::Slug;
use crate::domain::sound::Decibels;
use crate::services::media::recipe;
use crate::storage::blobs::Hasher;

/// The profiles that come with the archive.
const DEFAULT: &str = include_str!("../../../../schema/broadcast-profiles.json");
/// The most profiles.
const MAX_PROFILES: usize = 20;
/// What the same profile makes, by this program. It is incremented when the same sound would give other bytes.
const VERSION: u32 = 1;

/// The format of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyFormat {
    /// Broadcast WAV: linear samples of 16 bits.
    Wav,
    /// MP3 at a fixed bit rate.
    Mp3,
}

/// What one copy is like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name in addresses.
    pub name: String,
    /// What people call it, by language.
    pub title: BTreeMap<String, String>,
    format: CopyFormat,
    /// Of MP3.
    #[serde(default)]
    bit_rate_kbps: u32,
    rate_hz: u32,
    /// Mixed to one channel.
    #[serde(default)]
    is_mono: bool,
    /// What is below and above is taken away.
    #[serde(default)]
    band_hz: Option<(u32, u32)>,
    /// Loud and quiet are brought nearer to each other.
    #[serde(default)]
    is_compressed: bool,
    loudness_lufs: f64,
    tolerance_lu: f64,
    max_true_peak_dbtp: f64,
}

/// Why a file of profiles cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is not the JSON of a list of profiles.
    #[error("not a list of profiles: {0}")]
    Malformed(String),
    /// A value of a profile is impossible.
    #[error("profile {name}: {problem}")]
    Impossible {
        /// The name of the profile.
        name: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// There are more than can be made.
    #[error("more than {MAX_PROFILES} profiles")]
    TooMany,
}

/// The profiles in force, in their order. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Profiles(Arc<[Profile]>);

impl Profiles {
    /// Those that come with the archive.
    pub fn built_in() -> Self {
        Self::parse(DEFAULT).unwrap_or_else(|_| Self::none())
    }

    /// No profiles: nothing is made.
    pub fn none() -> Self {
        Self(Arc::new([]))
    }

    /// Reads the JSON of a list of profiles.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn parse(json: &str) -> Result<Self, ProfileError> {
        let profiles: Vec<Profile> = serde_json::from_str(json)
            .map_err(|error| ProfileError::Malformed(error.to_string()))?;
        if profiles.len() > MAX_PROFILES {
            return Err(ProfileError::TooMany);
        }
        let mut names = BTreeSet::new();
        for profile in &profiles {
            let problem = if names.insert(profile.name.as_str()) {
                profile.problem()
            } else {
                Some("there is another one of this name")
            };
            if let Some(problem) = problem {
                let name = profile.name.clone();
                return Err(ProfileError::Impossible { name, problem });
            }
        }
        Ok(Self(profiles.into()))
    }

    /// All profiles.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }

    /// The profile of this name.
    pub fn find(&self, name: &str) -> Option<&Profile> {
        self.iter().find(|profile| profile.name == name)
    }
}

impl Profile {
    fn problem(&self) -> Option<&'static str> {
        let levels = [
            self.loudness_lufs,
            self.tolerance_lu,
            self.max_true_peak_dbtp,
        ];
        let checks = [
            (Slug::parse(&self.name).is_ok(), "its name is no slug"),
            (
                matches!(self.rate_hz, 32_000 | 44_100 | 48_000),
                "rate_hz must be 32000, 44100 or 48000",
            ),
            (
                self.format == CopyFormat::Wav || (32..=320).contains(&self.bit_rate_kbps),
                "bit_rate_kbps must be from 32 to 320",
            ),
            (
                self.band_hz
                    .is_none_or(|(low, high)| low >= 20 && low < high && high < self.rate_hz / 2),
                "band_hz must be two rising frequencies within the sound",
            ),
            (
                levels.iter().all(|level| level.is_finite())
                    && (-40.0..=-5.0).contains(&self.loudness_lufs),
                "loudness_lufs must be from -40 to -5",
            ),
            (
                (0.1..=5.0).contains(&self.tolerance_lu),
                "tolerance_lu must be from 0.1 to 5",
            ),
            (
                (-20.0..=0.0).contains(&self.max_true_peak_dbtp),
                "max_true_peak_dbtp must be from -20 to 0",
            ),
        ];
        let mut checks = checks.into_iter();
        checks.find(|(holds, _)| !holds).map(|(_, problem)| problem)
    }

    /// The format of the copy.
    pub fn format(&self) -> CopyFormat {
        self.format
    }

    /// Kilobits a second of MP3.
    pub(super) fn bit_rate_kbps(&self) -> u32 {
        self.bit_rate_kbps
    }

    /// Samples a second of the copy.
    pub(super) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Whether it is mixed to one channel.
    pub(super) fn is_mono(&self) -> bool {
        self.is_mono
    }

    /// The lowest and the highest frequency that stay.
    pub(super) fn band_hz(&self) -> Option<(u32, u32)> {
        self.band_hz
    }

    /// Whether loud and quiet are brought nearer to each other.
    pub(super) fn is_compressed(&self) -> bool {
        self.is_compressed
    }

    /// How loud the copy is to be, in LUFS.
    pub fn loudness(&self) -> f64 {
        self.loudness_lufs
    }

    /// How far from it the copy may be, in LU.
    pub fn tolerance(&self) -> f64 {
        self.tolerance_lu
    }

    /// The highest true peak that it may have, in dBTP.
    pub fn max_true_peak(&self) -> f64 {
        self.max_true_peak_dbtp
    }

    /// Whether a copy this loud, with this peak, is what the profile asks for.
    pub fn is_met_by(&self, loudness: Option<Decibels>, true_peak: Option<Decibels>) -> bool {
        // Levels are rounded to hundredths.
        let is_near = |level: Decibels| {
            (level.as_f64() - self.loudness_lufs).abs() <= self.tolerance_lu + 0.001
        };
        loudness.is_some_and(is_near)
            && true_peak.is_some_and(|peak| peak.as_f64() <= self.max_true_peak_dbtp + 0.001)
    }

    /// Whether the measure before is not that of the deposited sound: something is taken away from it first.
    pub(super) fn changes_sound(&self) -> bool {
        self.is_mono || self.band_hz.is_some() || self.is_compressed
    }

    /// The media type of the copy.
    pub fn media_type(&self) -> &'static str {
        match self.format {
            CopyFormat::Wav => "audio/wav",
            CopyFormat::Mp3 => "audio/mpeg",
        }
    }

    /// The recipe of the copy. Another form of the profile has another one, so that what was made before is not taken
    /// for it.
    pub fn recipe(&self) -> String {
        recipe::broadcast_copy(&self.name, &self.digest())
    }

    /// The recipe of what came of making the copy.
    pub fn report_recipe(&self) -> String {
        recipe::broadcast_report(&self.name, &self.digest())
    }

    /// Names what the profile says about sound; its title does not count.
    fn digest(&self) -> String {
        let sound = Self {
            title: BTreeMap::new(),
            ..self.clone()
        };
        let mut hasher = Hasher::new();
        hasher.update(&serde_json::to_vec(&sound).unwrap_or_default());
        format!("{VERSION}-{}", &hasher.finish().to_hex()[..12])
    }
}

#[cfg(test)]
mod tests {
    use super::{ProfileError, Profiles};

    #[test]
    fn the_profiles_of_the_archive_are_valid() {
        let profiles = Profiles::built_in();
        let names: Vec<&str> = profiles.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["broadcast-wav", "broadcast-mp3", "loudspeaker-mp3"]);
        for profile in profiles.iter() {
            assert!(profile.title.contains_key("vi") && profile.title.contains_key("en"));
        }
    }

    fn profile(change: impl Fn(&mut serde_json::Value)) -> Result<Profiles, ProfileError> {
        let mut list: serde_json::Value = serde_json::from_str(super::DEFAULT).unwrap();
        change(&mut list);
        Profiles::parse(&list.to_string())
    }

    #[test]
    fn impossible_profiles_are_refused() {
        for (field, value) in [
            ("name", serde_json::json!("Phát thanh")),
            ("rate_hz", 12.into()),
            ("bit_rate_kbps", 1.into()),
            ("band_hz", serde_json::json!([7000, 200])),
            ("loudness_lufs", 3.into()),
            ("tolerance_lu", 0.into()),
            ("max_true_peak_dbtp", 2.into()),
        ] {
            let refused = profile(|list| list[1][field] = value.clone());
            assert!(
                matches!(refused, Err(ProfileError::Impossible { .. })),
                "{field}: {refused:?}"
            );
        }
        let twice = profile(|list| list[1]["name"] = "broadcast-wav".into());
        assert!(twice.is_err());
        let unknown = profile(|list| list[0]["loudnes"] = (-20).into());
        assert!(matches!(unknown, Err(ProfileError::Malformed(_))));
    }

    #[test]
    fn another_sound_is_another_recipe_and_another_title_is_not() {
        let before = Profiles::built_in();
        let recipe = |profiles: &Profiles| profiles.find("broadcast-mp3").unwrap().recipe();
        let renamed = profile(|list| list[1]["title"]["en"] = "MP3".into()).unwrap();
        assert_eq!(recipe(&renamed), recipe(&before));
        let louder = profile(|list| list[1]["loudness_lufs"] = (-20).into()).unwrap();
        assert_ne!(recipe(&louder), recipe(&before));
    }
}
