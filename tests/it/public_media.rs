//! What the public gets of sound, film and images: a copy that tells neither place nor owner, or the
//! work is not published.

use serde_json::{Value, json};

use crate::probe;
use crate::support::{Answer, Archive, Client, eventually};

const OWNER: &str = "NGUYEN VAN A";
const PLACE: &str = "+13.9833+108.0000/";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(probe::fixture(name)).unwrap()
}

/// A work that meets every condition of publication but for its file.
pub(crate) fn work(client: &Client, kind: &str) -> String {
    let work = client.create(&json!({
        "titles": {"vi": "Phim"}, "kind": kind, "organisation": "dic", "languages": ["vi"],
        "strand": "educate", "themes": ["international-law"], "credit_line": "Ban thử",
        "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable"
    }));
    format!("/api/v1/assets/{}", work["id"].as_str().unwrap())
}

pub(crate) fn attach(client: &Client, work: &str, name: &str, bytes: &[u8]) -> (String, Value) {
    let path = format!("{work}/files?name={name}&alt=%7B%22vi%22%3A%22C%E1%BA%A3nh%22%7D");
    let headers = [("content-type", "application/octet-stream")];
    let attached = client.send("POST", &path, &headers, bytes);
    assert_eq!(attached.status, 201, "{name}: {}", attached.text());
    let files = attached.json()["asset"]["files"].clone();
    let file = files.as_array().unwrap().last().unwrap().clone();
    (
        format!("{work}/files/{}", file["sha256"].as_str().unwrap()),
        file,
    )
}

pub(crate) fn publish(client: &Client, work: &str) -> Answer {
    let etag = client.get(work).header("etag").to_owned();
    client.put_json(&format!("{work}/publication"), &etag, &json!({}))
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

/// A box of ISO media files.
fn iso_box(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [length.as_slice(), name, content].concat()
}

/// The film with a box in its `moov`, which is the last box of the file.
fn film_with(moov_child: &[u8]) -> Vec<u8> {
    let mut film = fixture("film.mp4");
    let at = film.windows(4).position(|found| found == b"moov").unwrap() - 4;
    let length = u32::from_be_bytes(film[at..at + 4].try_into().unwrap());
    assert_eq!(at + length as usize, film.len(), "moov is the last box");
    let longer = length + u32::try_from(moov_child.len()).unwrap();
    film[at..at + 4].copy_from_slice(&longer.to_be_bytes());
    film.extend(moov_child);
    film
}

fn little(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap().to_le_bytes()
}

fn metadata() -> Vec<u8> {
    format!("{OWNER} {PLACE}").into_bytes()
}

/// The film with a track of a sensor or of subtitles, whose only sample tells owner and place.
fn film_with_track(handler: &[u8; 4], format: &[u8; 4]) -> Vec<u8> {
    let sample = metadata();
    let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let table = |name: &[u8; 4], rows: &[usize]| {
        let rows: Vec<u8> = rows.iter().flat_map(|row| number(*row)).collect();
        iso_box(name, &[&[0; 4], rows.as_slice()].concat())
    };
    let track = |offset: usize| {
        let entry = iso_box(format, &[0, 0, 0, 0, 0, 0, 0, 1]);
        let samples = [
            iso_box(b"stsd", &[&number(0)[..], &number(1), &entry].concat()),
            table(b"stts", &[1, 1, 1000]),
            table(b"stsc", &[1, 1, 1, 1]),
            table(b"stsz", &[0, 1, sample.len()]),
            table(b"stco", &[1, offset]),
        ]
        .concat();
        let handler = [&[0; 8], handler.as_slice(), &[0; 13]].concat();
        let media = [
            iso_box(b"mdhd", &[0; 24]),
            iso_box(b"hdlr", &handler),
            iso_box(b"minf", &iso_box(b"stbl", &samples)),
        ];
        let mut header = [0; 84];
        header[15] = 9;
        let header = iso_box(b"tkhd", &header);
        iso_box(
            b"trak",
            &[header, iso_box(b"mdia", &media.concat())].concat(),
        )
    };
    let length = film_with(&track(0)).len();
    [film_with(&track(length + 8)), iso_box(b"mdat", &sample)].concat()
}

/// The recordings with an owner and a place in the metadata of their format.
fn telling_recordings() -> Vec<(&'static str, Vec<u8>)> {
    let text = metadata();
    let xyz = iso_box(
        b"\xa9xyz",
        &[&[0, 18, 0x15, 0xC7], PLACE.as_bytes()].concat(),
    );
    let name = iso_box(b"auth", &text);
    let in_user_data = film_with(&iso_box(b"udta", &[xyz, name].concat()));
    let in_xmp = film_with(&iso_box(b"uuid", &text));
    let behind_the_end = [fixture("film.mp4"), text.clone()].concat();

    let mut wav = fixture("tone.wav");
    let list = [b"LIST", little(text.len() + 4).as_slice(), b"INFO", &text].concat();
    wav.extend(&list);
    let size = little(wav.len() - 8);
    wav[4..8].copy_from_slice(&size);

    let flac = fixture("tone.flac");
    let block_length = u32::try_from(text.len()).unwrap().to_be_bytes();
    let block = [&[2_u8], &block_length[1..], &text].concat();
    let flac = [&flac[..42], &block, &flac[42..]].concat();

    let id3 = [b"ID3\x04\0\0\0\0\0".as_slice(), &[text.len() as u8], &text].concat();
    let mut v1 = b"TAG".to_vec();
    v1.extend(&text);
    v1.resize(128, 0);
    let mp3 = [id3, fixture("tone-cbr.mp3"), v1].concat();

    // Tags of Matroska at the end of a segment of unknown length.
    let tags = [
        &[0x12, 0x54, 0xC3, 0x67, 0x80 | text.len() as u8],
        text.as_slice(),
    ]
    .concat();
    let webm = [fixture("film.webm"), tags].concat();
    // Padding before the first frame, which players skip.
    let junk = [text.as_slice(), &[0; 300], &fixture("tone-cbr.mp3")].concat();
    vec![
        ("sensor.mp4", film_with_track(b"meta", b"gpmd")),
        ("data.mp4", film_with_track(b"data", b"priv")),
        ("subtitles.mp4", film_with_track(b"sbtl", b"tx3g")),
        ("text.mp4", film_with_track(b"text", b"text")),
        ("junk.mp3", junk),
        ("user-data.mp4", in_user_data),
        ("xmp.mp4", in_xmp),
        ("trailer.mp4", behind_the_end),
        ("list.wav", wav),
        ("block.flac", flac),
        ("tags.mp3", mp3),
        ("tags.webm", webm),
    ]
}

#[test]
fn the_public_copy_of_a_recording_tells_neither_place_nor_owner() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let anybody = archive.anybody();
    for (name, bytes) in telling_recordings() {
        assert!(holds(&bytes, OWNER), "{name}");
        let kind = if name.ends_with(".mp4") || name.ends_with(".webm") {
            "documentary-film"
        } else {
            "radio-bulletin"
        };
        let work = work(&editor, kind);
        let (address, file) = attach(&editor, &work, name, &bytes);
        let published = publish(&editor, &work);
        assert_eq!(published.status, 200, "{name}: {}", published.text());
        let public = anybody.get(&address);
        assert_eq!(public.status, 200, "{name}");
        assert!(!holds(&public.body, OWNER), "{name}");
        assert!(!holds(&public.body, "13.9833"), "{name}");
        assert!(
            public.body.len() > bytes.len() / 2,
            "{name}: the samples stay"
        );
        assert_eq!(editor.get(&address).body, bytes, "{name}");
        // The copy is a recording of the same type and length.
        let again = self::work(&editor, kind);
        let (_, copy) = attach(&editor, &again, name, &public.body);
        for fact in ["media_type", "duration_ms", "width_px"] {
            assert_eq!(copy[fact], file[fact], "{name}: {fact}");
        }
    }
}

#[test]
fn recordings_by_a_usual_encoder_are_published_without_its_name() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for name in [
        "film.mp4",
        "film.webm",
        "turned.mov",
        "place.mov",
        "tone.m4a",
        "tone.opus",
        "tone-vorbis.ogg",
        "tone.flac",
        "tone-id3.mp3",
    ] {
        let kind = if name.starts_with("tone") {
            "radio-bulletin"
        } else {
            "documentary-film"
        };
        let work = work(&editor, kind);
        let (address, _) = attach(&editor, &work, name, &fixture(name));
        let published = publish(&editor, &work);
        assert_eq!(published.status, 200, "{name}: {}", published.text());
        let public = archive.anybody().get(&address);
        assert_eq!(public.status, 200, "{name}");
        for metadata in ["Lavf", "Quyền con người", "13.98", "VideoHandler"] {
            assert!(!holds(&public.body, metadata), "{name}: {metadata}");
        }
        let file = editor.get(&work).json()["files"][0].clone();
        assert_eq!(file["processing"], "ready", "{name}");
    }
}

#[test]
fn a_place_among_the_samples_holds_the_work_back() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut film = fixture("film.mp4");
    let samples = film.windows(4).position(|found| found == b"mdat").unwrap() + 4;
    film[samples + 100..samples + 100 + PLACE.len()].copy_from_slice(PLACE.as_bytes());
    let work = work(&editor, "documentary-film");
    let (address, _) = attach(&editor, &work, "film.mp4", &film);
    let refused = publish(&editor, &work);
    assert_eq!(refused.status, 422, "{}", refused.text());
    let error = refused.json()["errors"][0].clone();
    assert_eq!(error["pointer"], "/files/0");
    assert_eq!(error["rule"], "no-public-copy");
    assert_eq!(archive.anybody().get(&address).status, 404);
    let file = editor.get(&work).json()["files"][0].clone();
    assert_eq!(file["processing_problem"]["code"], "place-remains");
}

#[test]
fn a_file_without_a_public_copy_says_why_and_holds_the_work_back() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let photo = fixture("photo.jpg");
    let cut = &photo[..photo.len() / 20];
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>".as_slice();
    let upright = (fixture("upright.avif"), fixture("upright.heic"));
    let wma = fixture("tone.wma");
    for (name, bytes, kind, reason) in [
        ("a.svg", svg, "archival-photo", "unsupported"),
        ("a.avif", &upright.0, "archival-photo", "unsupported"),
        ("IMG_1.HEIC", &upright.1, "archival-photo", "unsupported"),
        ("tone.wma", &wma, "radio-bulletin", "unsupported"),
        ("cut.jpg", cut, "archival-photo", "damaged"),
        (
            "cut.mp4",
            &fixture("film.mp4")[..3000],
            "documentary-film",
            "damaged",
        ),
    ] {
        let work = work(&editor, kind);
        let (address, _) = attach(&editor, &work, name, bytes);
        let file = eventually("the end of processing", || {
            let file = editor.get(&work).json()["files"][0].clone();
            (file["processing"] != "working").then_some(file)
        });
        assert_eq!(file["processing"], "failed", "{name}");
        assert_eq!(file["processing_problem"]["code"], reason, "{name}");
        for language in ["vi", "en"] {
            let sentence = file["processing_problem"][language].as_str().unwrap();
            assert!(sentence.len() > 20, "{name}: {sentence}");
        }
        let refused = publish(&editor, &work);
        assert_eq!(refused.status, 422, "{name}: {}", refused.text());
        assert_eq!(
            refused.json()["errors"][0]["rule"],
            "no-public-copy",
            "{name}"
        );
        assert_eq!(archive.anybody().get(&address).status, 404, "{name}");
    }
    // Broken files are states of these files, not failures of the archive.
    let dead = archive.operator().get("/api/v1/jobs?state=dead");
    assert_eq!(dead.json()["items"], json!([]));
}
