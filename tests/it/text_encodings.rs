//! Texts in the encodings that offices have: taken as they are, named, and found by their words.

use serde_json::json;

use crate::support::{Archive, Client, eventually};

/// "Mọi người đều có quyền được học. / Trẻ em được bảo vệ." as `iconv` encodes it; the UTF-8 one has a
/// stray byte and the end mark of DOS.
const SAMPLES: [(&str, &[u8]); 7] = [
        ("windows-1258", b"Mo\xF2i ng\xFD\xF5\xCCi \xF0\xEA\xCCu c\xF3 quy\xEA\xCCn \xF0\xFD\xF5\xF2c ho\xF2c.\x0D\x0ATre\xD2 em \xF0\xFD\xF5\xF2c ba\xD2o v\xEA\xF2."),
        ("viscii", b"M\xF7i ng\xDF\xB6i \xF0\xABu c\xF3 quy\xABn \xF0\xDF\xFEc h\xF7c.\x0D\x0ATr\xEB em \xF0\xDF\xFEc b\xE4o v\xAE."),
        ("x-tcvn3", b"M\xE4i ng\xAD\xEAi \xAE\xD2u c\xE3 quy\xD2n \xAE\xAD\xEEc h\xE4c.\x0D\x0ATr\xCE em \xAE\xAD\xEEc b\xB6o v\xD6."),
        ("utf-16le", b"M\x00\xCD\x1Ei\x00 \x00n\x00g\x00\xB0\x01\xDD\x1Ei\x00 \x00\x11\x01\xC1\x1Eu\x00 \x00c\x00\xF3\x00 \x00q\x00u\x00y\x00\xC1\x1En\x00 \x00\x11\x01\xB0\x01\xE3\x1Ec\x00 \x00h\x00\xCD\x1Ec\x00.\x00\x0D\x00\x0A\x00T\x00r\x00\xBB\x1E \x00e\x00m\x00 \x00\x11\x01\xB0\x01\xE3\x1Ec\x00 \x00b\x00\xA3\x1Eo\x00 \x00v\x00\xC7\x1E.\x00"),
        ("utf-16be", b"\xFE\xFF\x00M\x1E\xCD\x00i\x00 \x00n\x00g\x01\xB0\x1E\xDD\x00i\x00 \x01\x11\x1E\xC1\x00u\x00 \x00c\x00\xF3\x00 \x00q\x00u\x00y\x1E\xC1\x00n\x00 \x01\x11\x01\xB0\x1E\xE3\x00c\x00 \x00h\x1E\xCD\x00c\x00.\x00\x0D\x00\x0A\x00T\x00r\x1E\xBB\x00 \x00e\x00m\x00 \x01\x11\x01\xB0\x1E\xE3\x00c\x00 \x00b\x1E\xA3\x00o\x00 \x00v\x1E\xC7\x00."),
        ("utf-32le", b"\xFF\xFE\x00\x00M\x00\x00\x00\xCD\x1E\x00\x00i\x00\x00\x00 \x00\x00\x00n\x00\x00\x00g\x00\x00\x00\xB0\x01\x00\x00\xDD\x1E\x00\x00i\x00\x00\x00 \x00\x00\x00\x11\x01\x00\x00\xC1\x1E\x00\x00u\x00\x00\x00 \x00\x00\x00c\x00\x00\x00\xF3\x00\x00\x00 \x00\x00\x00q\x00\x00\x00u\x00\x00\x00y\x00\x00\x00\xC1\x1E\x00\x00n\x00\x00\x00 \x00\x00\x00\x11\x01\x00\x00\xB0\x01\x00\x00\xE3\x1E\x00\x00c\x00\x00\x00 \x00\x00\x00h\x00\x00\x00\xCD\x1E\x00\x00c\x00\x00\x00.\x00\x00\x00\x0D\x00\x00\x00\x0A\x00\x00\x00T\x00\x00\x00r\x00\x00\x00\xBB\x1E\x00\x00 \x00\x00\x00e\x00\x00\x00m\x00\x00\x00 \x00\x00\x00\x11\x01\x00\x00\xB0\x01\x00\x00\xE3\x1E\x00\x00c\x00\x00\x00 \x00\x00\x00b\x00\x00\x00\xA3\x1E\x00\x00o\x00\x00\x00 \x00\x00\x00v\x00\x00\x00\xC7\x1E\x00\x00.\x00\x00\x00"),
        ("utf-8", b"M\xE1\xBB\x8Di ng\xC6\xB0\xE1\xBB\x9Di \xC4\x91\xE1\xBB\x81u c\xC3\xB3 quy\xE1\xBB\x81n \xC4\x91\xC6\xB0\xE1\xBB\xA3c h\xE1\xBB\x8Dc.\x0D\x0ATr\xE1\xBA\xBB em \xC4\x91\xC6\xB0\xE1\xBB\xA3c b\xE1\xBA\xA3o v\xE1\xBB\x87. \xA0\x1A"),
];

fn attach(client: &Client, work: &str, name: &str, bytes: &[u8]) -> serde_json::Value {
    let path = format!("{work}/files?name={name}&role=transcript");
    let attached = client.send("POST", &path, &[("content-type", "text/plain")], bytes);
    assert_eq!(attached.status, 201, "{name}: {}", attached.text());
    let files = attached.json()["asset"]["files"].clone();
    files.as_array().unwrap().last().unwrap().clone()
}

#[test]
fn a_transcript_in_any_vietnamese_encoding_is_named_and_found() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for (encoding, bytes) in SAMPLES {
        let work = editor.create(&json!({"titles": {"vi": format!("Bản {encoding}")}}));
        let id = work["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/assets/{id}");
        let file = attach(&editor, &path, "loi.txt", bytes);
        assert_eq!(file["encoding"], encoding);
        assert_eq!(file["media_type"], "text/plain");
        let sha256 = file["sha256"].as_str().unwrap();
        let sent = editor.get(&format!("{path}/files/{sha256}"));
        let content_type = format!("text/plain; charset={encoding}");
        assert_eq!(sent.header("content-type"), content_type);
        assert_eq!(sent.body, bytes, "the bytes stay as they are");
    }
    let words = "q=tr%E1%BA%BB%20em%20%C4%91%C6%B0%E1%BB%A3c%20b%E1%BA%A3o%20v%E1%BB%87";
    let search =
        format!("/api/v1/search?{words}&verbatim=true&all_words=true&facets=none&limit=50");
    eventually("every text in the index", || {
        let found = editor.get(&search).json();
        (found["total"]["works"] == SAMPLES.len()).then_some(())
    });
}

#[test]
fn a_text_of_unknown_encoding_is_taken_and_says_so() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&json!({"titles": {"vi": "Bản lạ"}}));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    // KOI8-R.
    let bytes = b"UNESCO \xF0\xD2\xC1\xD7\xC1 \xDE\xC5\xCC\xCF\xD7\xC5\xCB\xC1 tailieuabc\n";
    let file = attach(&editor, &path, "la.txt", bytes);
    assert_eq!(file["encoding"], "unknown");
    eventually("its plain words in the index", || {
        let found = editor
            .get("/api/v1/search?q=tailieuabc&verbatim=true")
            .json();
        (found["total"]["works"] == 1).then_some(())
    });
}
