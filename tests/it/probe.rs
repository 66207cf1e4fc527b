//! What files are, recognised by their bytes: the fixtures' facts come from `ffprobe`, `exiftool` and
//! the commands that made them.

use std::fs;
use std::path::{Path, PathBuf};

use khochung::services::media::{Probe, probe};

const HEAD_BYTES: usize = 8 * 1024;

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/media")
        .join(name)
}

fn probe_file(path: &Path, declared: Option<&str>, name: &str) -> Probe {
    let bytes = fs::read(path).unwrap();
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    probe(path, head, declared, name)
}

/// Probes bytes as if they had been sent under another name and type.
pub(crate) fn probe_bytes(bytes: &[u8], declared: Option<&str>, name: &str) -> Probe {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("staged");
    fs::write(&path, bytes).unwrap();
    probe_file(&path, declared, name)
}

fn probe_fixture(name: &str) -> Probe {
    // Neither name nor declared type: the bytes must do.
    probe_file(&fixture(name), None, "file")
}

#[test]
fn images_tell_their_format_and_their_size_as_displayed() {
    let turned = (1..=8).map(|n| (format!("orientation-{n}.jpg"), "image/jpeg"));
    let others = [
        ("progressive.jpg", "image/jpeg"),
        ("gray.jpg", "image/jpeg"),
        ("cmyk.jpg", "image/jpeg"),
        ("upright.png", "image/png"),
        ("rgb16.png", "image/png"),
        ("upright.bmp", "image/bmp"),
        ("upright.tiff", "image/tiff"),
        ("animated.gif", "image/gif"),
        ("animated.webp", "image/webp"),
        ("transparent.webp", "image/webp"),
        ("upright.avif", "image/avif"),
        ("upright.heic", "image/heic"),
    ];
    for (name, media_type) in turned.chain(others.map(|(name, t)| (name.to_owned(), t))) {
        let found = probe_fixture(&name);
        assert_eq!(found.media_type, media_type, "{name}");
        let size = (found.facts.width_px, found.facts.height_px);
        assert_eq!(size, (Some(60), Some(40)), "{name}");
        assert!(!found.has_embedded_place, "{name}");
    }
}

/// `ffprobe -show_entries format=duration`; agreement to 10 ms is asked for.
#[test]
fn recordings_tell_their_format_and_duration() {
    let cases = [
        ("tone.wav", "audio/wav", 2345),
        ("tone-vbr.mp3", "audio/mpeg", 2448),
        ("tone-cbr.mp3", "audio/mpeg", 2448),
        ("tone-id3.mp3", "audio/mpeg", 2448),
        ("tone-vorbis.ogg", "audio/ogg", 2345),
        ("tone.opus", "audio/ogg", 2352),
        ("tone.flac", "audio/flac", 2345),
        ("tone.m4a", "audio/mp4", 2345),
        ("sound-only.mp4", "audio/mp4", 2345),
        ("film.mp4", "video/mp4", 1792),
        ("turned.mov", "video/quicktime", 1792),
        ("place.mov", "video/quicktime", 1720),
    ];
    for (name, media_type, duration_ms) in cases {
        let found = probe_fixture(name);
        assert_eq!(found.media_type, media_type, "{name}");
        let actual = found.facts.duration_ms.expect(name);
        assert!(actual.abs_diff(duration_ms) <= 10, "{name}: {actual} ms");
    }
    assert_eq!(probe_fixture("film.webm").media_type, "video/webm");
}

#[test]
fn films_tell_their_size_as_displayed() {
    for (name, size) in [
        ("film.mp4", (Some(96), Some(64))),
        ("turned.mov", (Some(64), Some(96))),
        ("tone.m4a", (None, None)),
    ] {
        let facts = probe_fixture(name).facts;
        assert_eq!((facts.width_px, facts.height_px), size, "{name}");
    }
}

#[test]
fn an_embedded_place_is_noticed() {
    for (name, expected) in [
        ("photo.jpg", true),
        ("xmp-place.png", true),
        ("place.mov", true),
        ("orientation-6.jpg", false),
        ("film.mp4", false),
    ] {
        assert_eq!(probe_fixture(name).has_embedded_place, expected, "{name}");
    }
}

#[test]
fn documents_in_zip_files_are_recognised_by_their_entries() {
    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    for (name, media_type) in [
        ("late.docx", WORD),
        ("book.epub", "application/epub+zip"),
        ("letter.odt", "application/vnd.oasis.opendocument.text"),
        ("plain.zip", "application/zip"),
    ] {
        assert_eq!(probe_fixture(name).media_type, media_type, "{name}");
        // What a file is called does not make it a document.
        let renamed = probe_file(&fixture("plain.zip"), Some(WORD), "letter.docx");
        assert_eq!(renamed.media_type, "application/zip");
    }
}

#[test]
fn a_name_or_declared_type_does_not_disguise_a_file() {
    let page = b"<!DOCTYPE html><script>alert(1)</script>";
    let drawing = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let mut polyglot = b"GIF89a=1;/*\0\0".to_vec();
    polyglot.extend_from_slice(b"<script>alert(1)</script>*/");
    let mut jpeg_and_pdf = fs::read(fixture("upright.png")).unwrap();
    jpeg_and_pdf.splice(33..33, *b"%PDF-1.7\n");
    let cases: [(&[u8], &str, &str, &str); 7] = [
        (page, "image/jpeg", "photo.jpg", "text/html"),
        (drawing, "image/png", "drawing.png", "image/svg+xml"),
        (&polyglot, "image/gif", "a.gif", "text/html"),
        (&jpeg_and_pdf, "image/png", "a.png", "application/pdf"),
        (
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
            "text/plain",
            "a.txt",
            "application/pdf",
        ),
        (
            b"\0\x01\x02\x03",
            "audio/mpeg",
            "song.mp3",
            "application/octet-stream",
        ),
        (
            b"a;b\n1;2\n",
            "application/octet-stream",
            "table.csv",
            "text/csv",
        ),
    ];
    for (bytes, declared, name, expected) in cases {
        let found = probe_bytes(bytes, Some(declared), name);
        assert_eq!(found.media_type, expected, "{name}");
    }
}

/// Every fixture cut off after each of many lengths, and with a byte changed here and there:
/// no panic reaches the caller, and what was recognised by its first bytes still is.
#[test]
fn broken_files_cost_facts_and_nothing_else() {
    let names = [
        "photo.jpg",
        "progressive.jpg",
        "upright.png",
        "animated.gif",
        "animated.webp",
        "upright.tiff",
        "upright.bmp",
        "tone-vbr.mp3",
        "tone-id3.mp3",
        "tone.opus",
        "tone-vorbis.ogg",
        "tone.m4a",
        "film.mp4",
        "turned.mov",
        "late.docx",
    ];
    for name in names {
        let whole = fs::read(fixture(name)).unwrap();
        let step = (whole.len() / 40).max(1);
        for at in (0..whole.len()).step_by(step) {
            probe_bytes(&whole[..at], None, "file");
            let mut changed = whole.clone();
            changed[at] ^= 0xFF;
            probe_bytes(&changed, None, "file");
        }
        let almost = &whole[..whole.len() - whole.len() / 10];
        assert_eq!(
            probe_bytes(almost, None, name).media_type.split('/').next(),
            probe_fixture(name).media_type.split('/').next(),
            "{name}"
        );
    }
}
