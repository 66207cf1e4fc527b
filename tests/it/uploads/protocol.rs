//! What tus 1.0 (<https://tus.io/protocols/resumable-upload>) asks of a server, section by section.

use std::io::Write as _;

use serde_json::{Value, json};

use super::{
    Archive, BYTES, TUS, UPLOADS, announce, answer_of, append, append_with, begin, claim, create,
    head, named, names_in, new_work, offset_of, path_in, sha256sum,
};
use crate::support::browser::Browser;

/// Section "OPTIONS".
#[test]
fn the_abilities_are_told_to_everybody() {
    let archive = Archive::start();
    let told = archive.anybody().send("OPTIONS", UPLOADS, &[], &[]);
    assert_eq!(told.status, 204);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        (
            "tus-extension",
            "creation,creation-with-upload,checksum,termination,expiration",
        ),
        ("tus-max-size", "21474836480"),
        ("tus-checksum-algorithm", "sha256,sha1"),
    ] {
        assert_eq!(told.header(name), value, "{name}");
    }
}

/// Section "Example" of the core protocol: 100 bytes, of which 70 have arrived.
#[test]
fn a_file_arrives_in_parts() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let metadata = "filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential";
    let created = announce(&editor, 100, &[("upload-metadata", metadata)]);
    assert_eq!(created.header("tus-resumable"), "1.0.0");
    assert_eq!(created.header("upload-offset"), "0");
    let path = path_in(&created);
    let expires = httpdate::parse_http_date(created.header("upload-expires")).unwrap();
    let week = std::time::Duration::from_secs(7 * 86_400);
    let left = expires
        .duration_since(std::time::SystemTime::now())
        .unwrap();
    assert!(
        week - left < std::time::Duration::from_secs(120),
        "{left:?}"
    );

    assert_eq!(
        append(&editor, &path, 0, &[b'a'; 70]).header("upload-offset"),
        "70"
    );
    let state = head(&editor, &path);
    for (name, value) in [
        ("upload-offset", "70"),
        ("upload-length", "100"),
        ("upload-metadata", metadata),
        ("cache-control", "no-store"),
        ("tus-resumable", "1.0.0"),
        ("upload-expires", created.header("upload-expires")),
    ] {
        assert_eq!(state.header(name), value, "{name}");
    }
    let rest = append(&editor, &path, 70, &[b'b'; 30]);
    assert_eq!((rest.status, rest.header("upload-offset")), (204, "100"));
    // Nothing is missing, so nothing is appended.
    assert_eq!(append(&editor, &path, 100, &[]).status, 204);
    let work = new_work(&editor);
    let attached = claim(&editor, &work, &path).json();
    let sha256 = sha256sum(&[[b'a'; 70].as_slice(), &[b'b'; 30]].concat());
    assert_eq!(attached["sha256"], sha256.as_str());
}

/// Sections "Tus-Resumable" and "Tus-Version".
#[test]
fn other_versions_are_refused_with_the_one_that_is_spoken() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 10, "");
    let part = [BYTES, ("upload-offset", "0"), ("upload-length", "10")];
    for (method, path) in [
        ("POST", UPLOADS),
        ("HEAD", &path),
        ("PATCH", &path),
        ("DELETE", &path),
    ] {
        for version in [&[][..], &[("tus-resumable", "0.2.2")]] {
            let refused = editor.send(method, path, &[&part, version].concat(), &[]);
            assert_eq!(refused.status, 412, "{method}");
            assert_eq!(refused.header("tus-version"), "1.0.0", "{method}");
            assert_eq!(refused.header("tus-resumable"), "1.0.0", "{method}");
        }
    }
    assert_eq!(offset_of(&editor, &path), 0);
}

/// Section "PATCH".
#[test]
fn parts_of_another_type_or_at_another_place_are_refused_and_nothing_is_written() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 20, "");
    assert_eq!(append(&editor, &path, 0, b"0123456789").status, 204);
    let part = |headers: &[(&str, &str)], bytes: &[u8]| {
        let refused = editor.send("PATCH", &path, &[&[TUS], headers].concat(), bytes);
        assert_eq!(refused.header("tus-resumable"), "1.0.0");
        (refused.status, refused.problem())
    };
    let at = |offset| ("upload-offset", offset);
    for (headers, bytes, status, problem) in [
        (vec![at("10")], 5, 415, "unsupported-media-type"),
        (
            vec![at("10"), ("content-type", "application/octet-stream")],
            5,
            415,
            "unsupported-media-type",
        ),
        (
            vec![at("10"), BYTES, ("content-encoding", "gzip")],
            5,
            415,
            "unsupported-media-type",
        ),
        (vec![BYTES], 5, 400, "invalid-parameter"),
        (vec![BYTES, at("-1")], 5, 400, "invalid-parameter"),
        (vec![BYTES, at("ten")], 5, 400, "invalid-parameter"),
        (vec![BYTES, at("0")], 5, 409, "wrong-offset"),
        (vec![BYTES, at("11")], 5, 409, "wrong-offset"),
        (
            vec![BYTES, at("18446744073709551615")],
            5,
            409,
            "wrong-offset",
        ),
        (vec![BYTES, at("10")], 11, 413, "too-large"),
    ] {
        let refused = part(&headers, &vec![b'x'; bytes]);
        assert_eq!(refused, (status, problem.to_owned()), "{headers:?}");
    }
    assert_eq!(offset_of(&editor, &path), 10);
    assert_eq!(append(&editor, &path, 10, b"abcdefghij").status, 204);
    let work = new_work(&editor);
    let sha256 = sha256sum(b"0123456789abcdefghij");
    assert_eq!(
        claim(&editor, &work, &path).json()["sha256"],
        sha256.as_str()
    );
}

#[test]
fn a_body_of_unknown_length_never_exceeds_what_was_announced() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 1_000_000, "");
    let headers = [
        TUS,
        BYTES,
        ("upload-offset", "0"),
        ("transfer-encoding", "chunked"),
    ];
    let chunks = |count: usize| {
        let mut socket = begin(&archive, &editor, ("PATCH", &path), &headers);
        let chunk = format!("{:x}\r\n{}\r\n", 100_000, "a".repeat(100_000));
        for _ in 0..count {
            if socket.write_all(chunk.as_bytes()).is_err() {
                break;
            }
        }
        // What the server does not read it answers with a reset.
        let _ = socket.write_all(b"0\r\n\r\n");
        let mut answer = [0; 12];
        std::io::Read::read_exact(&mut socket, &mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert_eq!(chunks(11), "HTTP/1.1 413");
    assert_eq!(offset_of(&editor, &path), 0);
    assert_eq!(chunks(10), "HTTP/1.1 204");
    assert_eq!(offset_of(&editor, &path), 1_000_000);
}

/// Section "Creation".
#[test]
fn creations_need_a_length_within_the_limit_and_sound_metadata() {
    let archive = Archive::start_with(&[("KHOCHUNG__INTAKE__MAX_FILE_BYTES", "1000")]);
    let editor = archive.holder("editor");
    let create = |headers: &[(&str, &str)]| {
        let answer = editor.send("POST", UPLOADS, &[&[TUS], headers].concat(), &[]);
        let problem = (answer.status != 201).then(|| answer.problem());
        (answer.status, problem.unwrap_or_default())
    };
    let length = |length| ("upload-length", length);
    let long = format!("filename {}", "YWFh".repeat(2100));
    for (headers, status, problem) in [
        (vec![], 400, "invalid-parameter"),
        (vec![("upload-defer-length", "1")], 400, "invalid-parameter"),
        (vec![length("-1")], 400, "invalid-parameter"),
        (vec![length("1e3")], 400, "invalid-parameter"),
        (vec![length("1001")], 413, "too-large"),
        (vec![length("10"), ("upload-metadata", "filename")], 201, ""),
        (
            vec![length("10"), ("upload-metadata", "filename YQ")],
            400,
            "invalid-parameter",
        ),
        (
            vec![
                length("10"),
                ("upload-metadata", "filename YQ==,filename YQ=="),
            ],
            400,
            "invalid-parameter",
        ),
        (
            vec![length("10"), ("upload-metadata", "filename /9j/4A==")],
            400,
            "invalid-parameter",
        ),
        (
            vec![length("10"), ("upload-metadata", &long)],
            400,
            "invalid-parameter",
        ),
        // "cover" is no role, and a title is a JSON object.
        (
            vec![length("10"), ("upload-metadata", "role Y292ZXI=")],
            422,
            "invalid",
        ),
        (
            vec![length("10"), ("upload-metadata", "title VGl0bGU=")],
            422,
            "invalid",
        ),
        (vec![length("1000")], 201, ""),
    ] {
        assert_eq!(
            create(&headers),
            (status, problem.to_owned()),
            "{headers:?}"
        );
    }
}

/// Section "Creation With Upload".
#[test]
fn a_creation_may_bring_the_first_bytes() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let create = |headers: &[(&str, &str)], bytes: &[u8]| {
        let headers = [&[TUS, ("upload-length", "11")], headers].concat();
        editor.send("POST", UPLOADS, &headers, bytes)
    };
    let created = create(&[BYTES], b"hello");
    assert_eq!(
        (created.status, created.header("upload-offset")),
        (201, "5")
    );
    let path = path_in(&created);
    assert_eq!(
        append(&editor, &path, 5, b" world").header("upload-offset"),
        "11"
    );
    assert_eq!(
        create(&[BYTES], b"hello world").header("upload-offset"),
        "11"
    );
    // The content type says nothing about a body that is not there.
    assert_eq!(create(&[("content-type", "text/plain")], b"").status, 201);
    assert_eq!(
        create(&[("content-type", "text/plain")], b"hello").status,
        415
    );
    assert_eq!(create(&[BYTES], b"hello world!").status, 413);
    let wrong = [
        BYTES,
        ("upload-checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    assert_eq!(create(&wrong, b"hello").status, 460);
    assert_eq!(
        names_in(archive.data(), "partial").len(),
        2,
        "nothing of the refused ones stays"
    );
}

#[test]
fn an_empty_file_is_finished_at_its_creation() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 0, &named("trống.txt"));
    assert_eq!(head(&editor, &path).header("upload-length"), "0");
    assert_eq!(append(&editor, &path, 0, b"").status, 204);
    assert_eq!(append(&editor, &path, 0, b"a").status, 413);
    let work = new_work(&editor);
    // An empty original is refused in whatever way it comes.
    let refused = claim(&editor, &work, &path);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "invalid")
    );
    assert_eq!(offset_of(&editor, &path), 0);
}

/// Section "Termination".
#[test]
fn a_deleted_upload_is_gone_with_its_bytes() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 100, "");
    assert_eq!(append(&editor, &path, 0, &[1; 60]).status, 204);
    assert_eq!(names_in(archive.data(), "partial").len(), 1);
    let deleted = editor.send("DELETE", &path, &[TUS], &[]);
    assert_eq!(
        (deleted.status, deleted.header("tus-resumable")),
        (204, "1.0.0")
    );
    assert!(names_in(archive.data(), "partial").is_empty());
    assert_eq!(head(&editor, &path).status, 404);
    assert_eq!(append(&editor, &path, 60, &[1; 40]).status, 404);
    assert_eq!(editor.send("DELETE", &path, &[TUS], &[]).status, 404);
}

/// Section "Checksum": its example is the SHA-1 of `hello world`; the SHA-256 by `openssl dgst -sha256 -binary | base64`.
#[test]
fn parts_are_compared_with_their_checksum() {
    const SHA1: &str = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=";
    const SHA256: &str = "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=";
    const WRONG: &str = "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzec=";
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 33, "");
    let append = |offset, checksum: &str| {
        let more = [("upload-checksum", checksum)];
        append_with(&editor, &path, offset, b"hello world", &more)
    };
    assert_eq!(append(0, SHA1).header("upload-offset"), "11");
    let refused = append(11, WRONG);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (460, "wrong-checksum")
    );
    assert_eq!(offset_of(&editor, &path), 11);
    for unknown in ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha256", "sha1 Kq5s"] {
        assert_eq!(append(11, unknown).status, 400, "{unknown}");
    }
    assert_eq!(append(11, SHA256).header("upload-offset"), "22");
    // Without a checksum as well.
    assert_eq!(
        super::append(&editor, &path, 22, b"hello world").status,
        204
    );
    let work = new_work(&editor);
    let sha256 = sha256sum(b"hello worldhello worldhello world");
    assert_eq!(
        claim(&editor, &work, &path).json()["sha256"],
        sha256.as_str()
    );
    assert!(names_in(archive.data(), "partial").is_empty());
}

/// Section "X-HTTP-Method-Override".
#[test]
fn the_method_may_be_named_in_a_header() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 5, "");
    let send = |method, headers: &[(&str, &str)], body: &[u8]| {
        let length = body.len().to_string();
        let all = [
            TUS,
            ("x-http-method-override", method),
            ("content-length", &length),
            ("connection", "close"),
        ];
        let mut socket = begin(
            &archive,
            &editor,
            ("POST", &path),
            &[&all, headers].concat(),
        );
        socket.write_all(body).unwrap();
        answer_of(socket)[9..12].to_owned()
    };
    assert_eq!(
        send("PATCH", &[BYTES, ("upload-offset", "0")], b"hello"),
        "204"
    );
    assert_eq!(offset_of(&editor, &path), 5);
    assert_eq!(send("PUT", &[], b""), "405");
    assert_eq!(send("DELETE", &[], b""), "204");
    assert_eq!(head(&editor, &path).status, 404);
}

#[test]
fn nobody_finds_or_touches_the_upload_of_another() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let path = create(&contributor, 5, "");
    let work = new_work(&contributor);
    for (client, status) in [
        (archive.holder("contributor"), 404),
        (archive.holder("admin"), 404),
        (archive.operator(), 404),
        (archive.holder("station"), 403),
        (archive.anybody(), 401),
    ] {
        assert_eq!(head(&client, &path).status, status);
        assert_eq!(append(&client, &path, 0, b"hello").status, status);
        assert_eq!(client.send("DELETE", &path, &[TUS], &[]).status, status);
        assert_eq!(claim(&client, &work, &path).status, status);
    }
    assert_eq!(announce(&archive.holder("station"), 5, &[]).status, 403);
    assert_eq!(announce(&archive.anybody(), 5, &[]).status, 401);
    for nowhere in [
        "/api/v1/uploads/0",
        "/api/v1/uploads/00000000000000000000000000000000",
    ] {
        assert_eq!(head(&contributor, nowhere).status, 404);
    }
    assert_eq!(append(&contributor, &path, 0, b"hello").status, 204);
}

#[test]
fn sessions_of_browsers_need_their_token() {
    let archive = Archive::start();
    let wanted = json!({ "login": "bien-tap", "role": "editor" });
    let made = archive.operator().post_json("/api/v1/accounts", &wanted);
    let chosen = json!({ "link": made.json()["link"], "password": "trời xanh 7 quả đồi" });
    archive
        .anybody()
        .post_json("/api/v1/account-links", &chosen);
    let mut browser = Browser::signed_in(archive.anybody(), "bien-tap", "trời xanh 7 quả đồi");
    let headers = [
        TUS,
        ("upload-length", "4"),
        ("sec-fetch-site", "same-origin"),
    ];
    let refused = browser.send_raw("POST", UPLOADS, &headers, &Value::Null);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (403, "cross-site-request")
    );
    let token = browser.csrf_token.clone();
    let token = ("x-csrf-token", token.as_str());
    let created = browser.send_raw(
        "POST",
        UPLOADS,
        &[&headers[..], &[token]].concat(),
        &Value::Null,
    );
    let path = path_in(&created);
    let part = [
        TUS,
        BYTES,
        ("upload-offset", "0"),
        ("sec-fetch-site", "same-origin"),
    ];
    // The four bytes `true`.
    let refused = browser.send_raw("PATCH", &path, &part, &json!(true));
    assert_eq!(refused.status, 403);
    let appended = browser.send_raw(
        "PATCH",
        &path,
        &[&part[..], &[token]].concat(),
        &json!(true),
    );
    assert_eq!(appended.status, 204, "{}", appended.text());
    // Nor does another method in a header go around it.
    let overriding = [
        TUS,
        ("x-http-method-override", "DELETE"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(
        browser
            .send_raw("POST", &path, &overriding, &Value::Null)
            .status,
        403
    );
    let state = browser.send_raw("HEAD", &path, &[TUS], &Value::Null);
    assert_eq!(state.header("upload-offset"), "4");
}
