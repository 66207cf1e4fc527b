//! Bodies nobody should send: each gets its documented status, and nothing is kept of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::json;

use crate::support::Archive;

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn bodies_that_are_not_json_are_refused() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    for (body, problem) in [
        (&b"{\"titles\":"[..], "malformed-json"),
        (b"", "malformed-json"),
        (b"{\"titles\":{\"vi\":\"\xff\xfe\"}}", "malformed-json"),
        (b"{}\xef\xbb\xbf", "malformed-json"),
        (&deep, "malformed-json"),
        (b"{} {}", "malformed-json"),
    ] {
        let answer = editor.send("POST", "/api/v1/assets", &[JSON], body);
        assert_eq!((answer.status, answer.problem().as_str()), (400, problem));
    }
    for document in [json!(null), json!([]), json!("works"), json!(7)] {
        let answer = editor.post_json("/api/v1/assets", &document);
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (422, "invalid"),
            "{document}"
        );
    }
    assert_eq!(editor.get("/api/v1/assets").json()["items"], json!([]));
}

#[test]
fn a_hundred_mebibytes_of_json_are_too_large_announced_or_not() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let body = vec![b' '; 100 << 20];
    let answer = editor.send("POST", "/api/v1/assets", &[JSON], &body);
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (413, "too-large")
    );
    assert_eq!(answer.json()["limit_bytes"], 8 << 20);
    let chunked = [JSON, ("transfer-encoding", "chunked")];
    let answer = editor.send("POST", "/api/v1/assets", &chunked, &body);
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (413, "too-large")
    );
}

#[test]
fn other_media_types_are_refused_with_the_right_one() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "",
    ] {
        let headers = [("content-type", kind)];
        let answer = editor.send("POST", "/api/v1/assets", &headers, b"{}");
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (415, "unsupported-media-type")
        );
        assert_eq!(answer.header("accept"), "application/json", "{kind}");
    }
    let work = editor.create(&json!({ "titles": { "vi": "Bài" } }));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    let headers = [JSON, ("if-match", "\"1\"")];
    let answer = editor.send("PATCH", &path, &headers, b"{}");
    assert_eq!(answer.status, 415);
    assert_eq!(answer.header("accept"), "application/merge-patch+json");
}

#[test]
fn a_body_that_ends_early_or_stands_still_keeps_nothing() {
    let soon = [("KHOCHUNG__SERVER__BODY_TIMEOUT_SECONDS", "1")];
    let archive = Archive::start_with(&soon);
    let editor = archive.holder("editor");
    let address = archive.base().strip_prefix("http://").unwrap();
    let head = format!(
        "POST /api/v1/assets HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"titles\"",
        editor.token().unwrap(),
    );
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("/problems/timeout"), "{answer}");

    let mut cut = TcpStream::connect(address).unwrap();
    cut.write_all(head.as_bytes()).unwrap();
    cut.shutdown(Shutdown::Both).unwrap();
    assert_eq!(editor.get("/api/v1/assets").json()["items"], json!([]));
}

#[test]
fn strange_names_in_texts_are_refused_or_made_nfc() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for bad in ["a\u{0}b", "\u{202e}gpj.exe", "dòng\u{7}", &"x".repeat(1001)] {
        let answer = editor.post_json("/api/v1/assets", &json!({ "titles": { "vi": bad } }));
        assert_eq!(answer.status, 422, "{bad:?}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/titles/vi");
    }
    // "Quyền" decomposed (NFD) comes back composed (NFC); from Python's unicodedata.
    let decomposed = "Quye\u{302}\u{300}n";
    let work = editor.create(&json!({ "titles": { "vi": decomposed } }));
    assert_eq!(work["titles"]["vi"], "Quy\u{1ec1}n");
}
