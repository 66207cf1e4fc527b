//! What ffmpeg is asked to do: its filters and arguments.
//!
//! One gain for the whole recording, and a limiter where a peak would be too high; nothing that follows the loudness
//! while it passes, as the filter `loudnorm` does without saying so. The limiter works at 192 kHz, where it sees what
//! lies between the samples. `level=0` keeps it from making the sound louder, `latency=1` from making it late.

use super::gain::Gain;
use super::profile::{CopyFormat, Profile};
use crate::domain::sound::{Channels, Decibels};
use crate::services::media::sound::{Measurement, ffmpeg};

/// A loudness near which the compressor works as it was tuned.
const COMPRESSOR_LOUDNESS: f64 = -23.0;

/// The filters that change what is heard, before the gain.
pub(super) fn preparation(profile: &Profile, source: &Measurement) -> Vec<String> {
    let mut filters: Vec<String> = Vec::new();
    filters.extend(mix(profile, source).map(str::to_owned));
    if let Some((low, high)) = profile.band_hz() {
        let high_pass = format!("highpass=f={low}");
        filters.extend([high_pass.clone(), high_pass, format!("lowpass=f={high}")]);
    }
    if profile.is_compressed() {
        // The threshold is absolute: first the sound is brought near it.
        let loudness = source
            .loudness
            .map_or(COMPRESSOR_LOUDNESS, Decibels::as_f64);
        let raise = (COMPRESSOR_LOUDNESS - loudness).min(40.0);
        filters.push(format!("volume={raise:.2}dB:precision=float"));
        filters.push(
            "acompressor=threshold=-24dB:ratio=3:attack=10:release=300:knee=6:makeup=1".to_owned(),
        );
    }
    filters
}

/// How channels become those of the copy.
fn mix(profile: &Profile, source: &Measurement) -> Option<&'static str> {
    if !profile.is_mono() {
        let is_surround = source.channels == Channels::Surround;
        return is_surround.then_some("aformat=channel_layouts=stereo");
    }
    match source.channels {
        Channels::Mono => None,
        Channels::Stereo | Channels::DualMono => Some("pan=mono|c0=0.5*c0+0.5*c1"),
        // Mixed, anti-phase channels would be silent.
        Channels::LeftOnly | Channels::AntiPhase => Some("pan=mono|c0=c0"),
        Channels::RightOnly => Some("pan=mono|c0=c1"),
        Channels::Surround => Some("aformat=channel_layouts=mono"),
    }
}

/// All filters of a copy.
pub(super) fn filters(profile: &Profile, source: &Measurement, gain: Gain) -> String {
    let mut filters = preparation(profile, source);
    filters.push(format!("volume={:.3}dB:precision=float", gain.decibels));
    if let Some(limit) = gain.limit {
        let limit = 10_f64.powf(limit / 20.0).clamp(0.0625, 1.0);
        filters.push("aresample=192000".to_owned());
        filters.push(format!(
            "alimiter=limit={limit:.4}:attack=5:release=100:level=0:latency=1"
        ));
    }
    filters.push(format!("aresample={}", profile.rate_hz()));
    filters.push(exact_length(profile, source));
    filters.join(",")
}

/// As long as the source to the sample: nothing of it is cut, and what a decoder adds to fill its last packet is.
fn exact_length(profile: &Profile, source: &Measurement) -> String {
    let length = copy_samples(profile, source);
    format!("apad=whole_len={length},atrim=end_sample={length}")
}

/// Samples of the copy: those of the source at the rate of the copy, rounded up.
pub(super) fn copy_samples(profile: &Profile, source: &Measurement) -> u64 {
    let at_rate = u128::from(source.samples) * u128::from(profile.rate_hz());
    let samples = at_rate.div_ceil(u128::from(source.rate_hz.max(1)));
    u64::try_from(samples).unwrap_or(u64::MAX)
}

/// The arguments that make a copy in `out/OUTPUT`, which must be seekable: MP3 is completed at its beginning.
pub(super) fn copy_arguments(profile: &Profile, filters: &str, output: &str) -> Vec<String> {
    let mut arguments = ffmpeg::decoding(filters);
    let output = format!("out/{output}");
    let rate = format!("{}k", profile.bit_rate_kbps());
    let encoding: &[&str] = match profile.format() {
        CopyFormat::Wav => &["-c:a", "pcm_s16le", "-f", "wav", &output],
        CopyFormat::Mp3 => &[
            "-c:a",
            "libmp3lame",
            "-b:a",
            &rate,
            "-id3v2_version",
            "0",
            "-f",
            "mp3",
            &output,
        ],
    };
    arguments.extend(encoding.iter().map(|argument| (*argument).to_owned()));
    arguments
}

/// The arguments that write the prepared sound to `out/OUTPUT` for measuring.
pub(super) fn prepared_arguments(filters: &[String], output: &str) -> Vec<String> {
    ffmpeg::decoded_arguments(&filters.join(","), output)
}

#[cfg(test)]
mod tests {
    use super::{Gain, Measurement, copy_samples, filters, preparation};
    use crate::domain::sound::{Channels, Decibels};
    use crate::services::media::broadcast_copy::profile::Profiles;

    fn source(channels: Channels, samples: u64, rate_hz: u32) -> Measurement {
        Measurement {
            codec: "mp3".into(),
            rate_hz,
            channel_count: 2,
            channels,
            samples,
            loudness: Decibels::rounded(-30.0),
            range: None,
            true_peak: Decibels::rounded(-12.0),
            sample_peak: None,
            leading_silence_ms: 0,
            trailing_silence_ms: 0,
            gaps: Vec::new(),
            gap_count: 0,
            longest_gap: None,
            clipped_places: 0,
            first_clipped_ms: None,
            offset: 0,
            broken_parts: 0,
        }
    }

    #[test]
    fn a_copy_without_a_limiter_is_one_gain() {
        let profiles = Profiles::built_in();
        let profile = profiles.find("broadcast-wav").unwrap();
        let source = source(Channels::Stereo, 44_101, 44_100);
        let gain = |limit| Gain {
            decibels: 7.0,
            limit,
        };
        assert_eq!(
            filters(profile, &source, gain(None)),
            "volume=7.000dB:precision=float,aresample=48000,apad=whole_len=48002,atrim=end_sample=48002"
        );
        assert_eq!(
            filters(profile, &source, gain(Some(-2.0))),
            "volume=7.000dB:precision=float,aresample=192000,\
             alimiter=limit=0.7943:attack=5:release=100:level=0:latency=1,\
             aresample=48000,apad=whole_len=48002,atrim=end_sample=48002"
        );
    }

    /// Mixed, anti-phase channels would be silent; a copy for loudspeakers takes one of them.
    #[test]
    fn a_loudspeaker_gets_what_is_heard() {
        let profiles = Profiles::built_in();
        let profile = profiles.find("loudspeaker-mp3").unwrap();
        for (channels, expected) in [
            (Channels::Mono, "highpass=f=200"),
            (Channels::Stereo, "pan=mono|c0=0.5*c0+0.5*c1"),
            (Channels::LeftOnly, "pan=mono|c0=c0"),
            (Channels::RightOnly, "pan=mono|c0=c1"),
            (Channels::AntiPhase, "pan=mono|c0=c0"),
        ] {
            let filters = preparation(profile, &source(channels, 1, 48_000));
            assert_eq!(filters[0], expected, "{channels:?}");
            assert!(
                filters
                    .iter()
                    .any(|filter| filter == "volume=7.00dB:precision=float")
            );
        }
    }

    #[test]
    fn nothing_of_the_source_is_cut() {
        let profiles = Profiles::built_in();
        let profile = profiles.find("broadcast-wav").unwrap();
        for (samples, rate_hz, expected) in [
            (48_000, 48_000, 48_000),
            (1, 44_100, 2),
            (44_100 * 3_600 * 10, 44_100, 48_000 * 3_600 * 10),
            (7, 96_000, 4),
        ] {
            let source = source(Channels::Mono, samples, rate_hz);
            assert_eq!(copy_samples(profile, &source), expected, "{samples}");
        }
    }
}
