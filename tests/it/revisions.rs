//! The history of a work over HTTP: who changed it and why, what differed, the work as it was, and back.

use serde_json::{Value, json};

use crate::support::{Answer, Archive, Client, path_of};

fn publishable(title: &str) -> Value {
    json!({
        "titles": { "vi": title },
        "kind": "article",
        "languages": ["vi"],
        "organisation": "dic",
        "strand": "educate",
        "themes": ["international-law"],
        "credit_line": "DIC",
        "body": "Mọi người đều có quyền được học hành.",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
    })
}

/// Changes the description, with a reason as `encodeURIComponent` writes it.
fn patch_because(client: &Client, path: &str, revision: u64, patch: &Value, reason: &str) {
    let etag = format!("\"{revision}\"");
    let headers = [
        ("content-type", "application/merge-patch+json"),
        ("if-match", etag.as_str()),
        ("change-reason", reason),
    ];
    let answer = client.send("PATCH", path, &headers, patch.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn patch(client: &Client, path: &str, revision: u64, patch: &Value) {
    let answer = client.patch(path, &format!("\"{revision}\""), patch);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn restore(client: &Client, path: &str, revision: u64, present: u64) -> Answer {
    let etag = format!("\"{present}\"");
    let path = format!("{path}/revisions/{revision}/restore");
    client.send("POST", &path, &[("if-match", &etag)], &[])
}

fn attach(client: &Client, path: &str, query: &str, bytes: &[u8]) -> Value {
    let headers = [("content-type", "text/plain")];
    let answer = client.send("POST", &format!("{path}/{query}"), &headers, bytes);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn hash_of(attached: &Value) -> String {
    attached["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn every_change_is_listed_with_who_made_it_when_and_why() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let path = path_of(&author.create(&publishable("Quyền học tập")));
    let because = "S%E1%BB%ADa%20ti%C3%AAu%20%C4%91%E1%BB%81"; // encodeURIComponent("Sửa tiêu đề")
    let title = json!({ "titles": { "vi": "Quyền được học" } });
    patch_because(&editor, &path, 1, &title, because);
    let submitted = author.put_json(&format!("{path}/submission"), "\"2\"", &json!({}));
    assert_eq!(submitted.status, 200);

    let archive = Archive::start_in(archive.kill(), &[]);
    let editor = archive.holder("editor");
    let list = editor.get(&format!("{path}/revisions")).json();
    let items = list["items"].as_array().unwrap();
    let actual: Vec<(u64, &str, Option<&str>)> = items
        .iter()
        .map(|item| {
            let kind = item["kind"].as_str().unwrap();
            (
                item["revision"].as_u64().unwrap(),
                kind,
                item["reason"].as_str(),
            )
        })
        .collect();
    let expected = [
        (3, "submitted", None),
        (2, "described", Some("Sửa tiêu đề")),
        (1, "created", None),
    ];
    assert_eq!(actual, expected);
    let by = |index: usize| items[index]["by"].as_str().unwrap();
    assert!(by(1).starts_with("editor:") && by(2).starts_with("contributor:"));
    assert!(list.get("next").is_none());

    let page = editor.get(&format!("{path}/revisions?limit=2")).json();
    assert_eq!(page["next"], 2);
    let rest = editor
        .get(&format!("{path}/revisions?limit=2&before=2"))
        .json();
    assert_eq!(rest["items"], json!([items[2]]));
    assert!(rest.get("next").is_none());

    let first = editor.get(&format!("{path}/revisions/1")).json();
    assert_eq!(first["kind"], "created");
    assert_eq!(first["asset"]["titles"]["vi"], "Quyền học tập");
    assert_eq!(editor.get(&format!("{path}/revisions/4")).status, 404);
    assert_eq!(editor.get(&format!("{path}/revisions/x")).status, 404);
}

#[test]
fn a_reason_is_one_line() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Một")));
    for refused in ["%FF", "a%0Ab", "%20"] {
        let headers = [
            ("content-type", "application/merge-patch+json"),
            ("if-match", "\"1\""),
            ("change-reason", refused),
        ];
        let answer = editor.send("PATCH", &path, &headers, b"{\"made\":\"2024\"}");
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (400, "invalid-parameter")
        );
    }
    assert_eq!(editor.get(&path).json()["revision"], 1);
}

#[test]
fn only_those_who_may_change_a_work_read_its_history() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let path = path_of(&author.create(&publishable("Một")));
    let neighbour = archive.holder_of("contributor", Some("docst"));
    let (partner, anybody) = (archive.holder("partner"), archive.anybody());
    let statuses = |client: &Client| {
        let addresses = ["revisions", "revisions/1", "revisions/1/diff"];
        addresses.map(|address| client.get(&format!("{path}/{address}")).status)
    };
    assert_eq!(statuses(&author), [200; 3]);
    assert_eq!(statuses(&editor), [200; 3]);
    let reviewer = archive.holder("reviewer");
    assert_eq!(statuses(&reviewer), [200; 3]);
    assert_eq!(restore(&reviewer, &path, 1, 1).status, 403, "only read");
    assert_eq!(statuses(&neighbour), [404; 3], "a draft of another body");
    assert_eq!(statuses(&partner), [403, 404, 403]);
    assert_eq!(statuses(&anybody), [401, 404, 401]);
    let published = editor.put_json(&format!("{path}/publication"), "\"1\"", &json!({}));
    assert_eq!(published.status, 200, "{}", published.text());
    // A contributor does not change what is published.
    assert_eq!(statuses(&author), [403, 404, 404]);
    assert_eq!(statuses(&neighbour), [403, 404, 404]);
    assert_eq!(statuses(&editor), [200; 3]);
    assert_eq!(restore(&author, &path, 1, 2).status, 403);
    assert_eq!(restore(&anybody, &path, 1, 2).status, 401);

    let deleted = editor.send("DELETE", &path, &[("if-match", "\"2\"")], &[]);
    assert_eq!(deleted.status, 204);
    assert_eq!(statuses(&editor), [410; 3], "a deleted work has no history");
}

#[test]
fn differences_are_shown_by_field_and_texts_by_word() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut work = publishable("Hòa giải ở xã");
    work["languages"] = json!(["vi", "jra"]);
    let path = path_of(&editor.create(&work));
    let change = json!({
        "titles": { "vi": "Hoà giải ở phường", "en": "Mediation" },
        "languages": ["jra", "vi"],
        "themes": ["international-law", "policy-and-law"],
        "made": "2024",
        "access": "partner",
    });
    patch(&editor, &path, 1, &change);
    let diff = editor.get(&format!("{path}/revisions/2/diff")).json();
    assert_eq!(
        (&diff["before"]["revision"], &diff["after"]["revision"]),
        (&json!(1), &json!(2))
    );
    let change = |field: &str| {
        let mut changes = diff["changes"].as_array().unwrap().iter();
        changes.find(|change| change["field"] == field).cloned()
    };
    let title = json!([
        { "kind": "respelled", "before": "Hòa ", "after": "Hoà " },
        { "kind": "same", "text": "giải ở " },
        { "kind": "removed", "text": "xã" },
        { "kind": "added", "text": "phường" },
    ]);
    assert_eq!(change("/titles/vi").unwrap()["passages"], title);
    let english = json!([{ "kind": "added", "text": "Mediation" }]);
    assert_eq!(change("/titles/en").unwrap()["passages"], english);
    let languages =
        json!({ "field": "/languages", "before": ["vi", "jra"], "after": ["jra", "vi"] });
    assert_eq!(change("/languages").unwrap(), languages);
    assert_eq!(
        change("/made").unwrap(),
        json!({ "field": "/made", "after": "2024" })
    );
    let themes = json!({ "field": "/themes", "added": ["policy-and-law"] });
    assert_eq!(change("/themes").unwrap(), themes);
    let access = json!({ "field": "/access", "before": "public", "after": "partner" });
    assert_eq!(change("/access").unwrap(), access);
    for same in [
        "/body",
        "/credit_line",
        "/revision",
        "/updated_at",
        "/state",
    ] {
        assert_eq!(change(same), None, "{same}");
    }
}

#[test]
fn any_two_revisions_are_compared_and_the_first_with_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Một")));
    patch(&editor, &path, 1, &json!({ "made": "2024" }));
    patch(&editor, &path, 2, &json!({ "kind": "interview" }));
    let changes =
        |diff: &str| editor.get(&format!("{path}/revisions/{diff}")).json()["changes"].clone();
    let kind = json!({ "field": "/kind", "before": "article", "after": "interview" });
    let made = json!({ "field": "/made", "after": "2024" });
    assert_eq!(changes("3/diff"), json!([kind]));
    assert_eq!(changes("3/diff?against=1"), json!([kind, made]));
    let back = json!({ "field": "/made", "before": "2024" });
    assert_eq!(changes("1/diff?against=2"), json!([back]));
    assert_eq!(changes("2/diff?against=2"), json!([]));
    let first = editor.get(&format!("{path}/revisions/1/diff")).json();
    assert!(first.get("before").is_none());
    let kind = json!({ "field": "/kind", "after": "article" });
    assert!(first["changes"].as_array().unwrap().contains(&kind));
    assert_eq!(
        editor
            .get(&format!("{path}/revisions/2/diff?against=9"))
            .status,
        404
    );
}

#[test]
fn an_earlier_revision_comes_back_as_a_new_one() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Bản đầu")));
    let attached = attach(&editor, &path, "files?name=ban.txt", b"Van ban thu nhat");
    let file = format!("{path}/files/{}", hash_of(&attached));
    let detached = editor.send("DELETE", &file, &[("if-match", "\"2\"")], &[]);
    assert_eq!(detached.status, 200);
    patch(
        &editor,
        &path,
        3,
        &json!({ "titles": { "vi": "Bản sau" }, "made": "2024" }),
    );
    assert_eq!(editor.get(&file).status, 404);

    assert_eq!(restore(&editor, &path, 2, 3).status, 412);
    let unconditional = editor.send("POST", &format!("{path}/revisions/2/restore"), &[], &[]);
    assert_eq!(unconditional.status, 428);
    assert_eq!(restore(&editor, &path, 9, 4).status, 404);

    let restored = restore(&editor, &path, 2, 4);
    assert_eq!(restored.status, 200, "{}", restored.text());
    let work = restored.json();
    assert_eq!(
        (&work["revision"], &work["titles"]["vi"]),
        (&json!(5), &json!("Bản đầu"))
    );
    assert!(work.get("made").is_none());
    assert_eq!(editor.get(&file).body, b"Van ban thu nhat");
    let list = editor.get(&format!("{path}/revisions")).json();
    assert_eq!(list["items"][0]["kind"], "restored");
    // What is like that already stays at its revision.
    let again = restore(&editor, &path, 2, 5);
    assert_eq!((again.status, again.header("etag")), (200, "\"5\""));
}

#[test]
fn a_published_work_gets_nothing_back_that_could_not_be_published() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&json!({ "titles": { "vi": "Chưa đủ" }, "body": "Bài." })));
    let complete = publishable("Đã đủ");
    patch(&editor, &path, 1, &complete);
    let published = editor.put_json(&format!("{path}/publication"), "\"2\"", &json!({}));
    assert_eq!(published.status, 200, "{}", published.text());
    let refused = restore(&editor, &path, 1, 3);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "invalid")
    );
    let rules = refused.json()["errors"].to_string();
    assert!(rules.contains("rights-not-reviewed"), "{rules}");
    // Its state is no part of what comes back.
    patch(&editor, &path, 3, &json!({ "made": "2024" }));
    let restored = restore(&editor, &path, 2, 4).json();
    assert_eq!(
        (&restored["state"], &restored["revision"]),
        (&json!("published"), &json!(5))
    );
}

#[test]
fn a_new_version_takes_the_place_of_a_file_and_the_old_bytes_stay_for_staff() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let path = path_of(&author.create(&publishable("Bài giảng")));
    let caption = "title=%7B%22vi%22%3A%22B%E1%BA%A3n%20in%22%7D"; // {"vi":"Bản in"}
    let first = attach(
        &author,
        &path,
        &format!("files?name=bai.txt&role=accessible&language=vi&{caption}"),
        b"Ban in thu nhat",
    );
    attach(&author, &path, "files?name=phu-luc.txt", b"Phu luc");
    let old = hash_of(&first);
    let second = attach(
        &author,
        &path,
        &format!("files/{old}/versions?name=bai-2.txt"),
        b"Ban in thu hai",
    );
    let new = hash_of(&second);

    let files = &second["asset"]["files"];
    assert_eq!(
        (&files[0]["sha256"], &files[0]["name"]),
        (&json!(new), &json!("bai-2.txt"))
    );
    assert_eq!(files[0]["role"], "accessible");
    assert_eq!(
        (&files[0]["title"]["vi"], &files[0]["language"]),
        (&json!("Bản in"), &json!("vi"))
    );
    assert_eq!(files.as_array().unwrap().len(), 2);
    assert_eq!(author.get(&format!("{path}/files/{old}")).status, 404);
    assert_eq!(
        author.get(&format!("{path}/files/{new}")).body,
        b"Ban in thu hai"
    );

    let list = editor.get(&format!("{path}/revisions?limit=1")).json();
    assert_eq!(list["items"][0]["kind"], "file-replaced");
    let changes = editor.get(&format!("{path}/revisions/4/diff")).json()["changes"].clone();
    assert_eq!(changes[0]["field"], "/files");
    assert_eq!(
        (
            &changes[0]["removed"][0]["sha256"],
            &changes[0]["added"][0]["sha256"]
        ),
        (&json!(old), &json!(new))
    );
}

#[test]
fn the_bytes_before_a_new_version_are_for_those_who_may_change_the_work() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let path = path_of(&author.create(&publishable("Bài giảng")));
    let old = hash_of(&attach(
        &author,
        &path,
        "files?name=bai.txt",
        b"Ban in thu nhat",
    ));
    attach(
        &author,
        &path,
        &format!("files/{old}/versions"),
        b"Ban in thu hai",
    );
    let earlier = format!("{path}/revisions/2/files/{old}");
    for reader in [&author, &editor] {
        assert_eq!(reader.get(&earlier).body, b"Ban in thu nhat");
        let record = reader.get(&format!("{path}/revisions/2")).json();
        let available = &record["asset"]["files"][0]["available"];
        assert_eq!(available["sha256"], old);
        let address = available["address"].as_str().unwrap();
        assert!(address.ends_with(&earlier), "{address}");
    }
    let part = editor.send("GET", &earlier, &[("range", "bytes=0-5")], &[]);
    assert_eq!(
        (part.status, part.body.as_slice()),
        (206, b"Ban in".as_slice())
    );
    assert_eq!(
        editor
            .get(&format!("{path}/revisions/3/files/{old}"))
            .status,
        404
    );
    let neighbour = archive.holder_of("contributor", Some("docst"));
    for (reader, expected) in [
        (archive.anybody(), 401),
        (archive.holder("partner"), 403),
        (neighbour, 404),
    ] {
        assert_eq!(reader.get(&earlier).status, expected);
    }
}

#[test]
fn a_version_of_nothing_or_of_the_same_bytes_is_refused() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Bài giảng")));
    let old = hash_of(&attach(
        &editor,
        &path,
        "files?name=bai.txt",
        b"Ban in thu nhat",
    ));
    let send = |replaced: &str, etag: &str, bytes: &[u8]| {
        let headers = [("content-type", "text/plain"), ("if-match", etag)];
        let path = format!("{path}/files/{replaced}/versions?name=b.txt");
        editor.send("POST", &path, &headers, bytes)
    };
    assert_eq!(send(&"0".repeat(64), "\"2\"", b"khac").status, 404);
    assert_eq!(send(&old, "\"1\"", b"khac").status, 412);
    assert_eq!(send(&old, "\"2\"", b"Ban in thu nhat").status, 409);
    let role = format!("{path}/files/{old}/versions?role=original");
    assert_eq!(
        editor.send("POST", &role, &[], b"khac").status,
        400,
        "a version has no role of its own"
    );
    assert_eq!(send(&old, "\"2\"", b"khac").status, 201);
    assert_eq!(editor.get(&path).json()["revision"], 3);
}

/// Repeated under its key, a replacement is carried out once.
#[test]
fn a_repeated_replacement_is_carried_out_once() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Bài giảng")));
    let old = hash_of(&attach(
        &editor,
        &path,
        "files?name=bai.txt",
        b"Ban in thu nhat",
    ));
    let send = || {
        let headers = [("content-type", "text/plain"), ("idempotency-key", "k1")];
        let path = format!("{path}/files/{old}/versions?name=b.txt");
        editor.send("POST", &path, &headers, b"Ban in thu hai")
    };
    let (first, second) = (send(), send());
    assert_eq!(
        (first.status, second.status),
        (201, 201),
        "{}",
        second.text()
    );
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(editor.get(&path).json()["revision"], 3);
}
