//! How long recordings are, in the formats of stations and cameras, and in files of more than 4 GiB.

use std::fs::File;
use std::io::Write as _;

use khochung::services::media::{Probe, probe};

use crate::probe::{fixture, probe_bytes};

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// `ffprobe -show_entries format=duration`. The clock of a transport stream is exact to a tenth of a second.
#[test]
fn recordings_of_stations_and_cameras_state_their_duration() {
    for (name, media_type, duration_ms, tolerance_ms) in [
        ("tone.w64", "audio/x-w64", 2345, 0),
        ("tone.caf", "audio/x-caf", 2345, 0),
        ("tone-alac.caf", "audio/x-caf", 2560, 0),
        ("film.ts", "video/mp2t", 1735, 100),
        ("film.webm", "video/webm", 1720, 0),
        ("sound-only.webm", "audio/webm", 2353, 0),
    ] {
        let found = probe_bytes(&bytes_of(name), None, "file");
        assert_eq!(found.media_type, media_type, "{name}");
        let duration = found.facts.duration_ms.expect(name);
        let difference = duration.abs_diff(duration_ms);
        assert!(difference <= tolerance_ms, "{name}: {duration} ms");
    }
}

#[test]
fn unfinished_and_cut_recordings_are_as_long_as_their_bytes() {
    let mut wave64 = bytes_of("tone.w64");
    let data = wave64.windows(4).position(|name| name == b"data").unwrap();
    wave64[data + 16..data + 24].fill(0);
    let mut core_audio = bytes_of("tone.caf");
    let data = core_audio.windows(4).position(|name| name == b"data");
    let data = data.unwrap();
    core_audio[data + 4..data + 12].fill(0xFF);
    for (name, bytes) in [("w64", &wave64), ("caf", &core_audio)] {
        let found = probe_bytes(bytes, None, "file");
        assert_eq!(found.facts.duration_ms, Some(2345), "{name}");
        // A second less of 8,000 samples of two bytes.
        let cut = &bytes[..bytes.len() - 16_000];
        let found = probe_bytes(cut, None, "file");
        assert_eq!(found.facts.duration_ms, Some(1345), "{name}");
    }
    // Nothing makes the reader panic or loop.
    for name in ["tone.w64", "tone.caf", "film.ts", "film.webm"] {
        let bytes = bytes_of(name);
        for length in (0..bytes.len().min(3_000)).step_by(7) {
            probe_bytes(&bytes[..length], None, "file");
        }
    }
}

/// Probes a sparse file: what is not written are zeros, which take no space.
fn probe_sparse(head: &[u8], length: u64, tail: &[u8]) -> Probe {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    let mut file = File::create(&path).unwrap();
    file.write_all(head).unwrap();
    file.set_len(length).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, tail, length).unwrap();
    let mut first = head.to_vec();
    first.resize(8 * 1024, 0);
    probe(&path, &first, None, "file")
}

const SIX_GIB: u64 = 6 << 30;

/// 6 GiB at 48,000 samples a second of two channels and two bytes: 33,554.432 s.
#[test]
fn recordings_of_more_than_four_gibibytes_state_their_duration() {
    const DURATION_MS: u64 = 33_554_432;
    let format = [
        &1_u16.to_le_bytes()[..],
        &2_u16.to_le_bytes(),
        &48_000_u32.to_le_bytes(),
        &192_000_u32.to_le_bytes(),
        &4_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
    ]
    .concat();
    let rf64 = [
        &b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"[..],
        &(SIX_GIB + 72).to_le_bytes(),
        &SIX_GIB.to_le_bytes(),
        &[0; 12],
        b"fmt \x10\0\0\0",
        &format,
        b"data\xff\xff\xff\xff",
    ]
    .concat();
    let found = probe_sparse(&rf64, rf64.len() as u64 + SIX_GIB, b"");
    assert_eq!(found.media_type, "audio/wav");
    assert_eq!(found.facts.duration_ms, Some(DURATION_MS));

    let guid = |name: &[u8; 4]| [name.as_slice(), &[0xF3, 0xAC, 0xD3, 0x11], &[0; 8]].concat();
    let tone = bytes_of("tone.w64");
    let wave64 = [
        &tone[..16],
        &(SIX_GIB + 104).to_le_bytes(),
        &tone[24..40],
        &guid(b"fmt "),
        &40_u64.to_le_bytes(),
        &format,
        &guid(b"data"),
        &(SIX_GIB + 24).to_le_bytes(),
    ]
    .concat();
    let found = probe_sparse(&wave64, wave64.len() as u64 + SIX_GIB, b"");
    assert_eq!(found.media_type, "audio/x-w64");
    assert_eq!(found.facts.duration_ms, Some(DURATION_MS));
}

#[test]
fn a_film_of_more_than_four_gibibytes_is_read_behind_its_samples() {
    let film = bytes_of("film.mp4");
    let movie = film.windows(4).position(|name| name == b"moov").unwrap() - 4;
    let samples = [&b"\0\0\0\x01mdat"[..], &(SIX_GIB + 16).to_be_bytes()].concat();
    let brands = u32::from_be_bytes(film[..4].try_into().unwrap()) as usize;
    let head = [&film[..brands], &samples].concat();
    let length = head.len() as u64 + SIX_GIB;
    let found = probe_sparse(&head, length, &film[movie..]);
    assert_eq!(found.media_type, "video/mp4");
    assert_eq!(found.facts.duration_ms, Some(1792));
}

#[test]
fn an_mp3_behind_junk_is_an_mp3_and_other_bytes_are_not() {
    let mp3 = bytes_of("tone-cbr.mp3");
    for junk in [vec![0; 700], b"\xff\xfbpadding\0\xff\xe0".repeat(100)] {
        let found = probe_bytes(&[&junk, mp3.as_slice()].concat(), None, "file");
        assert_eq!(found.media_type, "audio/mpeg");
    }
    // Headers whose frames do not follow each other.
    let headers = [&b"\xff\xfb\x90\0"[..], &[0; 100]].concat().repeat(70);
    for other in [[&[0; 9][..], &headers].concat(), vec![0; 9000]] {
        let found = probe_bytes(&other, None, "a.mp3");
        assert_eq!(found.media_type, "application/octet-stream");
    }
}
