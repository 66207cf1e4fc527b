//! Downloads: ranges, conditions and headers of RFC 9110, 6266, 9530 and what browsers need.

use serde_json::json;

use super::support::{Answer, Archive, Client};

/// `seq -w 0 1999`: 2,000 lines of four digits and a line feed.
fn ten_thousand_bytes() -> Vec<u8> {
    (0..2000)
        .flat_map(|n| format!("{n:04}\n").into_bytes())
        .collect()
}
/// Of these bytes, by coreutils: `seq -w 0 1999 | sha256sum`, and in base64.
const SHA256: &str = "84aaba9e8b40a29dddf87e8dae091871081eada94b6a0769b13b5b39af75ca61";
const SHA256_BASE64: &str = "hKq6notAop3d+H6NrgkYcQgeralLagdpsTtbOa91ymE=";

/// Attaches bytes to a new draft and gives the address they are read under.
fn attach(client: &Client, name: &str, media_type: &str, bytes: &[u8]) -> String {
    let work = client.create(&json!({ "titles": { "vi": "Tệp" }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap();
    let path = format!("/api/v1/assets/{id}/files");
    let query = if bytes.is_empty() {
        "?role=attachment"
    } else {
        ""
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        ("content-type", media_type),
        ("content-disposition", &disposition),
    ];
    let made = client.send("POST", &format!("{path}{query}"), &headers, bytes);
    assert_eq!(made.status, 201, "{}", made.text());
    format!("{path}/{}", made.json()["sha256"].as_str().unwrap())
}

fn lines_file(client: &Client) -> String {
    attach(client, "lines.txt", "text/plain", &ten_thousand_bytes())
}

fn get(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    client.send("GET", path, headers, &[])
}

#[test]
fn parts_of_a_file_are_sent_as_the_standard_says() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = lines_file(&editor);
    let bytes = ten_thousand_bytes();
    for (range, content_range, part) in [
        ("bytes=0-499", "bytes 0-499/10000", 0..500),
        ("bytes=-500", "bytes 9500-9999/10000", 9500..10_000),
        ("bytes=9500-", "bytes 9500-9999/10000", 9500..10_000),
        ("bytes=9999-20000", "bytes 9999-9999/10000", 9999..10_000),
        ("bytes=500-600,601-999", "bytes 500-999/10000", 500..1000),
    ] {
        let answer = get(&editor, &path, &[("range", range)]);
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(answer.header("content-range"), content_range);
        assert_eq!(answer.header("content-length"), part.len().to_string());
        assert!(answer.body == bytes[part], "{range}");
    }
    for ignored in ["items=0-5", "bytes=5-4", "bytes=a-b"] {
        let answer = get(&editor, &path, &[("range", ignored)]);
        assert_eq!(
            (answer.status, answer.body.len()),
            (200, 10_000),
            "{ignored}"
        );
    }
    let beyond = get(&editor, &path, &[("range", "bytes=10000-")]);
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), "bytes */10000");
}

#[test]
fn several_parts_come_in_one_answer() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = lines_file(&editor);
    let answer = get(&editor, &path, &[("range", "bytes=0-0,-1,5000-5004")]);
    assert_eq!(answer.status, 206);
    let kind = answer.header("content-type").to_owned();
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap();
    let part = |range: &str, text: &str| {
        format!(
            "--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Range: bytes {range}/10000\r\n\r\n{text}\r\n"
        )
    };
    let expected = [
        part("0-0", "0"),
        part("9999-9999", "\n"),
        part("5000-5004", "1000\n"),
        format!("--{boundary}--\r\n"),
    ];
    assert_eq!(answer.text(), expected.concat());
    assert_eq!(
        answer.header("content-length"),
        answer.body.len().to_string()
    );

    let tiny: Vec<String> = (0..1000).map(|n| format!("{0}-{0}", n * 7)).collect();
    let many = get(
        &editor,
        &path,
        &[("range", &format!("bytes={}", tiny.join(",")))],
    );
    assert!(
        many.body.len() <= 10_000,
        "an answer is never longer than the file"
    );
}

#[test]
fn a_copy_that_is_still_right_is_not_sent_again() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = lines_file(&editor);
    let whole = editor.get(&path);
    let etag = format!("\"{SHA256}\"");
    assert_eq!(whole.header("etag"), etag);
    let modified = whole.header("last-modified").to_owned();

    for condition in [
        ("if-none-match", etag.as_str()),
        ("if-modified-since", &modified),
    ] {
        let again = get(&editor, &path, &[condition]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{condition:?}");
        for name in ["etag", "last-modified", "cache-control", "vary"] {
            assert_eq!(again.header(name), whole.header(name), "{name}");
        }
    }
    assert_eq!(
        get(&editor, &path, &[("if-match", "\"other\"")]).status,
        412
    );
    let range = ("range", "bytes=0-9");
    assert_eq!(
        get(&editor, &path, &[range, ("if-range", &etag)]).status,
        206
    );
    assert_eq!(
        get(&editor, &path, &[range, ("if-range", "\"other\"")]).status,
        200
    );
}

#[test]
fn head_tells_what_get_would() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = lines_file(&editor);
    let whole = get(&editor, &path, &[("accept-encoding", "gzip")]);
    let head = editor.send("HEAD", &path, &[("accept-encoding", "gzip")], &[]);
    assert_eq!((whole.status, head.status), (200, 200));
    assert!(
        whole.body == ten_thousand_bytes(),
        "sent as stored, not compressed"
    );
    assert!(head.body.is_empty());
    for name in whole.headers.keys() {
        if !["date", "x-request-id"].contains(&name.as_str()) {
            let values = |answer: &Answer| -> Vec<_> {
                let all = answer.headers.get_all(name).iter();
                all.cloned().collect()
            };
            assert_eq!(values(&head), values(&whole), "{name}");
        }
    }
    for (name, value) in [
        ("content-length", "10000"),
        ("accept-ranges", "bytes"),
        ("content-type", "text/plain; charset=utf-8"),
        ("content-disposition", "inline; filename=\"lines.txt\""),
        ("repr-digest", &format!("sha-256=:{SHA256_BASE64}:")),
        ("cache-control", "private, no-cache"),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
}

#[test]
fn an_empty_file_is_a_file() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = attach(&editor, "empty.txt", "text/plain", b"");
    let whole = editor.get(&path);
    assert_eq!((whole.status, whole.body.len()), (200, 0));
    assert_eq!(whole.header("content-length"), "0");
    assert_eq!(get(&editor, &path, &[("range", "bytes=0-")]).status, 416);
}

#[test]
fn what_a_browser_could_execute_is_only_saved() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let page = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";
    let path = attach(&editor, "tin.html", "text/html", page);
    let answer = editor.get(&path);
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment;")
    );
    assert!(answer.header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[test]
fn files_of_a_draft_do_not_exist_for_the_public() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = lines_file(&editor);
    assert_eq!(archive.anybody().get(&path).status, 404);
    assert_eq!(editor.get(&format!("{path}/preview/400")).status, 404);
    let other = format!("{}{}", &path[..path.len() - 64], "0".repeat(64));
    assert_eq!(editor.get(&other).status, 404);
    assert_eq!(
        editor
            .get(&format!("{}nonsense", &path[..path.len() - 64]))
            .status,
        404
    );
}
