//! The words of scans: recognised after the upload, found with their page, with the reason where that cannot be.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Archive, Client, eventually_within, path_of};

const PHRASE: &str = "Trẻ em có quyền được nghỉ ngơi và giải trí";

fn fixture(name: &str) -> Vec<u8> {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read(format!("{root}/tests/fixtures/documents/{name}")).unwrap()
}

/// An image changed by ffmpeg, which shares no code with the archive.
fn filtered(name: &str, filter: &str) -> Vec<u8> {
    let root = env!("CARGO_MANIFEST_DIR");
    let input = format!("{root}/tests/fixtures/documents/{name}");
    let arguments = [
        "-v",
        "error",
        "-i",
        &input,
        "-vf",
        filter,
        "-c:v",
        "png",
        "-f",
        "image2pipe",
        "-",
    ];
    let output = Command::new("ffmpeg").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// A work of this kind with one file; gives its address.
fn work_with(client: &Client, kind: &str, name: &str, bytes: &[u8]) -> String {
    let work = client.create(&json!({"titles": {"vi": format!("Tệp {name}")}, "kind": kind}));
    let path = path_of(&work);
    let octets = [("content-type", "application/octet-stream")];
    let attached = client.send("POST", &format!("{path}/files?name={name}"), &octets, bytes);
    assert_eq!(attached.status, 201, "{name}: {}", attached.text());
    path
}

fn settled(client: &Client, path: &str) -> Value {
    let minutes = std::time::Duration::from_secs(300);
    eventually_within(minutes, "the words are read", || {
        let file = client.get(path).json()["files"][0].clone();
        let state = file["text"]["state"].as_str();
        state
            .is_some_and(|state| state != "working")
            .then_some(file)
    })
}

fn words_of(client: &Client, path: &str) -> String {
    let file = settled(client, path);
    assert_eq!(file["text"]["state"], "ready", "{file}");
    assert_eq!(file["text"]["recognised"], true, "{file}");
    let sha256 = file["sha256"].as_str().unwrap();
    let sent = client.get(&format!("{path}/files/{sha256}/text"));
    let text = sent.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn words_of_scans_are_found_with_their_page() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let pages = work_with(
        &editor,
        "archival-document",
        "scan.pdf",
        &fixture("scan.pdf"),
    );
    let image = work_with(&editor, "leaflet", "scan.png", &fixture("scan.png"));
    assert!(words_of(&editor, &image).contains(PHRASE));
    let text = words_of(&editor, &pages);
    assert!(text.starts_with("Trang thứ nhất của văn bản cũ."), "{text}");
    assert!(text.contains(PHRASE), "{text}");
    let search = "/api/v1/search?q=%22tre%20em%20co%20quyen%20duoc%20nghi%20ngoi%22&all_words=true&facets=none&group=false";
    let minute = std::time::Duration::from_secs(60);
    let hits = eventually_within(minute, "both in the index", || {
        let found = editor.get(search).json();
        (found["total"]["works"] == 2).then(|| found["items"].as_array().unwrap().clone())
    });
    let id = pages.rsplit('/').next().unwrap();
    let hit = hits.iter().find(|hit| hit["asset"]["id"] == id).unwrap();
    assert_eq!(hit["snippets"][0]["field"], "document", "{hit}");
    assert_eq!(hit["snippets"][0]["page"], 2, "{hit}");
}

#[test]
fn a_page_that_lies_wrong_is_read_all_the_same() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let turned = [
        ("upside-down.png", "hflip,vflip"),
        ("on-its-side.png", "transpose=1"),
        ("skewed.png", "rotate=5*PI/180:fillcolor=white"),
        // A shadow from the left to the right, and a dark table around the page.
        (
            "shadow.png",
            "format=gray,geq=lum='lum(X,Y)*(1-0.55*X/W)',rotate=4*PI/180:ow=iw*1.08:oh=ih*1.08:fillcolor=gray",
        ),
    ];
    for (name, filter) in turned {
        let path = work_with(&editor, "leaflet", name, &filtered("scan.png", filter));
        let words = words_of(&editor, &path);
        assert!(words.contains(PHRASE), "{name}: {words}");
    }
}

#[test]
fn photos_are_not_read_and_neither_is_what_is_redacted() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let photo = work_with(&editor, "archival-photo", "scan.png", &fixture("scan.png"));
    let file = editor.get(&photo).json()["files"][0].clone();
    assert!(file["text"].is_null(), "{file}");

    let poster = work_with(
        &editor,
        "propaganda-poster",
        "scan.png",
        &fixture("scan.png"),
    );
    settled(&editor, &poster);
    let work = editor.get(&poster);
    let sha256 = work.json()["files"][0]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    let region = json!({"regions": [{"x": 0, "y": 0, "width": 400, "height": 100}]});
    let etag = work.header("etag").to_owned();
    let address = format!("{poster}/files/{sha256}");
    let redacted = editor.put_json(&format!("{address}/redacted-regions"), &etag, &region);
    assert_eq!(redacted.status, 200, "{}", redacted.text());
    assert_eq!(editor.get(&format!("{address}/text")).status, 404);
    let minute = std::time::Duration::from_secs(60);
    eventually_within(minute, "it is not found any more", || {
        let search = "/api/v1/search?q=%22nghi%20ngoi%20va%20giai%20tri%22&verbatim=true&all_words=true&facets=none";
        (editor.get(search).json()["total"]["works"] == 0).then_some(())
    });
}

#[test]
fn a_missing_program_is_named_with_its_data_for_vietnamese() {
    let settings = [("KHOCHUNG__PROGRAMS__TESSERACT", "/nowhere/tesseract")];
    let archive = Archive::start_with(&settings);
    let editor = archive.holder("editor");
    for (kind, name) in [("leaflet", "scan.png"), ("archival-document", "scan.pdf")] {
        let path = work_with(&editor, kind, name, &fixture(name));
        let file = settled(&editor, &path);
        assert_eq!(file["text"]["state"], "waiting", "{file}");
        let sentence = file["text"]["problem"]["vi"].as_str().unwrap();
        assert!(sentence.contains("tesseract-ocr-vie"), "{sentence}");
    }
}
