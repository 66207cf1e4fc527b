//! Loudness, range, peaks, length and defects of recordings, against the signals of EBU Tech 3341 and 3342 and against
//! ffmpeg.

use std::path::{Path, PathBuf};

use khochung::domain::sound::{Channels, Decibels, SoundFailure, SoundNote};
use khochung::services::media::sound::{Measurement, SoundError, StopSign, measure};
use proptest::prelude::*;

use crate::probe::fixture;
use crate::support::signal::{Signal, ffmpeg, measured_by_ffmpeg, samples_by_ffmpeg};

fn try_measure(bytes: &[u8]) -> Result<Measurement, SoundError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).unwrap();
    measure(&path, StopSign::default()).map(|(measurement, _)| measurement)
}

fn measured(signal: &Signal) -> Measurement {
    try_measure(&signal.to_float_wav()).unwrap()
}

fn near(found: Option<Decibels>, expected: f64, below: f64, above: f64) -> bool {
    found.is_some_and(|found| {
        let difference = found.as_f64() - expected;
        difference >= -below && difference <= above
    })
}

/// EBU Tech 3341 (2023), table 1, cases 1 to 6.
#[test]
fn loudness_is_that_of_the_standard() {
    let ramps = |levels: &[(f64, f64)]| Signal::stereo(levels);
    let surround =
        Signal::silent(48_000, 5).tone(20.0, 1000.0, &[-28.0, -28.0, -24.0, -30.0, -30.0]);
    for (case, signal, expected) in [
        (1, ramps(&[(20.0, -23.0)]), -23.0),
        (2, ramps(&[(20.0, -33.0)]), -33.0),
        (
            3,
            ramps(&[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)]),
            -23.0,
        ),
        (
            4,
            ramps(&[
                (10.0, -72.0),
                (10.0, -36.0),
                (60.0, -23.0),
                (10.0, -36.0),
                (10.0, -72.0),
            ]),
            -23.0,
        ),
        (
            5,
            ramps(&[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)]),
            -23.0,
        ),
        (6, surround, -23.0),
    ] {
        let found = measured(&signal).loudness;
        assert!(near(found, expected, 0.1, 0.1), "case {case}: {found:?}");
    }
}

/// EBU Tech 3341, table 1, cases 15 to 19: sines whose greatest values lie between the samples.
#[test]
fn true_peak_is_that_of_the_standard() {
    for (case, per_period, degrees, amplitude, expected) in [
        (15, 4.0, 0.0, 0.50, -6.0),
        (16, 4.0, 45.0, 0.50, -6.0),
        (17, 6.0, 60.0, 0.50, -6.0),
        (18, 8.0, 67.5, 0.50, -6.0),
        (19, 4.0, 45.0, 1.41, 3.0),
    ] {
        let phase = f64::to_radians(degrees);
        let sample = |at: u32| {
            amplitude * (std::f64::consts::TAU * f64::from(at) / per_period + phase).sin()
        };
        // The standard fades in and out, so that the edges have no peak of their own.
        let faded = |at: u32| {
            let edge = f64::from(at.min(47_999 - at)) / 4_800.0;
            sample(at) * edge.min(1.0)
        };
        let channel: Vec<f64> = (0..48_000).map(faded).collect();
        let signal = Signal {
            rate_hz: 48_000,
            channels: vec![channel; 2],
        };
        let found = measured(&signal).true_peak;
        assert!(near(found, expected, 0.4, 0.2), "case {case}: {found:?}");
    }
}

/// EBU Tech 3342 (2023), table 1, cases 1 to 4.
#[test]
fn loudness_range_is_that_of_the_standard() {
    let steps = |levels: &[f64]| {
        let stretches: Vec<_> = levels.iter().map(|level| (20.0, *level)).collect();
        Signal::stereo(&stretches)
    };
    for (case, signal, expected) in [
        (1, steps(&[-20.0, -30.0]), 10.0),
        (2, steps(&[-20.0, -15.0]), 5.0),
        (3, steps(&[-40.0, -20.0]), 20.0),
        (4, steps(&[-50.0, -35.0, -20.0, -35.0, -50.0]), 15.0),
    ] {
        let found = measured(&signal).range;
        assert!(near(found, expected, 1.0, 1.0), "case {case}: {found:?}");
    }
}

/// A sine of -20 dBFS on one channel has half the power of the same on two: 3.01 LU less.
#[test]
fn mono_counts_three_less_than_two_channels() {
    let mono = Signal::silent(48_000, 1).tone(10.0, 1000.0, &[-20.0]);
    let found = measured(&mono);
    assert!(near(found.loudness, -23.01, 0.1, 0.1), "{found:?}");
    assert!(near(found.sample_peak, -20.0, 0.02, 0.02), "{found:?}");
    assert_eq!(found.channels, Channels::Mono);
}

/// Files that ffmpeg writes, with its options.
const FORMATS: [(&str, &[&str]); 11] = [
    ("a.wav", &["-c:a", "pcm_s24le"]),
    ("a.aiff", &[]),
    ("a.flac", &[]),
    ("a.ogg", &["-c:a", "libvorbis"]),
    ("a.mp3", &["-c:a", "libmp3lame", "-b:a", "128k"]),
    (
        "mono.mp3",
        &[
            "-c:a",
            "libmp3lame",
            "-b:a",
            "64k",
            "-ac",
            "1",
            "-ar",
            "22050",
        ],
    ),
    ("a.mp2", &["-c:a", "mp2", "-b:a", "192k"]),
    ("a.m4a", &["-c:a", "aac", "-b:a", "128k"]),
    ("alac.m4a", &["-c:a", "alac"]),
    ("a.mka", &["-c:a", "flac"]),
    ("a.caf", &["-c:a", "pcm_s16be"]),
];

/// Every format, as ffmpeg writes it, is as long and as loud as ffmpeg finds it.
#[test]
fn every_format_is_as_loud_and_as_long_as_ffmpeg_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original.wav");
    let mut signal = Signal::silent(44_100, 2).pause(0.3).speech(40.0, -8.0);
    signal = signal.tone(3.217, 440.0, &[-20.0, -14.0]);
    std::fs::write(&original, signal.to_wav()).unwrap();
    let made = |name: &str, options: &[&str]| -> PathBuf {
        let path = folder.path().join(name);
        let ends = ["-v", "error", "-i", original.to_str().unwrap()];
        let arguments = [&ends[..], options, &[path.to_str().unwrap()]].concat();
        ffmpeg(&arguments);
        path
    };
    let length = signal.channels[0].len() as u64;
    for (name, options) in FORMATS {
        let path = made(name, options);
        let (found, _) = measure(&path, StopSign::default()).unwrap();
        let (loudness, range, peak) = measured_by_ffmpeg(&path);
        // ffmpeg prints one decimal. The range of 43 s rests on few blocks, which ffmpeg lets overlap more.
        assert!(
            near(found.loudness, loudness, 0.1, 0.1),
            "{name}: {found:?}, {loudness}"
        );
        assert!(
            near(found.range, range, 1.5, 1.5),
            "{name}: {found:?}, {range}"
        );
        assert!(
            near(found.true_peak, peak, 0.2, 0.2),
            "{name}: {found:?}, {peak}"
        );
        // ffmpeg fills up the last packet of AAC with silence; the file says how long the recording is.
        let expected = if name == "a.m4a" {
            length
        } else {
            samples_by_ffmpeg(&path)
        };
        assert_eq!(found.samples, expected, "{name}");
        assert_eq!(found.broken_parts, 0, "{name}");
    }
}

/// `silencedetect=n=-60dB:d=3` of ffmpeg; the beginning and the end by the seconds the signal was made of.
#[test]
fn silence_is_found_where_ffmpeg_finds_it() {
    let signal = Signal::silent(8_000, 1)
        .pause(1.5)
        .tone(2.0, 400.0, &[-20.0])
        .pause(4.25)
        .tone(1.0, 400.0, &[-20.0])
        .pause(2.5)
        .tone(1.0, 400.0, &[-20.0])
        .pause(3.5)
        .tone(1.0, 400.0, &[-20.0])
        .pause(5.0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    std::fs::write(&path, signal.to_wav()).unwrap();
    let filter = "silencedetect=n=-60dB:d=3";
    let (_, said) = ffmpeg(&[
        "-i",
        path.to_str().unwrap(),
        "-af",
        filter,
        "-f",
        "null",
        "-",
    ]);
    let numbers = |name: &str| -> Vec<f64> {
        let words: Vec<&str> = said.split_whitespace().collect();
        let pairs = words.windows(2).filter(|pair| pair[0] == name);
        pairs.map(|pair| pair[1].parse().unwrap()).collect()
    };
    let (starts, ends) = (numbers("silence_start:"), numbers("silence_end:"));
    // The last one is that at the end.
    let expected: Vec<(f64, f64)> = starts.into_iter().zip(ends).take(2).collect();
    let (found, _) = measure(&path, StopSign::default()).unwrap();
    assert_eq!(found.gap_count, 2);
    for (gap, (start, end)) in found.gaps.iter().zip(expected) {
        let found_end = gap.at_ms + gap.length_ms;
        assert!(
            (gap.at_ms as f64 - start * 1000.0).abs() <= 2.0,
            "{gap:?}, {start}"
        );
        assert!(
            (found_end as f64 - end * 1000.0).abs() <= 2.0,
            "{gap:?}, {end}"
        );
    }
    assert!(found.leading_silence_ms.abs_diff(1_500) <= 1, "{found:?}");
    assert!(found.trailing_silence_ms.abs_diff(5_000) <= 1, "{found:?}");
    let notes: Vec<&str> = found.notes().iter().map(|note| note.name()).collect();
    assert_eq!(notes, ["silent-beginning", "silent-end", "gap", "low-rate"]);
}

#[test]
fn a_recording_cut_off_at_full_scale_says_where_it_begins() {
    let clean = Signal::stereo(&[(134.0, -12.0)]);
    let loud = Signal::stereo(&[(2.0, 0.0)]).driven(2.0);
    let mut signal = clean.clone();
    for (samples, more) in signal.channels.iter_mut().zip(&loud.channels) {
        samples.extend(more);
    }
    let clipped = |found: &Measurement| {
        let notes = found.notes();
        let mut notes = notes.iter().filter_map(|note| match note {
            SoundNote::Clipped { first_ms, .. } => Some(*first_ms),
            _ => None,
        });
        notes.next()
    };
    // 02:14.
    let found = try_measure(&signal.to_wav()).unwrap();
    assert_eq!(clipped(&found), Some(134_000), "{found:?}");
    assert_eq!(clipped(&try_measure(&clean.to_wav()).unwrap()), None);
    // A sine that reaches full scale is not cut off.
    let full = Signal::stereo(&[(2.0, 0.0)]);
    assert_eq!(clipped(&try_measure(&full.to_wav()).unwrap()), None);
}

#[test]
fn channels_that_belong_together_badly_are_told() {
    let tones = |left: f64, right: f64| {
        let left = Signal::silent(48_000, 1).tone(5.0, 500.0, &[left]);
        let right = Signal::silent(48_000, 1).tone(5.0, 700.0, &[right]);
        let channels = [left, right].map(|signal| signal.channels[0].clone());
        Signal {
            rate_hz: 48_000,
            channels: channels.to_vec(),
        }
    };
    let same = Signal::stereo(&[(5.0, -20.0)]);
    let mut opposite = same.clone();
    opposite.channels[1]
        .iter_mut()
        .for_each(|sample| *sample = -*sample);
    for (signal, expected, note) in [
        (tones(-20.0, -20.0), Channels::Stereo, None),
        (
            tones(-20.0, -200.0),
            Channels::LeftOnly,
            Some("one-channel"),
        ),
        (
            tones(-200.0, -20.0),
            Channels::RightOnly,
            Some("one-channel"),
        ),
        (same, Channels::DualMono, None),
        (opposite, Channels::AntiPhase, Some("anti-phase")),
    ] {
        let found = measured(&signal);
        assert_eq!(found.channels, expected);
        let notes = found.notes();
        assert_eq!(notes.first().map(|note| note.name()), note, "{expected:?}");
    }
}

#[test]
fn quiet_short_and_silent_recordings_and_an_offset_are_told() {
    let mut offset = Signal::stereo(&[(5.0, -20.0)]);
    offset.channels[0]
        .iter_mut()
        .for_each(|sample| *sample += 0.05);
    for (signal, expected) in [
        (Signal::stereo(&[(5.0, -45.0)]), "too-quiet"),
        (Signal::stereo(&[(2.0, -23.0)]), "short"),
        (Signal::stereo(&[(0.3, -23.0)]), "silent"),
        (Signal::silent(48_000, 1).pause(4.0), "silent"),
        (offset, "offset"),
    ] {
        let notes = measured(&signal).notes();
        let names: Vec<&str> = notes.iter().map(|note| note.name()).collect();
        assert_eq!(names, [expected]);
    }
}

/// `ffprobe` and `make.sh` say what they are.
#[test]
fn fixtures_of_usual_programs_are_read_or_refused() {
    for (name, expected) in [
        ("tone-cbr.mp3", None),
        ("tone-id3.mp3", None),
        ("tone-vbr.mp3", None),
        ("tone-vorbis.ogg", None),
        ("tone.flac", None),
        ("tone.m4a", None),
        ("tone.wav", None),
        ("tone.caf", None),
        ("tone-alac.caf", None),
        ("sound-only.mp4", None),
        ("sound-only.mov", None),
        ("tone.opus", Some(SoundFailure::Unsupported)),
        ("tone.w64", Some(SoundFailure::Unsupported)),
        ("tone.wma", Some(SoundFailure::Unsupported)),
    ] {
        // 2.345 s at 8,000 samples a second: ffmpeg fills up the last packet of AAC.
        let is_filled_up = matches!(name, "tone.m4a" | "sound-only.mp4" | "sound-only.mov");
        let result = measure(&fixture(name), StopSign::default());
        match (result, expected) {
            (Ok((found, _)), None) => {
                let by_ffmpeg = samples_by_ffmpeg(&fixture(name));
                let expected = if is_filled_up { 18_760 } else { by_ffmpeg };
                assert_eq!(found.samples, expected, "{name}");
            }
            (Err(SoundError::File(failure)), Some(expected)) => {
                assert_eq!(failure, expected, "{name}");
            }
            (result, _) => panic!("{name}: {result:?}"),
        }
    }
}

#[test]
fn a_header_that_claims_gigabytes_takes_no_memory() {
    let mut wav = std::fs::read(fixture("tone.wav")).unwrap();
    let data = wav.windows(4).position(|name| name == b"data").unwrap();
    let whole = try_measure(&wav).unwrap().samples;
    wav[4..8].fill(0xFF);
    wav[data + 4..data + 8].copy_from_slice(&0xFFFF_FF00_u32.to_le_bytes());
    assert_eq!(try_measure(&wav).unwrap().samples, whole);

    // An ID3 tag of 256 MiB that is not there, and one of 3 MiB that is.
    let mp3 = std::fs::read(fixture("tone-cbr.mp3")).unwrap();
    let claimed = [b"ID3\x04\0\0\x7F\x7F\x7F\x7F".as_slice(), &mp3].concat();
    assert!(try_measure(&claimed).is_err());
    let mut tagged = b"ID3\x04\0\0\x01\x40\0\0".to_vec();
    tagged.resize(10 + (3 << 20), 0);
    tagged.extend(&mp3);
    let expected = samples_by_ffmpeg(&fixture("tone-cbr.mp3"));
    assert_eq!(try_measure(&tagged).unwrap().samples, expected);
}

#[test]
fn measuring_stops_when_it_is_told_to() {
    let sign = StopSign::default();
    drop(sign.when_dropped());
    let stopped = measure(&fixture("tone.wav"), sign);
    assert!(matches!(stopped, Err(SoundError::Stopped)), "{stopped:?}");
}

fn hostile(name: &'static str) -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let bytes = std::fs::read(fixture(name)).unwrap();
    let length = bytes.len();
    // Headers are where one bit changes most.
    let place = prop_oneof![0..length.min(600), 0..length];
    let flips = proptest::collection::vec((place, 0_u8..8), 1..6);
    (flips, 0..=length, any::<bool>()).prop_map(move |(flips, cut, is_cut)| {
        let mut bytes = bytes.clone();
        for (at, bit) in flips {
            bytes[at] ^= 1 << bit;
        }
        if is_cut {
            bytes.truncate(cut);
        }
        (name, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is flipped or cut: an answer about the file, in bounded time. A panic of a decoder is contained by the
    /// job; here it counts as an answer as well.
    #[test]
    fn a_damaged_recording_gets_an_answer(
        (name, bytes) in prop_oneof![
            hostile("tone-cbr.mp3"), hostile("tone-vorbis.ogg"), hostile("tone.flac"),
            hostile("tone.m4a"), hostile("tone.wav"), hostile("tone-alac.caf"),
            hostile("sound-only.webm"),
        ]
    ) {
        let started = std::time::Instant::now();
        let answer = std::panic::catch_unwind(|| try_measure(&bytes));
        let seconds = started.elapsed().as_secs();
        prop_assert!(seconds < 30, "{name} took {seconds} s");
        if let Ok(Err(error)) = answer {
            prop_assert!(matches!(error, SoundError::File(_)), "{name}: {error:?}");
        }
    }
}

/// The pass over a long recording keeps a fixed part of it: an hour of silence between two tones.
#[test]
fn a_long_recording_is_measured_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = &folder.path().join("long.flac");
    let source = "sine=frequency=440:sample_rate=8000:duration=3600,volume=-20dB";
    ffmpeg(&[
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        path.to_str().unwrap(),
    ]);
    let (found, waveform) = measure(path, StopSign::default()).unwrap();
    assert_eq!(found.samples, 8_000 * 3_600);
    assert_eq!(waveform.pairs.len(), 20 * 3_600);
}
