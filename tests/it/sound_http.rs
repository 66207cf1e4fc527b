//! What the file of a recording says about its sound, and its waveform, to those who may hear it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::public_media::{attach, publish, work};
use crate::support::signal::{Signal, samples_by_ffmpeg};
use crate::support::{Archive, Client, eventually};

/// Waits until the sound of the first file is no longer waited for.
fn sound_of(client: &Client, work: &str) -> Value {
    eventually("the sound is measured", || {
        let file = client.get(work).json()["files"][0].clone();
        (file["sound"]["state"] != "waiting").then_some(file)
    })
}

/// A tone of -23 dBFS on two channels is -23.0 LUFS (EBU Tech 3341, case 1).
#[test]
fn a_recording_says_how_loud_and_how_long_it_is() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = work(&editor, "radio-bulletin");
    let wav = Signal::stereo(&[(20.0, -23.0)]).pause(2.0).to_wav();
    let (address, _) = attach(&editor, &work, "ban-tin.wav", &wav);
    let file = sound_of(&editor, &work);
    assert_eq!(file["duration_ms"], 22_000);
    let sound = &file["sound"];
    assert_eq!(sound["state"], "measured");
    let measured = &sound["measured"];
    let loudness = measured["loudness_lufs"].as_f64().unwrap();
    assert!((loudness + 23.0).abs() <= 0.1, "{measured}");
    let peak = measured["sample_peak_dbfs"].as_f64().unwrap();
    assert!((peak + 23.0).abs() <= 0.02, "{measured}");
    assert_eq!(measured["samples"], 22 * 48_000);
    assert_eq!(measured["channels"], "dual-mono");
    assert_eq!(measured["trailing_silence_ms"], 2_000);
    let note = &sound["notes"][0];
    assert_eq!(note["code"], "silent-end");
    assert_eq!(note["vi"], "im lặng 2,0 giây ở cuối.");
    assert_eq!(note["en"], "2.0 seconds of silence at the end.");

    // The waveform as numbers and as a picture, for those who may hear the recording.
    let path = |uri: &Value| {
        let uri = uri.as_str().unwrap();
        uri[uri.find("/api/").unwrap()..].to_owned()
    };
    let json_path = path(&sound["waveform"]["json"]);
    let svg_path = path(&sound["waveform"]["svg"]);
    let anybody = archive.anybody();
    assert_eq!(json_path, format!("{address}/waveform"));
    assert_eq!(anybody.get(&json_path).status, 404);
    let waveform = editor.get(&json_path).json();
    assert_eq!(waveform["version"], 2);
    assert_eq!(waveform["samples_per_pixel"], 2_400);
    assert_eq!(waveform["length"], 22 * 20);
    // -23 dB of 128, rounded down; the end is silent.
    assert_eq!(waveform["data"][20], json!(-10));
    assert_eq!(waveform["data"][21], json!(9));
    assert_eq!(waveform["data"][879], json!(0));

    assert_eq!(publish(&editor, &work).status, 200);
    let picture = anybody.get(&svg_path);
    assert_eq!(picture.status, 200);
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    let svg = String::from_utf8(picture.body).unwrap();
    roxmltree::Document::parse(&svg).unwrap();
    let seen = anybody.get(&work).json();
    assert_eq!(seen["files"][0]["sound"], *sound);
}

#[test]
fn a_recording_that_cannot_be_measured_says_why() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let fixture = |name: &str| std::fs::read(crate::probe::fixture(name)).unwrap();
    let flac = fixture("tone.flac");
    for (name, bytes, reason) in [
        ("cut.flac", &flac[..60], "damaged"),
        ("cut-later.flac", &flac[..200], "damaged"),
    ] {
        let work = work(&editor, "radio-bulletin");
        attach(&editor, &work, name, bytes);
        let sound = &sound_of(&editor, &work)["sound"];
        assert_eq!(sound["state"], "failed", "{name}: {sound}");
        assert_eq!(sound["problem"]["code"], reason, "{name}");
        let said: BTreeSet<&str> = ["vi", "en"]
            .map(|language| sound["problem"][language].as_str().unwrap())
            .into();
        assert!(said.iter().all(|text| text.len() > 20), "{said:?}");
        assert_eq!(sound["waveform"], Value::Null, "{name}");
    }
    let dead = archive.operator().get("/api/v1/jobs?state=dead");
    assert_eq!(dead.json()["items"], json!([]));
}

/// Formats that are not read in process are decoded by ffmpeg; without it they wait.
#[test]
fn other_formats_are_measured_when_ffmpeg_is_there() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let without = Archive::start_with(&[("KHOCHUNG__PROGRAMS__FFMPEG", "/nowhere/ffmpeg")]);
    for name in ["tone.opus", "tone.w64", "tone.wma"] {
        let path = crate::probe::fixture(name);
        let bytes = std::fs::read(&path).unwrap();
        let work = work(&editor, "radio-bulletin");
        attach(&editor, &work, name, &bytes);
        let sound = &sound_of(&editor, &work)["sound"];
        assert_eq!(sound["state"], "measured", "{name}: {sound}");
        let samples = samples_by_ffmpeg(&path);
        assert_eq!(sound["measured"]["samples"], samples, "{name}");

        let editor = without.holder("editor");
        let waiting = self::work(&editor, "radio-bulletin");
        attach(&editor, &waiting, name, &bytes);
        eventually("the job has run", || {
            let jobs = without.operator().get("/api/v1/jobs?state=waiting").json();
            let mut jobs = jobs["items"].as_array().unwrap().iter();
            let is_waiting = jobs.any(|job| job["kind"] == "measure-sound");
            (!is_waiting).then_some(())
        });
        let file = editor.get(&waiting).json()["files"][0].clone();
        assert_eq!(file["sound"]["state"], "waiting", "{name}");
    }
}

/// A photo has no sound.
#[test]
fn only_recordings_speak_of_sound() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = work(&editor, "archival-photo");
    let photo = std::fs::read(crate::probe::fixture("photo.jpg")).unwrap();
    let (address, file) = attach(&editor, &work, "photo.jpg", &photo);
    assert_eq!(file["sound"], Value::Null);
    for form in ["waveform", "waveform.svg"] {
        assert_eq!(editor.get(&format!("{address}/{form}")).status, 404);
    }
}

/// The text of a work cannot reach the picture, and the picture cannot run.
#[test]
fn the_picture_of_a_waveform_cannot_execute_anything() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = work(&editor, "radio-bulletin");
    let wav = Signal::stereo(&[(1.0, -20.0)]).to_wav();
    let (address, _) = attach(&editor, &work, "%3Cscript%3E.wav", &wav);
    sound_of(&editor, &work);
    let picture = editor.get(&format!("{address}/waveform.svg"));
    assert!(!picture.text().contains("script"));
    let policy = picture.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("sandbox"), "{policy}");
}
