//! Uploads: what is announced is held to, what is too much or too slow is refused, and whatever
//! was refused leaves nothing behind.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Archive, Client};

/// The digest by `openssl dgst -sha256 -binary | base64`.
const HELLO: &[u8] = "Xin chào.\n".as_bytes();
const HELLO_DIGEST: &str = "sha-256=:z08/NjYC5NTW/Bgsx+AvAEWe+yOkNVVOdLRyvHFWmTo=:";
const OTHER_DIGEST: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
const PLAIN: (&str, &str) = ("content-type", "text/plain");

fn new_work(client: &Client) -> String {
    let work = client.create(&json!({ "titles": { "vi": "Tệp" }, "organisation": "dic" }));
    format!("/api/v1/assets/{}/files", work["id"].as_str().unwrap())
}

/// The server deletes after it has answered.
fn assert_nothing_staged(archive: &Archive) {
    let staging = archive.data().join("staging");
    let deadline = Instant::now() + Duration::from_secs(20);
    while fs::read_dir(&staging).unwrap().count() > 0 {
        assert!(Instant::now() < deadline, "something was left in staging");
        std::thread::yield_now();
    }
}

fn stored_blobs(archive: &Archive) -> usize {
    let mut folders = vec![archive.data().join("blobs")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
            }
        }
    }
    files
}

#[test]
fn the_announced_digest_is_compared() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = new_work(&editor);
    for field in ["content-digest", "repr-digest"] {
        let refused = editor.send("POST", &path, &[PLAIN, (field, OTHER_DIGEST)], HELLO);
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (400, "digest-mismatch")
        );
        let nonsense = editor.send("POST", &path, &[PLAIN, (field, "sha-256=:x:")], HELLO);
        assert_eq!(nonsense.status, 400);
    }
    assert_nothing_staged(&archive);
    assert_eq!(stored_blobs(&archive), 0);
    let taken = editor.send(
        "POST",
        &path,
        &[PLAIN, ("content-digest", HELLO_DIGEST)],
        HELLO,
    );
    assert_eq!(taken.status, 201, "{}", taken.text());
    assert_eq!(stored_blobs(&archive), 1);
}

#[test]
fn equal_bytes_are_stored_once_and_the_answer_names_who_has_them() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (first, second) = (new_work(&editor), new_work(&editor));
    assert_eq!(editor.send("POST", &first, &[PLAIN], HELLO).status, 201);
    let again = editor.send("POST", &second, &[PLAIN], HELLO);
    assert_eq!(again.status, 201);
    let owner = first.split('/').nth(4).unwrap();
    assert_eq!(again.json()["duplicates"], json!([owner]));
    assert_eq!(stored_blobs(&archive), 1);
    assert_nothing_staged(&archive);
}

#[test]
fn a_form_may_describe_its_file_before_and_after_it() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = new_work(&editor);
    let kind = [("content-type", "multipart/form-data; boundary=xx")];
    let field = |name: &str, value: &str| {
        format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = |digest: &str| {
        let hello = std::str::from_utf8(HELLO).unwrap();
        format!(
            "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../lời.txt\"\r\n\
             Content-Type: text/plain\r\nContent-Digest: {digest}\r\n\r\n{hello}\r\n"
        )
    };
    let role = field("role", "transcript");
    let title = field("title", r#"{"vi": "Lời"}"#);
    let send = |parts: &[&str]| {
        let body = format!("{}--xx--\r\n", parts.concat());
        editor.send("POST", &path, &kind, body.as_bytes())
    };
    let good = file(HELLO_DIGEST);
    for (parts, status) in [
        (vec![role.as_str(), &title], 400),
        (vec![good.as_str(), &good], 400),
        (vec![file(OTHER_DIGEST).as_str()], 400),
        (vec![good.as_str(), &field("role", "cover")], 422),
        (vec![good.as_str(), &field("colour", "red")], 422),
    ] {
        let refused = send(&parts);
        assert_eq!(refused.status, status, "{parts:?} {}", refused.text());
    }
    let cut = editor.send("POST", &path, &kind, good.as_bytes());
    assert_eq!(cut.status, 400, "a form without its end");
    assert_nothing_staged(&archive);
    assert_eq!(stored_blobs(&archive), 0);

    let taken = send(&[&role, &good, &title]);
    assert_eq!(taken.status, 201, "{}", taken.text());
    let kept = &taken.json()["asset"]["files"][0];
    assert_eq!(kept["role"], "transcript");
    assert_eq!(kept["title"], json!({ "vi": "Lời" }));
    assert_eq!(kept["name"], "lời.txt");
}

#[test]
fn too_many_bytes_are_refused_announced_or_counted() {
    let archive = Archive::start_with(&[("KHOCHUNG__INTAKE__MAX_FILE_BYTES", "1000000")]);
    let editor = archive.holder("editor");
    let path = new_work(&editor);
    let refused = editor.send("POST", &path, &[PLAIN], &vec![b'a'; 1_000_001]);
    assert_eq!(refused.status, 413);

    // Nobody knows how long this one will be.
    let mut socket = connect(&archive, &editor, &path, "Transfer-Encoding: chunked");
    for _ in 0..100 {
        let chunk = format!("{:x}\r\n{}\r\n", 20_000, "a".repeat(20_000));
        if socket.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    assert!(answer_of(socket).starts_with("HTTP/1.1 413"));
    assert_nothing_staged(&archive);
    assert_eq!(stored_blobs(&archive), 0);
    let taken = editor.send("POST", &path, &[PLAIN], &vec![b'a'; 1_000_000]);
    assert_eq!(taken.status, 201);
}

#[test]
fn a_cut_connection_leaves_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = new_work(&editor);
    for sent in [10, 3_000_000] {
        let mut socket = connect(&archive, &editor, &path, "Content-Length: 9000000");
        socket.write_all(&vec![b'a'; sent]).unwrap();
        drop(socket);
        assert_nothing_staged(&archive);
    }
    assert_eq!(stored_blobs(&archive), 0);
    assert_eq!(
        editor.get(path.strip_suffix("/files").unwrap()).json()["revision"],
        1
    );
}

#[test]
fn a_body_that_stops_coming_is_given_up() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__BODY_TIMEOUT_SECONDS", "1")]);
    let editor = archive.holder("editor");
    let path = new_work(&editor);
    let mut socket = connect(&archive, &editor, &path, "Content-Length: 9000000");
    socket.write_all(&vec![b'a'; 2_000_000]).unwrap();
    assert!(answer_of(socket).starts_with("HTTP/1.1 408"));
    assert_nothing_staged(&archive);
}

#[test]
fn who_may_not_attach_is_refused_before_the_bytes_have_travelled() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = new_work(&editor);
    let nowhere = "/api/v1/assets/0199e0d0-0000-7000-8000-000000000000/files";
    for (client, path, status) in [
        (archive.anybody(), path.as_str(), "401"),
        (archive.holder("station"), &path, "403"),
        (editor.clone(), nowhere, "404"),
    ] {
        // The announced bytes are never sent.
        let socket = connect(&archive, &client, path, "Content-Length: 9000000");
        let answer = answer_of(socket);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    let coded = [PLAIN, ("content-encoding", "gzip")];
    assert_eq!(editor.send("POST", &path, &coded, HELLO).status, 415);
    let stale = [PLAIN, ("if-match", "\"7\"")];
    assert_eq!(editor.send("POST", &path, &stale, HELLO).status, 412);
    assert_nothing_staged(&archive);
}

/// The head of an upload, sent; its body is the caller's.
fn connect(archive: &Archive, client: &Client, path: &str, framing: &str) -> TcpStream {
    let host = archive.base().trim_start_matches("http://").to_owned();
    let mut socket = TcpStream::connect(&host).unwrap();
    let token = client.token().map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\n{token}Content-Type: text/plain\r\n{framing}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket
}

/// What comes back before the server closes or the line falls silent.
fn answer_of(mut socket: TcpStream) -> String {
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
