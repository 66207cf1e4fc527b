//! How much louder a sound has to become, and what corrects the result.
//!
//! A copy is encoded, decoded again and measured: encoders change the level and cut off high tones, so that only the
//! result tells. The next attempt makes up for what was missing.

use super::profile::{CopyFormat, Profile};
use crate::domain::sound::Decibels;

/// The most that a sound is raised: beyond this one hears only noise.
const MAX_GAIN: f64 = 40.0;
/// The encoder LAME attenuates at fixed bit rates up to 160 kbit/s by 0.44 dB, at 192 by 0.26.
const LAME_LOSS: f64 = 0.44;
const LAME_LOSS_192: f64 = 0.26;
/// The limiter works at 192 kHz and lets short peaks through; MP3 adds some of its own.
const LIMITER_MARGIN: f64 = 1.0;
const LOW_BIT_RATE_MARGIN: f64 = 1.5;
const LOW_BIT_RATE_KBPS: u32 = 96;
/// A peak this far below the highest one needs no limiter, whatever the encoder does.
const FREE_MARGIN: f64 = 0.3;
const FREE_MARGIN_MP3: f64 = 1.0;

/// How much louder a limited sound becomes for each dB of gain, until two attempts tell.
const LIMITED_RESPONSE: f64 = 0.75;
/// Less is a sound that is limited throughout; more gain would only distort it.
const LEAST_RESPONSE: f64 = 0.25;

/// What the sound is multiplied by, and where it is limited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gain {
    /// In dB.
    pub(super) decibels: f64,
    /// The limit of the limiter in dBFS; `None` when no sample comes near it.
    pub(super) limit: Option<f64>,
}

impl Gain {
    /// The gain of the first attempt for a sound of this loudness and peak.
    pub(super) fn first(
        profile: &Profile,
        loudness: Decibels,
        true_peak: Option<Decibels>,
    ) -> Self {
        let wanted = profile.loudness() - loudness.as_f64() + encoder_loss(profile);
        let gain = Self {
            decibels: wanted.min(MAX_GAIN),
            limit: None,
        };
        gain.limited(profile, true_peak)
    }

    /// The gain of the next attempt after a result of this loudness and peak. `earlier`: gain and loudness of the
    /// attempt before that.
    pub(super) fn corrected(
        self,
        profile: &Profile,
        (loudness, true_peak): (Option<Decibels>, Option<Decibels>),
        earlier: Option<(Self, Option<Decibels>)>,
    ) -> Self {
        let wanted = loudness.map_or(0.0, |loudness| profile.loudness() - loudness.as_f64());
        let missing = wanted / self.response(loudness, earlier);
        let excess = true_peak.map_or(0.0, |peak| peak.as_f64() - profile.max_true_peak());
        let limit = if excess > 0.0 {
            let limit = self.limit.unwrap_or_else(|| limit_of(profile));
            Some(limit - excess - 0.1)
        } else if self.limit.is_none() && excess + missing > 0.0 {
            Some(limit_of(profile))
        } else {
            self.limit
        };
        Self {
            decibels: (self.decibels + missing).min(MAX_GAIN),
            limit,
        }
    }

    /// How much louder the result becomes for each dB of gain.
    fn response(
        self,
        loudness: Option<Decibels>,
        earlier: Option<(Self, Option<Decibels>)>,
    ) -> f64 {
        let Some((before, Some(quieter))) = earlier else {
            return if self.limit.is_some() {
                LIMITED_RESPONSE
            } else {
                1.0
            };
        };
        let raised = self.decibels - before.decibels;
        let louder = loudness.map_or(0.0, |loudness| loudness.as_f64() - quieter.as_f64());
        if raised.abs() < 0.01 {
            return 1.0;
        }
        (louder / raised).clamp(LEAST_RESPONSE, 1.0)
    }

    fn limited(self, profile: &Profile, true_peak: Option<Decibels>) -> Self {
        let margin = match profile.format() {
            CopyFormat::Wav => FREE_MARGIN,
            CopyFormat::Mp3 => FREE_MARGIN_MP3,
        };
        let reached = true_peak.map_or(0.0, Decibels::as_f64) + self.decibels;
        let is_free = reached <= profile.max_true_peak() - margin;
        Self {
            limit: (!is_free).then(|| limit_of(profile)),
            ..self
        }
    }

    /// Whether the sound is raised as far as it may be.
    pub(super) fn is_greatest(self) -> bool {
        self.decibels >= MAX_GAIN
    }
}

fn limit_of(profile: &Profile) -> f64 {
    let has_low_rate =
        profile.format() == CopyFormat::Mp3 && profile.bit_rate_kbps() <= LOW_BIT_RATE_KBPS;
    let margin = if has_low_rate {
        LOW_BIT_RATE_MARGIN
    } else {
        LIMITER_MARGIN
    };
    profile.max_true_peak() - margin
}

fn encoder_loss(profile: &Profile) -> f64 {
    match (profile.format(), profile.bit_rate_kbps()) {
        (CopyFormat::Wav, _) => 0.0,
        (CopyFormat::Mp3, ..=160) => LAME_LOSS,
        (CopyFormat::Mp3, ..=192) => LAME_LOSS_192,
        (CopyFormat::Mp3, _) => 0.0,
    }
}

/// How far a result is from what the profile asks for; a peak that is too high counts most.
pub(super) fn distance(
    profile: &Profile,
    (loudness, true_peak): (Option<Decibels>, Option<Decibels>),
) -> f64 {
    let missing = loudness.map_or(f64::MAX, |loudness| {
        (loudness.as_f64() - profile.loudness()).abs()
    });
    let excess = true_peak.map_or(0.0, |peak| peak.as_f64() - profile.max_true_peak());
    missing + 100.0 * excess.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::{Decibels, Gain, distance};
    use crate::services::media::broadcast_copy::profile::Profiles;

    fn level(decibels: f64) -> Decibels {
        Decibels::rounded(decibels).unwrap()
    }

    #[test]
    fn a_sound_is_raised_by_what_is_missing_and_limited_when_it_must_be() {
        let profiles = Profiles::built_in();
        for (name, loudness, peak, decibels, limit) in [
            ("broadcast-wav", -30.0, -12.0, 7.0, None),
            ("broadcast-wav", -30.0, -7.0, 7.0, Some(-2.0)),
            ("broadcast-wav", -14.0, 1.2, -9.0, None),
            ("broadcast-wav", -70.0, -50.0, 40.0, None),
            ("broadcast-wav", -70.0, -30.0, 40.0, Some(-2.0)),
            ("broadcast-mp3", -30.0, -12.0, 7.44, None),
            ("loudspeaker-mp3", -30.0, -12.0, 14.44, Some(-2.5)),
        ] {
            let profile = profiles.find(name).unwrap();
            let gain = Gain::first(profile, level(loudness), Some(level(peak)));
            assert!((gain.decibels - decibels).abs() < 1e-9, "{name}: {gain:?}");
            assert_eq!(gain.limit, limit, "{name} {loudness}");
        }
    }

    #[test]
    fn the_next_attempt_makes_up_for_what_was_missing() {
        let profiles = Profiles::built_in();
        let profile = profiles.find("broadcast-mp3").unwrap();
        let gain = Gain {
            decibels: 5.0,
            limit: None,
        };
        let quiet = gain.corrected(profile, (Some(level(-24.0)), Some(level(-9.0))), None);
        assert_eq!((quiet.decibels, quiet.limit), (6.0, None));
        let peaky = gain.corrected(profile, (Some(level(-23.0)), Some(level(-0.5))), None);
        assert!(peaky.limit.is_some_and(|limit| limit < -2.5), "{peaky:?}");
        let near = gain.corrected(profile, (Some(level(-25.0)), Some(level(-2.0))), None);
        assert_eq!((near.decibels, near.limit), (7.0, Some(-2.0)));
        // Two dB more made it one louder: for one more it needs two again.
        let limited = Gain {
            decibels: 7.0,
            limit: Some(-2.0),
        };
        let levels = (Some(level(-24.0)), Some(level(-1.5)));
        let earlier = Some((gain, Some(level(-25.0))));
        assert_eq!(limited.corrected(profile, levels, earlier).decibels, 9.0);
    }

    #[test]
    fn a_peak_that_is_too_high_is_worse_than_a_wrong_loudness() {
        let profiles = Profiles::built_in();
        let profile = profiles.find("broadcast-wav").unwrap();
        let of = |loudness, peak| distance(profile, (Some(level(loudness)), Some(level(peak))));
        assert!(of(-25.0, -1.5) < of(-23.0, -0.9));
        assert!(of(-23.1, -1.5) < of(-25.0, -1.5));
    }
}
