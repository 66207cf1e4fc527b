//! A work from draft to withdrawal over HTTP: revisions, preconditions, lists, the log.

use serde_json::{Value, json};

use crate::support::{Archive, Client, path_of};

/// A work that meets every condition of publication.
fn publishable(title: &str) -> Value {
    json!({
        "titles": { "vi": title, "en": "Right to education" },
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

#[test]
fn a_work_goes_from_draft_to_publication() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let anybody = archive.anybody();
    let work = author.create(&publishable("Quyền học tập"));
    let path = path_of(&work);
    assert_eq!(
        (&work["state"], &work["revision"]),
        (&json!("draft"), &json!(1))
    );

    let step = |client: &Client, step: &str, etag: &str| {
        client.put_json(&format!("{path}/{step}"), etag, &json!({}))
    };
    let submitted = step(&author, "submission", "\"1\"");
    assert_eq!(
        submitted.json()["state"],
        "submitted",
        "{}",
        submitted.text()
    );
    assert!(
        submitted.header("etag").starts_with("\"2-"),
        "a form of revision 2"
    );
    assert_eq!(anybody.get(&path).status, 404);
    let published = step(&editor, "publication", "\"2\"");
    assert_eq!(
        published.json()["state"],
        "published",
        "{}",
        published.text()
    );
    assert_eq!(anybody.get(&path).json()["titles"]["vi"], "Quyền học tập");
    let again = step(&editor, "publication", "\"3\"");
    assert_eq!(
        (again.status, again.problem().as_str()),
        (409, "wrong-state")
    );
}

#[test]
fn a_work_that_goes_leaves_word_to_those_who_could_see_it() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let path = path_of(&editor.create(&publishable("Sai")));
    let put = |step: &str, etag: &str, body: Value| {
        editor.put_json(&format!("{path}/{step}"), etag, &body)
    };
    assert_eq!(put("publication", "\"1\"", json!({})).status, 200);
    let silent = put("withdrawal", "\"2\"", json!({}));
    assert_eq!((silent.status, silent.problem().as_str()), (422, "invalid"));
    let withdrawn = put("withdrawal", "\"2\"", json!({ "reason": "Sai số liệu." }));
    assert_eq!(withdrawn.json()["withdrawn_reason"], "Sai số liệu.");
    let gone = anybody.get(&path);
    assert_eq!((gone.status, gone.problem().as_str()), (410, "gone"));
    assert!(
        gone.json()["detail"]
            .as_str()
            .unwrap()
            .contains("Sai số liệu.")
    );
    let deleted = editor.send("DELETE", &path, &[("if-match", "\"3\"")], &[]);
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    assert_eq!(anybody.get(&path).status, 410);
    let feed = anybody.get("/api/v1/changes?after=0").json();
    assert_eq!(
        feed["items"].as_array().unwrap().last().unwrap()["kind"],
        "deleted"
    );
    assert_eq!(feed["next"], 4, "created, published, withdrawn, deleted");
}

#[test]
fn a_change_needs_the_present_revision() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Một")));
    let kind = ("content-type", "application/merge-patch+json");
    let patch =
        |headers: &[(&str, &str)]| editor.send("PATCH", &path, headers, b"{\"made\":\"2024\"}");

    let missing = patch(&[kind]);
    assert_eq!(
        (missing.status, missing.problem().as_str()),
        (428, "precondition-required")
    );
    let any = patch(&[kind, ("if-match", "*")]);
    assert_eq!(any.status, 428);
    let weak = patch(&[kind, ("if-match", "W/\"1\"")]);
    assert_eq!(weak.status, 412);
    let done = patch(&[kind, ("if-match", "\"1\"")]);
    assert_eq!((done.status, done.header("etag")), (200, "\"2\""));
    let stale = patch(&[kind, ("if-match", "\"1\"")]);
    assert_eq!(
        (stale.status, stale.problem().as_str()),
        (412, "stale-revision")
    );
    assert_eq!(stale.json()["current_revision"], 2);
    for step in ["submission", "publication"] {
        let answer = editor.put_json(&format!("{path}/{step}"), "\"1\"", &json!({}));
        assert_eq!(answer.status, 412, "{step}");
    }
    let answer = editor.send("DELETE", &path, &[("if-match", "\"1\"")], &[]);
    assert_eq!(answer.status, 412);
    assert_eq!(editor.get(&path).json()["made"], "2024");
}

/// The example of RFC 7396, section 3, in the terms of a work.
#[test]
fn a_merge_patch_replaces_what_it_names_and_null_takes_away() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Một")));
    let patch = json!({
        "titles": { "en": null, "vi": "Hai" },
        "body": null,
        "languages": ["vi", "jra"],
    });
    let work = editor.patch(&path, "\"1\"", &patch).json();
    assert_eq!(work["titles"], json!({ "vi": "Hai" }));
    assert_eq!(work["languages"], json!(["vi", "jra"]));
    assert!(work.get("body").is_none());
    assert_eq!(work["reuse_terms"], "cc-by-4.0", "what is not named stays");
    let broken = editor.patch(&path, "\"2\"", &json!({ "titles": null }));
    assert_eq!((broken.status, broken.problem().as_str()), (422, "invalid"));
    let same = editor.patch(&path, "\"2\"", &json!({ "languages": ["vi", "jra"] }));
    assert_eq!(
        (same.status, same.header("etag")),
        (200, "\"2\""),
        "nothing changed"
    );
}

#[test]
fn publication_tells_every_condition_that_is_not_met() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Trống" } }));
    let path = format!("{}/publication", path_of(&work));
    let answer = editor.put_json(&path, "\"1\"", &json!({}));
    assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid"));
    let document = answer.json();
    let rules: Vec<&str> = document["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["rule"].as_str().unwrap())
        .collect();
    for rule in [
        "rights-not-reviewed",
        "people-not-assessed",
        "nothing-to-publish",
    ] {
        assert!(rules.contains(&rule), "{rule} in {rules:?}");
    }
}

#[test]
fn a_reader_who_has_it_already_gets_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&publishable("Một")));
    let ask = |tag| editor.send("GET", &path, &[("if-none-match", tag)], &[]);
    for known in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let answer = ask(known);
        assert_eq!(
            (answer.status, answer.header("etag"), answer.body.len()),
            (304, "\"1\"", 0)
        );
    }
    assert_eq!(ask("\"2\"").status, 200);
    let head = editor.send("HEAD", &path, &[], &[]);
    assert_eq!(
        (head.status, head.header("etag"), head.body.len()),
        (200, "\"1\"", 0)
    );
}

#[test]
fn lists_lead_through_everything_by_their_links() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids: Vec<Value> = (0..7)
        .map(|n| editor.create(&publishable(&format!("Bài {n}")))["id"].clone())
        .collect();
    let mut found = Vec::new();
    let mut path = "/api/v1/assets?limit=3&kind=article&state=draft".to_owned();
    let mut pages = 0;
    loop {
        let page = editor.get(&path);
        found.extend(
            page.json()["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w["id"].clone()),
        );
        pages += 1;
        let link = page.header("link");
        if link.is_empty() {
            break;
        }
        let address = link
            .strip_prefix('<')
            .unwrap()
            .strip_suffix(">; rel=\"next\"")
            .unwrap();
        path = address.strip_prefix(archive.base()).unwrap().to_owned();
    }
    assert_eq!((found, pages), (ids, 3));
    let posters = editor.get("/api/v1/assets?kind=propaganda-poster").json();
    assert_eq!(posters, json!({ "items": [] }));
}

#[test]
fn a_repeated_creation_makes_one_work() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let create = |client: &Client, key: &str, title: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = publishable(title).to_string();
        client.send("POST", "/api/v1/assets", &headers, body.as_bytes())
    };
    let first = create(&editor, "k-1", "Một");
    let second = create(&editor, "k-1", "Một");
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.json(), second.json());
    let other = create(&editor, "k-1", "Hai");
    assert_eq!(
        (other.status, other.problem().as_str()),
        (422, "key-reused")
    );
    let stranger = create(&archive.holder("editor"), "k-1", "Hai");
    assert_eq!(stranger.status, 201, "keys of different tokens never meet");
    let bad = create(&editor, "khóa", "Ba");
    assert_eq!(
        (bad.status, bad.problem().as_str()),
        (400, "invalid-parameter")
    );
    assert_eq!(
        editor.get("/api/v1/assets").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_and_after_a_stop() {
    let archive = Archive::start();
    let work = archive.holder("editor").create(&publishable("Bền"));
    let path = path_of(&work);
    let read = |archive: &Archive| archive.operator().get(&path).json_without_ports();
    let acknowledged = read(&archive);
    let archive = Archive::start_in(archive.kill(), &[]);
    assert_eq!(read(&archive), acknowledged);
    let archive = Archive::start_in(archive.stop(), &[]);
    assert_eq!(read(&archive), acknowledged);
}
