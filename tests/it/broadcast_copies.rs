//! Copies of recordings for stations: as loud, as long and as clean as their profiles ask for, by the word of ffmpeg.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::public_media::{attach, publish, work};
use crate::support::signal::{Signal, ffmpeg, measured_by_ffmpeg, samples_by_ffmpeg};
use crate::support::{Answer, Archive, Client, eventually_within};

/// Something like speech on two channels, for some seconds.
fn speech(seconds: f64, level: f64) -> Signal {
    Signal::silent(44_100, 2).speech(seconds, level)
}

/// Waits until every copy of the first file is made or cannot be.
fn copies_of(client: &Client, work: &str) -> Vec<Value> {
    eventually_within(Duration::from_secs(240), "the copies are made", || {
        let file = client.get(work).json()["files"][0].clone();
        let copies = file["sound"]["copies"].as_array()?.clone();
        let is_done = !copies.is_empty() && copies.iter().all(|copy| copy["state"] != "waiting");
        is_done.then_some(copies)
    })
}

fn path_of(copy: &Value) -> String {
    let uri = copy["file"]["address"].as_str().unwrap();
    uri[uri.find("/api/").unwrap()..].to_owned()
}

/// Deposits a recording and gives its copies, each with its bytes in a file.
fn deposited(archive: &Archive, name: &str, bytes: &[u8]) -> (String, Vec<(Value, Answer)>) {
    let editor = archive.holder("editor");
    let work = work(&editor, "radio-bulletin");
    attach(&editor, &work, name, bytes);
    let copies = copies_of(&editor, &work);
    let with_bytes = |copy: Value| {
        let answer = editor.get(&path_of(&copy));
        assert_eq!(answer.status, 200, "{copy}");
        (copy, answer)
    };
    (work, copies.into_iter().map(with_bytes).collect())
}

/// Checks a copy by ffmpeg: loudness, true peak, length; and that the archive says the same.
fn check_copy(copy: &Value, answer: &Answer, folder: &TempDir, (loudness, samples): (f64, u64)) {
    let name = copy["profile"].as_str().unwrap();
    assert_eq!(copy["state"], "made", "{copy}");
    let path = folder.path().join(name);
    fs::write(&path, &answer.body).unwrap();
    let (found, _, peak) = measured_by_ffmpeg(&path);
    // ffmpeg rounds to one decimal.
    assert!((found - loudness).abs() <= 0.55, "{name}: {found} LUFS");
    assert!(peak <= -0.95, "{name}: {peak} dBTP");
    let file = &copy["file"];
    let told = file["loudness_lufs"].as_f64().unwrap();
    assert!(
        (told - found).abs() <= 0.1,
        "{name}: {told}, ffmpeg {found}"
    );
    assert_eq!(samples_by_ffmpeg(&path), samples, "{name}");
    assert_eq!(file["samples"], samples, "{name}");
    assert_eq!(file["sample_rate_hz"], 48_000, "{name}");
    assert_eq!(file["size"], answer.body.len(), "{name}");
    let etag = answer.headers["etag"].to_str().unwrap();
    assert_eq!(etag.trim_matches('"'), file["sha256"].as_str().unwrap());
    let encoder = file["encoder"].as_str().unwrap();
    assert!(encoder.starts_with("ffmpeg "), "{encoder}");
}

fn find<'a>(copies: &'a [(Value, Answer)], profile: &str) -> &'a (Value, Answer) {
    copies
        .iter()
        .find(|(copy, _)| copy["profile"] == profile)
        .unwrap()
}

#[test]
fn a_quiet_recording_is_aired_as_loud_as_broadcasting_asks_for() {
    let archive = Archive::start();
    let signal = speech(14.0, -24.0);
    let (work, copies) = deposited(&archive, "ban-tin.wav", &signal.to_wav());
    // At 48,000 samples a second, rounded up.
    let samples = (signal.channels[0].len() as u64 * 48_000).div_ceil(44_100);
    let folder = tempfile::tempdir().unwrap();
    for (profile, loudness) in [
        ("broadcast-wav", -23.0),
        ("broadcast-mp3", -23.0),
        ("loudspeaker-mp3", -16.0),
    ] {
        let (copy, answer) = find(&copies, profile);
        check_copy(copy, answer, &folder, (loudness, samples));
        assert!(copy["title"]["vi"].is_string() && copy["title"]["en"].is_string());
    }
    let (wav, answer) = find(&copies, "broadcast-wav");
    assert_eq!(answer.headers["content-type"], "audio/wav");
    let named = answer.headers["content-disposition"].to_str().unwrap();
    assert!(named.contains("ban-tin.broadcast-wav.wav"), "{named}");
    check_bext(&answer.body, wav);
    let (_, mp3) = find(&copies, "broadcast-mp3");
    assert!(!mp3.body.starts_with(b"ID3"));
    check_streams(&folder);
    check_who_gets_it(&archive, &work, &path_of(wav));
}

/// The chunk by EBU Tech 3285, version 2: its fields by their places.
fn check_bext(wav: &[u8], copy: &Value) {
    assert_eq!(&wav[8..16], b"WAVEbext");
    let chunk = &wav[20..];
    let text = |from: usize, to: usize| {
        let text = String::from_utf8(chunk[from..to].to_vec()).unwrap();
        text.trim_end_matches('\0').to_owned()
    };
    assert!(text(0, 256).starts_with("SHA-256 of the original: "));
    assert_eq!(text(256, 288), "Kho Chung");
    assert_eq!(chunk[346..348], [2, 0]);
    let level = i16::from_le_bytes([chunk[412], chunk[413]]);
    let told = copy["file"]["loudness_lufs"].as_f64().unwrap();
    assert_eq!(f64::from(level), (told * 100.0).round());
    let peak = i16::from_le_bytes([chunk[416], chunk[417]]);
    let told = copy["file"]["true_peak_dbtp"].as_f64().unwrap();
    assert_eq!(f64::from(peak), (told * 100.0).round());
}

/// What ffprobe says they are.
fn check_streams(folder: &TempDir) {
    for (name, expected) in [
        ("broadcast-wav", "pcm_s16le,48000,2"),
        ("broadcast-mp3", "mp3,48000,2,128000"),
        ("loudspeaker-mp3", "mp3,48000,1,64000"),
    ] {
        let path = folder.path().join(name);
        let (_, said) = ffmpeg(&["-i", path.to_str().unwrap(), "-f", "null", "-"]);
        let stream = said.lines().find(|line| line.contains("Audio:")).unwrap();
        let parts: Vec<&str> = expected.split(',').collect();
        let channels = if parts[2] == "1" { "mono" } else { "stereo" };
        assert!(stream.contains(parts[0]), "{stream}");
        assert!(
            stream.contains(&format!("{} Hz, {channels}", parts[1])),
            "{stream}"
        );
        if let Some(rate) = parts.get(3) {
            let kilobits: u32 = rate.parse::<u32>().unwrap() / 1000;
            assert!(stream.contains(&format!("{kilobits} kb/s")), "{stream}");
        }
        // Nothing in it tells the version of the library that wrote it.
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(5).any(|name| name == b"Lavf5"), "{name}");
    }
}

/// Whoever may hear the recording.
fn check_who_gets_it(archive: &Archive, work: &str, path: &str) {
    let editor = archive.holder("editor");
    let callers = || [archive.anybody(), archive.holder("station")];
    for caller in callers() {
        assert_eq!(caller.get(path).status, 404);
    }
    assert_eq!(publish(&editor, work).status, 200);
    for caller in callers() {
        assert_eq!(caller.get(path).status, 200);
        let part = caller.send("GET", path, &[("range", "bytes=0-3")], &[]);
        assert_eq!((part.status, part.body.as_slice()), (206, &b"RIFF"[..]));
        let unknown = path.replace("broadcast-wav", "broadcast-aac");
        assert_eq!(caller.get(&unknown).status, 404);
    }
}

/// Clicks far above the speech: the gain alone would send them beyond full scale.
#[test]
fn peaks_are_limited_and_nothing_comes_late() {
    let archive = Archive::start();
    let mut signal = speech(12.0, -16.0);
    for second in 1..12_usize {
        for samples in &mut signal.channels {
            let click = samples
                .iter_mut()
                .skip(second * 44_100)
                .take(40)
                .enumerate();
            for (at, sample) in click {
                *sample = 0.9 * (at as f64 / 7.0).sin();
            }
        }
    }
    let (_, copies) = deposited(&archive, "tieng-dap.wav", &signal.to_wav());
    let folder = tempfile::tempdir().unwrap();
    let samples = (signal.channels[0].len() as u64 * 48_000).div_ceil(44_100);
    let (wav, answer) = find(&copies, "broadcast-wav");
    check_copy(wav, answer, &folder, (-23.0, samples));
    assert_eq!(wav["file"]["is_limited"], true);
    let (mp3, answer) = find(&copies, "broadcast-mp3");
    check_copy(mp3, answer, &folder, (-23.0, samples));
    // The first click is where it was: a limiter that is late would move it by 200 samples.
    let (_, answer) = find(&copies, "broadcast-wav");
    let data = answer
        .body
        .windows(4)
        .position(|name| name == b"data")
        .unwrap()
        + 8;
    let left = answer.body[data..].chunks_exact(4);
    let left = left.map(|frame| i16::from_le_bytes([frame[0], frame[1]]).unsigned_abs());
    let window: Vec<u16> = left.skip(47_000).take(2_000).collect();
    let loudest = window.iter().enumerate().max_by_key(|(_, sample)| **sample);
    let (loudest, _) = loudest.unwrap();
    // 40 samples at 44.1 kHz from one second on are 44 at 48 kHz.
    assert!((1_000..1_050).contains(&loudest), "{loudest}");
}

#[test]
fn a_loudspeaker_plays_what_only_one_channel_has_or_both_against_each_other() {
    let archive = Archive::start();
    for (name, factor) in [("trai.wav", 0.0), ("nguoc-pha.wav", -1.0)] {
        let mut signal = speech(10.0, -20.0);
        signal.channels[1]
            .iter_mut()
            .for_each(|sample| *sample *= factor);
        let (_, copies) = deposited(&archive, name, &signal.to_wav());
        let folder = tempfile::tempdir().unwrap();
        let samples = (signal.channels[0].len() as u64 * 48_000).div_ceil(44_100);
        let (copy, answer) = find(&copies, "loudspeaker-mp3");
        check_copy(copy, answer, &folder, (-16.0, samples));
    }
}

#[test]
fn silence_and_a_missing_program_are_told() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let silent = work(&editor, "radio-bulletin");
    let wav = Signal::silent(8_000, 1).pause(5.0).to_wav();
    attach(&editor, &silent, "im-lang.wav", &wav);
    for copy in copies_of(&editor, &silent) {
        assert_eq!(copy["state"], "failed");
        assert_eq!(copy["problem"]["code"], "silent");
        assert_eq!(copy["file"], Value::Null);
    }
    let dead = archive.operator().get("/api/v1/jobs?state=dead");
    assert_eq!(dead.json()["items"], json!([]));

    let without = Archive::start_with(&[("KHOCHUNG__PROGRAMS__FFMPEG", "/nowhere/ffmpeg")]);
    let editor = without.holder("editor");
    let work = work(&editor, "radio-bulletin");
    attach(&editor, &work, "ban-tin.wav", &speech(3.0, -20.0).to_wav());
    let copy = eventually_within(Duration::from_secs(60), "the sound is measured", || {
        let sound = editor.get(&work).json()["files"][0]["sound"].clone();
        (sound["state"] == "measured").then(|| sound["copies"][0].clone())
    });
    assert_eq!(copy["state"], "waiting");
    assert_eq!(copy["problem"]["code"], "program-missing");
    assert!(copy["problem"]["vi"].as_str().unwrap().contains("ffmpeg"));
}

/// A profile of the operator that no speech can meet: the copy says what it became.
#[test]
fn profiles_are_data_and_a_target_out_of_reach_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profiles.json");
    let profiles = json!([{
        "name": "very-loud", "title": {"vi": "Rất to", "en": "Very loud"}, "format": "mp3",
        "bit_rate_kbps": 64, "rate_hz": 44_100, "loudness_lufs": -6.0, "tolerance_lu": 0.5,
        "max_true_peak_dbtp": -18.0
    }]);
    fs::write(&path, profiles.to_string()).unwrap();
    let setting = (
        "KHOCHUNG__MEDIA__BROADCAST_PROFILES",
        path.to_str().unwrap(),
    );
    let archive = Archive::start_with(&[setting]);
    let (_, copies) = deposited(&archive, "ban-tin.wav", &speech(6.0, -20.0).to_wav());
    let [(copy, _)] = copies.as_slice() else {
        panic!("{} copies", copies.len());
    };
    assert_eq!(copy["profile"], "very-loud");
    assert_eq!(copy["state"], "off-target");
    assert_eq!(copy["problem"]["code"], "off-target");
    let told = copy["file"]["loudness_lufs"].as_f64().unwrap();
    let said = copy["problem"]["en"].as_str().unwrap();
    assert!(said.contains(&format!("{told:.2} LUFS")), "{said}");
}
