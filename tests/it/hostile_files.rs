//! Files nobody should trust: their names, what they pretend to be, and what they would do to
//! whoever opens them. What is refused leaves nothing; what is kept is handed out harmless.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::probe::fixture;
use crate::render::png_claiming;
use crate::support::{Answer, Archive, Client, eventually};

fn new_work(client: &Client) -> String {
    let work = client.create(&json!({ "titles": { "vi": "Tệp lạ" } }));
    format!("/api/v1/assets/{}", work["id"].as_str().unwrap())
}

fn upload(client: &Client, work: &str, name: &str, media_type: &str, bytes: &[u8]) -> Answer {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let path = format!("{work}/files?name={name}");
    client.send("POST", &path, &[("content-type", media_type)], bytes)
}

/// The address of the file that was just attached.
fn address(work: &str, attached: &Answer) -> String {
    assert_eq!(attached.status, 201, "{}", attached.text());
    let files = attached.json()["asset"]["files"].clone();
    let sha256 = files.as_array().unwrap().last().unwrap()["sha256"].clone();
    format!("{work}/files/{}", sha256.as_str().unwrap())
}

#[test]
fn hostile_names_become_plain_ones_and_stay_inside_their_header() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = new_work(&editor);
    let long = format!("{}.txt", "d".repeat(4096));
    // "quyền" decomposed (NFD) and composed (NFC), from Python's unicodedata.
    for (number, (sent, kept)) in [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\tin.txt", "tin.txt"),
        ("a\0b.txt", "ab.txt"),
        ("tin\u{202e}gpj.txt", "tingpj.txt"),
        ("quye\u{302}\u{300}n.txt", "quy\u{1ec1}n.txt"),
        ("a\"; filename=\"b.exe", "a\"; filename=\"b.exe"),
        ("tin\r\nX-Evil: 1.txt", "tinX-Evil: 1.txt"),
        (&long, &format!("{}.txt", "d".repeat(251))),
        ("..", "unnamed"),
    ]
    .into_iter()
    .enumerate()
    {
        let bytes = format!("Tệp số {number}\n");
        let attached = upload(&editor, &work, sent, "text/plain", bytes.as_bytes());
        let file = address(&work, &attached);
        assert_eq!(attached.json()["asset"]["files"][number]["name"], kept);
        let answer = editor.get(&file);
        assert_eq!(answer.text(), bytes);
        assert!(!answer.headers.contains_key("x-evil"));
        let disposition = answer.header("content-disposition");
        let encoded = disposition
            .split_once("filename*=UTF-8''")
            .map(|(_, name)| name);
        let decoded = encoded.map(|name| {
            percent_encoding::percent_decode_str(name)
                .decode_utf8()
                .unwrap()
        });
        let plain = disposition
            .split_once("filename=\"")
            .map(|(_, name)| name.trim_end_matches('"'));
        assert_eq!(decoded.as_deref().or(plain), Some(kept), "{disposition}");
    }
}

#[test]
fn what_a_file_is_is_recognised_by_its_bytes_and_what_could_run_is_only_saved() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = new_work(&editor);
    let page = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";
    let drawing = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>"#;
    let photo = fs::read(fixture("photo.jpg")).unwrap();
    for (name, declared, bytes, media_type) in [
        ("tin.jpg", "image/jpeg", &page[..], "text/html"),
        ("hinh.png", "image/png", drawing, "image/svg+xml"),
        ("tin.html", "text/html", &photo, "image/jpeg"),
    ] {
        let attached = upload(&editor, &work, name, declared, bytes);
        let file = address(&work, &attached);
        let files = attached.json()["asset"]["files"].clone();
        assert_eq!(
            files.as_array().unwrap().last().unwrap()["media_type"],
            media_type,
            "{name}"
        );
        let answer = editor.get(&file);
        assert_eq!(answer.body, bytes);
        assert!(
            answer.header("content-type").starts_with(media_type),
            "{name}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        if media_type != "image/jpeg" {
            assert!(
                answer.header("content-security-policy").contains("sandbox"),
                "{name}"
            );
            let disposition = answer.header("content-disposition");
            assert!(
                disposition.starts_with("attachment"),
                "{name}: {disposition}"
            );
        }
    }
}

#[test]
fn programs_and_archives_are_refused_whatever_they_call_themselves() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = new_work(&editor);
    let before = editor.get("/readyz").json()["last_event"].clone();
    let program = fs::read(env!("CARGO_BIN_EXE_khochung")).unwrap();
    let zip = fs::read(fixture("plain.zip")).unwrap();
    for (name, declared, bytes) in [
        ("anh.jpg", "image/jpeg", &program[..1_000_000]),
        ("tin.txt", "text/plain", &program[..64]),
        (
            "tai-lieu.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            &zip,
        ),
    ] {
        let refused = upload(&editor, &work, name, declared, bytes);
        let actual = (refused.status, refused.problem());
        assert_eq!(actual, (415, "unsupported-media-type".to_owned()), "{name}");
    }
    assert_eq!(editor.get(&work).json()["revision"], 1);
    assert_eq!(editor.get("/readyz").json()["last_event"], before);
    eventually("staging is empty", || {
        let staging = fs::read_dir(archive.data().join("staging")).unwrap();
        (staging.count() == 0).then_some(())
    });
}

#[test]
fn a_pixel_bomb_is_kept_and_never_unpacked() {
    let archive = Archive::start();
    let admin = archive.holder("admin");
    let work = new_work(&admin);
    let bomb = png_claiming(60_000, 60_000, 6);
    let attached = upload(&admin, &work, "bom.png", "image/png", &bomb);
    let file = address(&work, &attached);
    let kept = eventually("the file says that it failed", || {
        let kept = admin.get(&work).json()["files"][0].clone();
        (kept["processing"] == "failed").then_some(kept)
    });
    assert_eq!(kept["processing_problem"]["code"], "too-large");
    let dead = admin.get("/api/v1/jobs?state=dead").json();
    assert_eq!(dead["items"], json!([]));
    assert_eq!(admin.get(&format!("{file}/preview/400")).status, 404);
    assert_eq!(admin.get(&file).body, bomb);
    let status = format!("/proc/{}/status", archive.pid());
    let status = fs::read_to_string(status).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    // 60,000 x 60,000 pixels would take 14 GB.
    assert!(kibibytes < 1_000_000, "{kibibytes} KiB");
}

/// RFC 9112, section 6.3: a request whose length can be understood in two ways is refused.
#[test]
fn lengths_that_contradict_each_other_are_refused_and_the_connection_closed() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = new_work(&editor);
    let host = archive.base().strip_prefix("http://").unwrap();
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -5",
        "Content-Length: 5x",
        "Content-Length: 99999999999999999999999",
        "Transfer-Encoding: chunked, identity",
    ] {
        let mut socket = TcpStream::connect(host).unwrap();
        let head = format!(
            "POST {work}/files HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: text/plain\r\n{framing}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
            editor.token().unwrap(),
        );
        socket.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        drop(socket.read_to_string(&mut answer));
        assert!(answer.starts_with("HTTP/1.1 400"), "{framing}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{framing}: {answer}");
    }
    assert_eq!(editor.get(&work).json()["revision"], 1);
}
