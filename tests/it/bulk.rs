//! One act on many works over HTTP: preview, progress, a result for each work, and undoing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Archive, Client, eventually, eventually_within};

pub(crate) fn publishable(title: &str) -> Value {
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

fn create(client: &Client, titles: &[&str]) -> Vec<String> {
    let works = titles
        .iter()
        .map(|title| client.create(&publishable(title)));
    works
        .map(|work| work["id"].as_str().unwrap().to_owned())
        .collect()
}

fn work_of(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/assets/{id}")).json()
}

pub(crate) fn start(client: &Client, request: &Value) -> String {
    let answer = client.post_json("/api/v1/bulk", request);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert!(
        answer
            .header("location")
            .ends_with(&format!("/api/v1/bulk/{id}"))
    );
    id
}

pub(crate) fn state(client: &Client, id: &str) -> Value {
    let answer = client.get(&format!("/api/v1/bulk/{id}"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Waits until the act is in this state and gives its counts.
pub(crate) fn finished(client: &Client, id: &str, expected: &str) -> Value {
    eventually_within(Duration::from_secs(240), expected, || {
        let state = state(client, id);
        (state["state"] == expected).then(|| state["counts"].clone())
    })
}

/// All results by work.
pub(crate) fn results(client: &Client, id: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut page = format!("/api/v1/bulk/{id}/items?limit=200");
    loop {
        let list = client.get(&page).json();
        for item in list["items"].as_array().unwrap() {
            found.insert(item["id"].as_str().unwrap().to_owned(), item.clone());
        }
        match list["next"].as_u64() {
            Some(next) => page = format!("/api/v1/bulk/{id}/items?limit=200&after={next}"),
            None => return found,
        }
    }
}

pub(crate) fn undo(client: &Client, id: &str) -> Answer {
    client.send("POST", &format!("/api/v1/bulk/{id}/undo"), &[], &[])
}

fn problem_of(item: &Value) -> &str {
    let kind = item["problem"]["type"].as_str().unwrap_or_default();
    kind.rsplit('/').next().unwrap_or_default()
}

#[test]
fn a_preview_tells_what_would_happen_to_each_work_and_does_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids = create(&editor, &["Một", "Hai"]);
    let bare = editor.create(&json!({ "titles": { "vi": "Trống" } }));
    let bare = bare["id"].as_str().unwrap();
    let unknown = "01890000-0000-7000-8000-000000000000";
    let published = editor.put_json(
        &format!("/api/v1/assets/{}/publication", ids[1]),
        "\"1\"",
        &json!({}),
    );
    assert_eq!(published.status, 200);
    let works = json!([ids[0], ids[1], bare, unknown]);
    let request = json!({ "act": "publish", "works": works, "dry_run": true });
    let answer = editor.post_json("/api/v1/bulk", &request);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let preview = answer.json();
    let numbers = ["total", "changed", "unchanged", "refused"].map(|name| preview[name].as_u64());
    assert_eq!(numbers, [Some(4), Some(1), Some(0), Some(3)]);
    let items = preview["items"].as_array().unwrap();
    let actual: Vec<_> = items
        .iter()
        .map(|item| (item["outcome"].as_str().unwrap(), problem_of(item)))
        .collect();
    let expected = [
        ("changed", ""),
        ("refused", "wrong-state"),
        ("refused", "invalid"),
        ("refused", "not-found"),
    ];
    assert_eq!(actual, expected);
    let rules = items[2]["problem"]["errors"].to_string();
    assert!(rules.contains("rights-not-reviewed"), "{rules}");
    assert_eq!(work_of(&editor, &ids[0])["state"], "draft");
}

#[test]
fn an_act_changes_what_it_may_and_tells_the_rest() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let ids = create(&author, &["Một", "Hai", "Ba"]);
    let hidden = archive.holder_of("contributor", Some("docst"));
    let mut other = publishable("Của đơn vị khác");
    other["organisation"] = json!("docst");
    let other = hidden.create(&other)["id"].as_str().unwrap().to_owned();

    // A contributor submits its own works; of another's it learns nothing.
    let works = json!([ids[0], ids[1], ids[2], other]);
    let submitted = start(&author, &json!({ "act": "submit", "works": works }));
    let counts = finished(&author, &submitted, "done");
    assert_eq!(
        (&counts["changed"], &counts["refused"]),
        (&json!(3), &json!(1))
    );
    let result = results(&author, &submitted);
    assert_eq!(problem_of(&result[&other]), "not-found");
    assert_eq!(result[&ids[0]]["revision"], 2);
    assert_eq!(work_of(&editor, &ids[0])["state"], "submitted");

    // It may not publish; an editor may.
    let refused = start(&author, &json!({ "act": "publish", "works": [ids[0]] }));
    finished(&author, &refused, "done");
    assert_eq!(
        problem_of(&results(&author, &refused)[&ids[0]]),
        "forbidden"
    );
    let published = start(&editor, &json!({ "act": "publish", "works": ids }));
    assert_eq!(finished(&editor, &published, "done")["changed"], 3);
    assert_eq!(
        archive
            .anybody()
            .get(&format!("/api/v1/assets/{}", ids[2]))
            .status,
        200
    );

    let request = json!({ "act": "withdraw", "works": [ids[2]], "reason": "Sai số liệu." });
    let withdrawn = start(&editor, &request);
    finished(&editor, &withdrawn, "done");
    let gone = archive.anybody().get(&format!("/api/v1/assets/{}", ids[2]));
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("Sai số liệu."));
}

#[test]
fn who_did_not_start_an_act_and_is_no_editor_learns_nothing_of_it() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let ids = create(&author, &["Một"]);
    let submitted = start(&author, &json!({ "act": "submit", "works": ids }));
    finished(&author, &submitted, "done");
    let published = start(&editor, &json!({ "act": "publish", "works": ids }));
    finished(&editor, &published, "done");
    let neighbour = archive.holder_of("contributor", Some("docst"));
    let (anybody, partner) = (archive.anybody(), archive.holder("partner"));
    for (client, id, expected) in [
        (&author, &submitted, 200),
        (&editor, &submitted, 200),
        (&neighbour, &submitted, 404),
        (&author, &published, 404),
        (&anybody, &published, 401),
        (&partner, &published, 403),
    ] {
        for address in [
            format!("/api/v1/bulk/{id}"),
            format!("/api/v1/bulk/{id}/items"),
        ] {
            assert_eq!(client.get(&address).status, expected, "{address}");
        }
        if expected != 200 {
            assert_eq!(undo(client, id).status, expected);
        }
    }
    assert_eq!(editor.get("/api/v1/bulk/x").status, 404);
}

/// A reviewer returns works but does not describe them.
#[test]
fn works_are_returned_with_a_reason_and_an_undone_return_is_submitted_again() {
    let archive = Archive::start();
    let (author, reviewer) = (archive.holder("contributor"), archive.holder("reviewer"));
    let ids = create(&author, &["Một"]);
    let submitted = start(&author, &json!({ "act": "submit", "works": ids }));
    finished(&author, &submitted, "done");
    let request = json!({ "act": "return", "works": ids, "reason": "Bổ sung chú thích ảnh." });
    let returned = start(&reviewer, &request);
    assert_eq!(finished(&reviewer, &returned, "done")["changed"], 1);
    let work = work_of(&author, &ids[0]);
    assert_eq!(work["state"], "returned");
    assert!(
        work.to_string().contains("Bổ sung chú thích ảnh."),
        "{work}"
    );
    let set = json!({ "act": "describe", "works": ids, "set": { "made": "2024" } });
    let described = start(&reviewer, &set);
    finished(&reviewer, &described, "done");
    assert_eq!(
        problem_of(&results(&reviewer, &described)[&ids[0]]),
        "forbidden"
    );
    assert_eq!(undo(&reviewer, &returned).status, 202);
    assert_eq!(finished(&reviewer, &returned, "undone")["undone"], 1);
    assert_eq!(work_of(&author, &ids[0])["state"], "submitted");
}

#[test]
fn values_are_set_and_added_with_a_reason() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids = create(&editor, &["Một", "Hai"]);
    let changed = editor.patch(
        &format!("/api/v1/assets/{}", ids[1]),
        "\"1\"",
        &json!({ "made": "2024", "themes": ["policy-and-law"] }),
    );
    assert_eq!(changed.status, 200);
    let request = json!({
        "act": "describe",
        "works": ids,
        "set": { "made": null, "credit_line": "Sở Ngoại vụ", "access": "partner" },
        "add": { "themes": ["policy-and-law"], "creators": [{ "name": "Rơ Châm H'Yéo" }] },
    });
    let headers = [
        ("content-type", "application/json"),
        ("change-reason", "Chu%E1%BA%A9n%20h%C3%B3a"), // encodeURIComponent("Chuẩn hóa")
    ];
    let answer = editor.send(
        "POST",
        "/api/v1/bulk",
        &headers,
        request.to_string().as_bytes(),
    );
    assert_eq!(answer.status, 202, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(finished(&editor, &id, "done")["changed"], 2);
    for (id, themes) in [
        (&ids[0], json!(["international-law", "policy-and-law"])),
        (&ids[1], json!(["policy-and-law"])),
    ] {
        let work = work_of(&editor, id);
        assert_eq!(work["themes"], themes);
        assert_eq!(
            (&work["credit_line"], &work["access"]),
            (&json!("Sở Ngoại vụ"), &json!("partner"))
        );
        assert_eq!(work["creators"], json!([{ "name": "Rơ Châm H'Yéo" }]));
        assert!(work.get("made").is_none());
        let revisions = editor
            .get(&format!("/api/v1/assets/{id}/revisions?limit=1"))
            .json();
        assert_eq!(revisions["items"][0]["reason"], "Chuẩn hóa");
    }
    // Once more there is nothing to change.
    let again = start(&editor, &request);
    let counts = finished(&editor, &again, "done");
    assert_eq!(
        (&counts["changed"], &counts["unchanged"]),
        (&json!(0), &json!(2))
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "some lines for each rule")]
fn a_request_is_checked_as_a_whole() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let id = create(&editor, &["Một"]).remove(0);
    for (request, expected) in [
        (json!({}), vec!["/act required", "/works required"]),
        (
            json!({ "act": "delete", "works": [] }),
            vec!["/act not-one-of"],
        ),
        (
            json!({ "act": "submit", "works": [id, id, "x"] }),
            vec!["/works/1 duplicate", "/works/2 malformed"],
        ),
        (
            json!({ "act": "submit", "works": [{ "id": id }] }),
            vec!["/works/0/revision required"],
        ),
        (
            json!({ "act": "withdraw", "works": [id] }),
            vec!["/reason required"],
        ),
        (
            json!({ "act": "describe", "works": [id] }),
            vec!["/set required"],
        ),
        (
            json!({ "act": "submit", "works": [id], "set": { "made": "2024" } }),
            vec!["/set unknown-property"],
        ),
        (
            json!({ "act": "describe", "works": [id],
                    "set": { "titles": { "vi": "X" }, "strand": "no" }, "add": { "kind": "article" } }),
            vec![
                "/set/titles unknown-property",
                "/set/strand unknown-concept",
                "/add/kind unknown-property",
            ],
        ),
        (
            json!({ "act": "submit", "search": { "colour": "red" } }),
            vec!["/search/colour unknown-property"],
        ),
    ] {
        let answer = editor.post_json("/api/v1/bulk", &request);
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (422, "invalid"),
            "{request}"
        );
        let document = answer.json();
        let mut broken: Vec<String> = document["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| {
                format!(
                    "{} {}",
                    e["pointer"].as_str().unwrap(),
                    e["rule"].as_str().unwrap()
                )
            })
            .collect();
        broken.sort();
        let mut expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
        expected.sort();
        assert_eq!(broken, expected, "{request}");
    }
    assert_eq!(
        archive
            .anybody()
            .post_json("/api/v1/bulk", &json!({}))
            .status,
        401
    );
    assert_eq!(
        archive
            .holder("partner")
            .post_json("/api/v1/bulk", &json!({}))
            .status,
        403
    );
}

#[test]
fn the_works_of_a_search_are_those_with_all_words() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids = create(
        &editor,
        &["Hòa giải buôn làng", "Hòa giải cơ sở", "Buôn làng"],
    );
    let request = |dry_run| {
        let search = json!({ "q": "hòa giải" });
        json!({ "act": "submit", "search": search, "dry_run": dry_run })
    };
    let preview = eventually("two works are found", || {
        let preview = editor.post_json("/api/v1/bulk", &request(true)).json();
        (preview["total"] == 2).then_some(preview)
    });
    let mut found: Vec<&str> = preview["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, [ids[0].as_str(), ids[1].as_str()]);
    let id = start(&editor, &request(false));
    assert_eq!(finished(&editor, &id, "done")["changed"], 2);
    assert_eq!(work_of(&editor, &ids[2])["state"], "draft");
}

#[test]
fn a_repeated_request_starts_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids = create(&editor, &["Một"]);
    let send = |act: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "k1"),
        ];
        let body = json!({ "act": act, "works": ids }).to_string();
        editor.send("POST", "/api/v1/bulk", &headers, body.as_bytes())
    };
    let first = send("submit");
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (202, "")
    );
    let id = first.json()["id"].as_str().unwrap().to_owned();
    finished(&editor, &id, "done");
    let again = send("submit");
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (202, "true")
    );
    assert_eq!(again.json()["id"], json!(id));
    assert_eq!(work_of(&editor, &ids[0])["revision"], 2);
    let other = send("publish");
    assert_eq!(
        (other.status, other.problem().as_str()),
        (422, "key-reused")
    );
}

#[test]
fn undoing_gives_back_what_was_not_changed_since() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let ids = create(&editor, &["Một", "Hai"]);
    let id = start(&editor, &json!({ "act": "publish", "works": ids }));
    finished(&editor, &id, "done");
    let path = |n: usize| format!("/api/v1/assets/{}", ids[n]);
    assert_eq!(anybody.get(&path(0)).status, 200);
    assert!(state(&editor, &id)["undo_until"].is_string());
    let changed = editor.patch(&path(1), "\"2\"", &json!({ "made": "2024" }));
    assert_eq!(changed.status, 200);

    assert_eq!(undo(&editor, &id).status, 202);
    let counts = finished(&editor, &id, "undone");
    assert_eq!(
        (&counts["undone"], &counts["not_undone"]),
        (&json!(1), &json!(1))
    );
    let result = results(&editor, &id);
    assert_eq!(
        (&result[&ids[0]]["undo"], &result[&ids[0]]["undo_revision"]),
        (&json!("undone"), &json!(3))
    );
    assert_eq!(
        (&result[&ids[1]]["undo"], problem_of(&result[&ids[1]])),
        (&json!("refused"), "stale-revision")
    );
    let work = work_of(&editor, &ids[0]);
    assert_eq!(
        (&work["state"], &work["revision"]),
        (&json!("draft"), &json!(3))
    );
    assert!(work.get("published_at").is_none());
    assert_eq!(work_of(&editor, &ids[1])["state"], "published");

    // Readers learn that the work is gone, in the feed too.
    assert_eq!(anybody.get(&path(0)).status, 410);
    let feed = anybody.get("/api/v1/changes?after=0").json();
    let mut of_work = feed["items"].as_array().unwrap().iter().rev();
    let last = of_work
        .find(|change| change["asset"] == json!(ids[0]))
        .unwrap();
    assert_eq!(
        (&last["kind"], &last["state"]),
        (&json!("unpublished"), &json!("gone"))
    );
    eventually("search forgets it", || {
        let found = anybody
            .get("/api/v1/search?q=M%E1%BB%99t&all_words=true")
            .json();
        let hits = found["hits"].to_string();
        (!hits.contains(&ids[0])).then_some(())
    });

    let again = undo(&editor, &id);
    assert_eq!((again.status, again.problem().as_str()), (409, "conflict"));
}

/// Each work has its entries: the audit trail does not tell of acts but of works.
#[test]
fn the_audit_trail_has_each_decision_of_an_act_and_of_its_undoing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids = create(&editor, &["Một", "Hai"]);
    let id = start(&editor, &json!({ "act": "publish", "works": ids }));
    finished(&editor, &id, "done");
    assert_eq!(undo(&editor, &id).status, 202);
    finished(&editor, &id, "undone");
    let trail = archive.operator().get("/api/v1/audit?limit=200").text();
    assert_eq!(trail.matches("\"published\"").count(), 2, "{trail}");
    assert_eq!(trail.matches("\"unpublished\"").count(), 2, "{trail}");
}

#[test]
fn a_withdrawal_that_is_undone_is_public_again() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let ids = create(&editor, &["Một"]);
    let published = start(&editor, &json!({ "act": "publish", "works": ids }));
    finished(&editor, &published, "done");
    let request = json!({ "act": "withdraw", "works": ids, "reason": "Nhầm." });
    let withdrawn = start(&editor, &request);
    finished(&editor, &withdrawn, "done");
    let path = format!("/api/v1/assets/{}", ids[0]);
    assert_eq!(anybody.get(&path).status, 410);
    assert_eq!(undo(&editor, &withdrawn).status, 202);
    assert_eq!(finished(&editor, &withdrawn, "undone")["undone"], 1);
    let work = anybody.get(&path);
    assert_eq!(work.status, 200, "{}", work.text());
    assert!(work.json().get("withdrawn_reason").is_none());
    // The publication before it cannot be undone any more: the work was changed since.
    assert_eq!(undo(&editor, &published).status, 202);
    assert_eq!(finished(&editor, &published, "undone")["not_undone"], 1);
    assert_eq!(anybody.get(&path).status, 200);
}

/// A hundred works are described by an act and by another editor at the same time, from the other end.
#[test]
fn of_an_act_and_an_editor_who_change_a_work_at_once_one_wins() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let titles: Vec<String> = (0..100).map(|n| format!("Tác phẩm {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let ids = create(&editor, &titles);
    let patches = std::thread::scope(|scope| {
        let other = editor.clone();
        let patches = scope.spawn({
            let ids = ids.clone();
            move || -> BTreeMap<String, u16> {
                let patch = |id: &String| {
                    let path = format!("/api/v1/assets/{id}");
                    other
                        .patch(&path, "\"1\"", &json!({ "made": "1999" }))
                        .status
                };
                ids.iter().rev().map(|id| (id.clone(), patch(id))).collect()
            }
        });
        let request = json!({ "act": "describe", "set": { "made": "2024" },
            "works": ids.iter().map(|id| json!({ "id": id, "revision": 1 })).collect::<Vec<_>>() });
        let id = start(&editor, &request);
        let counts = finished(&editor, &id, "done");
        let patches = patches.join().unwrap();
        assert_eq!(counts["pending"], 0);
        let results = results(&editor, &id);
        (patches, results)
    });
    let (patches, results) = patches;
    for id in &ids {
        let (patched, item) = (patches[id], &results[id]);
        let work = work_of(&editor, id);
        assert_eq!(work["revision"], 2, "{id}");
        match item["outcome"].as_str().unwrap() {
            "changed" => assert_eq!((patched, &work["made"]), (412, &json!("2024")), "{item}"),
            "refused" => {
                assert_eq!((patched, &work["made"]), (200, &json!("1999")), "{item}");
                assert_eq!(problem_of(item), "stale-revision");
            }
            other => panic!("{other}"),
        }
    }
}
