//! Files as people have them: formats of stations, phones and scanners, what forms send, and bodies that
//! were compressed.

use std::fs;
use std::io::{Cursor, Write as _};

use khochung::services::media::render::{Limits, render};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::probe::{fixture, probe_bytes};
use crate::support::{Answer, Archive, Client};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const POWERPOINT: &str =
    "application/vnd.openxmlformats-officedocument.presentationml.presentation";

fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

fn new_work(client: &Client) -> String {
    let work = client.create(&json!({"titles": {"vi": "Tệp"}}));
    format!("/api/v1/assets/{}", work["id"].as_str().unwrap())
}

fn attach(client: &Client, query: &str, bytes: &[u8]) -> Answer {
    let path = format!("{}/files?{query}", new_work(client));
    let headers = [("content-type", "application/octet-stream")];
    client.send("POST", &path, &headers, bytes)
}

/// A ZIP file of uncompressed entries.
fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        writer.start_file(*name, stored).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn word() -> Vec<u8> {
    zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w/>"),
    ])
}

/// `tone.wav` with other names and lengths in its header.
fn wav_with(form: &[u8; 4], data_length: u32) -> Vec<u8> {
    let mut wav = bytes_of("tone.wav");
    let data = wav.windows(4).position(|found| found == b"data").unwrap();
    wav[..4].copy_from_slice(form);
    wav[data + 4..data + 8].copy_from_slice(&data_length.to_le_bytes());
    wav
}

#[test]
fn formats_of_stations_phones_and_scanners_are_taken() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let subtitles = "1\n00:00:01,000 --> 00:00:04,000\nXin chào\n".as_bytes();
    // MPEG-1 layer II, 192 kbit/s, 48 kHz: frames of 576 bytes (ISO/IEC 11172-3, 2.4.3.1).
    let frame = [&[0xFF, 0xFD, 0xA4, 0][..], &[0x55; 572]].concat();
    let mut packet = vec![0x47, 0x40, 0, 0x10];
    packet.resize(188, 0);
    let mut phone = bytes_of("film.mp4");
    phone[8..12].copy_from_slice(b"3gp4");
    let mut camera = bytes_of("film.mp4");
    camera[8..12].copy_from_slice(b"niko");
    let scan = [
        &b"II\x2B\0\x08\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"[..],
        &[0; 24],
    ]
    .concat();
    let mxf =
        b"\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02\x01\x01\x02\x04\0\x83\0\0\x78".as_slice();
    for (name, bytes, expected) in [
        ("phu-de.srt", subtitles, "application/x-subrip"),
        ("ban-tin.mp2", &frame.repeat(4), "audio/mpeg"),
        ("rf64.wav", &wav_with(b"RF64", u32::MAX), "audio/wav"),
        ("bw64.wav", &wav_with(b"BW64", u32::MAX), "audio/wav"),
        ("dien-thoai.3gp", &phone, "video/3gpp"),
        ("may-anh.mp4", &camera, "video/mp4"),
        ("phat-song.ts", &packet.repeat(8), "video/mp2t"),
        ("quet.tif", &scan, "image/tiff"),
        ("dung.mxf", mxf, "application/mxf"),
    ] {
        let attached = attach(&editor, &format!("name={name}&role=attachment"), bytes);
        assert_eq!(attached.status, 201, "{name}: {}", attached.text());
        let file = attached.json()["asset"]["files"][0].clone();
        assert_eq!(file["media_type"], expected, "{name}");
    }
}

#[test]
fn only_the_directory_of_a_zip_says_what_it_is() {
    let word = word();
    let presentation = [
        ("[Content_Types].xml", b"<Types/>".as_slice()),
        ("ppt/presentation.xml", b"<p/>"),
        ("ppt/embeddings/Microsoft_Word_Document.docx", &word),
    ];
    for (entries, expected) in [
        (&[("bai-1.docx", word.as_slice())][..], "application/zip"),
        (&presentation, POWERPOINT),
        (
            &[
                ("[Content_Types].xml", b"<Types/>"),
                ("word/document.xml", b"<w/>"),
            ],
            WORD,
        ),
    ] {
        let found = probe_bytes(&zip_of(entries), Some(WORD), "a.docx");
        assert_eq!(found.media_type, expected);
    }
}

#[test]
fn tracks_decide_between_sound_and_film() {
    for (name, expected) in [
        ("sound-only.webm", "audio/webm"),
        ("film.webm", "video/webm"),
        ("sound-only.mov", "audio/quicktime"),
        ("turned.mov", "video/quicktime"),
    ] {
        let found = probe_bytes(&bytes_of(name), None, "file");
        assert_eq!(found.media_type, expected, "{name}");
    }
}

#[test]
fn the_length_of_a_wav_follows_from_the_file_when_its_header_was_not_finished() {
    for (form, length) in [(b"RIFF", u32::MAX), (b"RIFF", 0), (b"RF64", u32::MAX)] {
        let found = probe_bytes(&wav_with(form, length), None, "a.wav");
        assert_eq!(found.facts.duration_ms, Some(2345), "{length}");
    }
}

#[test]
fn what_follows_the_end_of_a_jpeg_does_not_count_and_a_missing_end_is_no_damage() {
    let progressive = bytes_of("progressive.jpg");
    let with_film = [progressive.as_slice(), &b"\xFF\xDA".repeat(500)].concat();
    let without_end = &progressive[..progressive.len() - 2];
    for file in [&progressive, &with_film, without_end] {
        let previews = render(file, "image/jpeg", &[60], Limits::default()).unwrap();
        assert_eq!((previews[0].width_px, previews[0].height_px), (60, 40));
    }
}

#[test]
fn an_original_without_bytes_and_a_form_without_a_file_are_refused() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let refused = attach(&editor, "name=a.txt", b"");
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(refused.json()["errors"][0]["rule"], "empty-file");
    let form = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n";
    let path = format!("{}/files", new_work(&editor));
    let headers = [("content-type", "multipart/form-data; boundary=b")];
    assert_eq!(editor.send("POST", &path, &headers, form).status, 400);
}

#[test]
fn coded_bodies_are_refused_and_a_byte_order_mark_is_read_over() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = "\u{feff}{\"titles\": {\"vi\": \"Có dấu BOM\"}}".as_bytes();
    for (path, media_type, expected) in [
        ("/api/v1/assets", "application/json", 201),
        ("/api/v1/imports", "application/x-ndjson", 200),
    ] {
        let plain = [("content-type", media_type)];
        let taken = editor.send("POST", path, &plain, work);
        assert_eq!(taken.status, expected, "{path}: {}", taken.text());
        assert!(!taken.text().contains("malformed"), "{}", taken.text());
        let coded = [("content-type", media_type), ("content-encoding", "gzip")];
        assert_eq!(
            editor.send("POST", path, &coded, work).status,
            415,
            "{path}"
        );
    }
}
