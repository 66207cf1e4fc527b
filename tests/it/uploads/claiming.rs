//! A finished upload becomes a file of a work, once.

use std::sync::Barrier;
use std::thread;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{
    Archive, TUS, append, claim, claim_path, create, files_of, head, long_text, named, names_in,
    new_work, offset_of, sha256sum, uploaded,
};

#[test]
fn the_file_has_what_the_metadata_says_unless_the_query_says_other_things() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let bytes = long_text(10_000);
    // "quyền.txt" decomposed, as macOS sends it, in a path; "transcript", {"vi":"Lời"}.
    let metadata = format!(
        "{},role dHJhbnNjcmlwdA==,title eyJ2aSI6Ikzhu51pIn0=,language dmk=,relativePath bnVsbA==",
        named("../quye\u{302}\u{300}n.txt")
    );
    let path = create(&editor, bytes.len() as u64, &metadata);
    let work = new_work(&editor);
    let unfinished = claim(&editor, &work, &path);
    assert_eq!(
        (unfinished.status, unfinished.problem().as_str()),
        (409, "upload-unfinished")
    );
    assert_eq!(append(&editor, &path, 0, &bytes).status, 204);
    let claimed = claim(&editor, &work, &path);
    assert_eq!(claimed.status, 201, "{}", claimed.text());
    let sha256 = sha256sum(&bytes);
    assert!(
        claimed
            .header("location")
            .ends_with(&format!("/assets/{work}/files/{sha256}"))
    );
    assert_eq!(claimed.header("etag"), "\"2\"");
    let file = &claimed.json()["asset"]["files"][0];
    assert_eq!(file["sha256"], sha256.as_str());
    assert_eq!(file["name"], "quyền.txt");
    assert_eq!(
        (&file["role"], &file["language"]),
        (&json!("transcript"), &json!("vi"))
    );
    assert_eq!(file["title"], json!({ "vi": "Lời" }));
    assert_eq!(file["media_type"], "text/plain");
    assert!(names_in(archive.data(), "partial").is_empty());
    assert!(names_in(archive.data(), "staging").is_empty());

    let path = uploaded(&editor, b"Xin.\n", "tin.txt");
    let title = utf8_percent_encode(r#"{"vi":"Tin"}"#, NON_ALPHANUMERIC);
    let query = format!(
        "{}?name=khac.txt&title={title}&role=original",
        claim_path(&work, &path)
    );
    let file = editor.send("POST", &query, &[], &[]).json()["asset"]["files"][1].clone();
    assert_eq!(
        (&file["name"], &file["role"]),
        (&json!("khac.txt"), &json!("original"))
    );
    assert_eq!(file["title"], json!({ "vi": "Tin" }));
}

#[test]
fn a_claim_can_be_repeated_and_makes_no_second_file() {
    let archive = Archive::start();
    let token = archive.holder("editor").token().unwrap().to_owned();
    let editor = archive.anybody().with_token(&token);
    let path = uploaded(&editor, b"Xin.\n", "tin.txt");
    let (work, other) = (new_work(&editor), new_work(&editor));
    assert_eq!(
        claim(&editor, &work, &path).header("idempotent-replayed"),
        ""
    );
    let archive = Archive::start_in(archive.kill(), &[]);
    let editor = archive.anybody().with_token(&token);
    let again = claim(&editor, &work, &path);
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, "true")
    );
    assert_eq!(again.json()["asset"]["revision"], 2);
    assert_eq!(files_of(&editor, &work).len(), 1);
    // Not by another work, and nothing can be added to it.
    let taken = claim(&editor, &other, &path);
    assert_eq!((taken.status, taken.problem().as_str()), (409, "conflict"));
    assert_eq!(offset_of(&editor, &path), 5);
    assert_eq!(append(&editor, &path, 0, b"Xin.\n").status, 409);
    assert_eq!(append(&editor, &path, 5, b"more").status, 413);
    // Deleting it leaves the file.
    assert_eq!(editor.send("DELETE", &path, &[TUS], &[]).status, 204);
    assert_eq!(claim(&editor, &work, &path).status, 404);
    let sha256 = sha256sum(b"Xin.\n");
    let file = editor.get(&format!("/api/v1/assets/{work}/files/{sha256}"));
    assert_eq!(file.body, b"Xin.\n");
}

#[test]
fn keys_of_requests_are_kept_to() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = uploaded(&editor, b"Xin.\n", "tin.txt");
    let work = new_work(&editor);
    let send = |path: &str, key| editor.send("POST", path, &[("idempotency-key", key)], &[]);
    let claim = claim_path(&work, &path);
    assert_eq!(send(&claim, "a").status, 201);
    assert_eq!(send(&claim, "a").header("idempotent-replayed"), "true");
    assert_eq!(send(&claim, "b").header("idempotent-replayed"), "true");
    let other = send(&format!("{claim}?name=b.txt"), "a");
    assert_eq!(
        (other.status, other.problem().as_str()),
        (422, "key-reused")
    );
    assert_eq!(files_of(&editor, &work).len(), 1);
}

#[test]
fn an_upload_can_be_a_new_version_of_a_file() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = new_work(&editor);
    let first = uploaded(&editor, b"Xin.\n", "tin.txt");
    let sha256 = claim(&editor, &work, &first).json()["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = uploaded(&editor, b"Xin ch\xC3\xA0o.\n", "");
    let path = claim_path(&work, &second);
    let unknown = "0".repeat(64);
    assert_eq!(
        editor
            .send("POST", &format!("{path}?instead_of={unknown}"), &[], &[])
            .status,
        404
    );
    assert_eq!(
        editor
            .send("POST", &format!("{path}?instead_of=x"), &[], &[])
            .status,
        400
    );
    let replaced = editor.send("POST", &format!("{path}?instead_of={sha256}"), &[], &[]);
    assert_eq!(replaced.status, 201, "{}", replaced.text());
    let files = files_of(&editor, &work);
    assert_eq!(files.len(), 1);
    assert_eq!(
        files[0]["sha256"],
        sha256sum("Xin chào.\n".as_bytes()).as_str()
    );
}

#[test]
fn what_is_refused_leaves_the_upload_as_it_was() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = new_work(&editor);
    // An ELF program: `head -c 64 /bin/true` has this beginning.
    let program = [
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".as_slice(),
        &[0; 44],
    ]
    .concat();
    let path = uploaded(&editor, &program, "tin.txt");
    let refused = claim(&editor, &work, &path);
    assert_eq!(refused.status, 415, "{}", refused.text());
    assert_eq!(offset_of(&editor, &path), 64);
    assert_eq!(editor.send("DELETE", &path, &[TUS], &[]).status, 204);

    let path = uploaded(&editor, b"Xin.\n", "tin.txt");
    let stale = [("if-match", "\"7\"")];
    let refused = editor.send("POST", &claim_path(&work, &path), &stale, &[]);
    assert_eq!(refused.status, 412);
    let nowhere = "0199e0d0-0000-7000-8000-000000000000";
    assert_eq!(claim(&editor, nowhere, &path).status, 404);
    let published = [("if-match", "\"1\"")];
    assert_eq!(
        editor
            .send("POST", &claim_path(&work, &path), &published, &[])
            .status,
        201
    );
    // The same bytes again: the work has them.
    let path = uploaded(&editor, b"Xin.\n", "tin.txt");
    assert_eq!(claim(&editor, &work, &path).status, 409);
    assert_eq!(head(&editor, &path).status, 200);
    assert!(names_in(archive.data(), "staging").is_empty());
}

#[test]
fn of_claims_at_the_same_time_one_wins() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for round in 0..10 {
        let path = uploaded(&editor, format!("Tin {round}.\n").as_bytes(), "tin.txt");
        let works: Vec<String> = (0..2).map(|_| new_work(&editor)).collect();
        let barrier = Barrier::new(4);
        let send = |work: &str| {
            barrier.wait();
            claim(&editor, work, &path).status
        };
        let statuses: Vec<u16> = thread::scope(|scope| {
            let of = |at: usize| {
                scope.spawn({
                    let (send, works) = (&send, &works);
                    move || send(&works[at % 2])
                })
            };
            let all: Vec<_> = (0..4).map(of).collect();
            all.into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let files: usize = works.iter().map(|work| files_of(&editor, work).len()).sum();
        assert_eq!(files, 1, "{statuses:?}");
        assert!(
            statuses.iter().all(|status| [201, 409].contains(status)),
            "{statuses:?}"
        );
        assert_eq!(statuses[0], statuses[2]);
        assert_ne!(statuses[0], statuses[1]);
    }
    assert!(names_in(archive.data(), "partial").is_empty());
}
