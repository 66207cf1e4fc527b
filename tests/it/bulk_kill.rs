//! Acts on a thousand works survive `kill -9`: no work is done twice, none is forgotten, and what was done
//! can be undone.

use serde_json::{Value, json};

use crate::bulk::{finished, publishable, results, start, state, undo};
use crate::support::{Archive, Client, eventually};

const WORKS: usize = 1_000;

/// Imports works and gives their ids.
fn import(client: &Client) -> Vec<String> {
    let line = |number: usize| {
        let mut work = publishable(&format!("Tác phẩm {number}"));
        work["identifiers"] = json!([{ "scheme": "sample", "value": format!("s-{number}") }]);
        work.to_string() + "\n"
    };
    let lines: String = (0..WORKS).map(line).collect();
    let headers = [("content-type", "application/x-ndjson")];
    let answer = client.send("POST", "/api/v1/imports", &headers, lines.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let ids = text.lines().map(|line| {
        let result: Value = serde_json::from_str(line).unwrap();
        result["id"].as_str().unwrap().to_owned()
    });
    ids.collect()
}

/// Kills the archive when some works have a result and others have none, and starts it again.
fn killed_in_the_middle(
    archive: Archive,
    editor: &Client,
    id: &str,
    has_begun: impl Fn(&Value) -> bool,
) -> (Archive, Client) {
    eventually("some works have a result", || {
        has_begun(&state(editor, id)["counts"]).then_some(())
    });
    let archive = Archive::start_in(archive.kill(), &[]);
    let editor = archive.holder("editor");
    (archive, editor)
}

fn kinds(client: &Client, id: &str) -> Vec<String> {
    let list = client.get(&format!("/api/v1/assets/{id}/revisions")).json();
    let kinds = list["items"].as_array().unwrap().iter().rev();
    kinds
        .map(|item| item["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_act_and_its_undoing_go_on_after_a_kill_and_do_nothing_twice() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ids = import(&editor);
    let id = start(&editor, &json!({ "act": "publish", "works": ids }));
    let (archive, editor) = killed_in_the_middle(archive, &editor, &id, |counts| {
        counts["changed"].as_u64().unwrap() >= 50
    });
    let counts = finished(&editor, &id, "done");
    assert_eq!(
        (&counts["changed"], &counts["refused"]),
        (&json!(WORKS), &json!(0)),
        "{counts}"
    );
    let results_before = results(&editor, &id);
    assert_eq!(results_before.len(), WORKS);
    // Done twice, a work would have another revision.
    for item in results_before.values() {
        assert_eq!(item["revision"], 2, "{item}");
    }

    assert_eq!(undo(&editor, &id).status, 202);
    let (archive, editor) = killed_in_the_middle(archive, &editor, &id, |counts| {
        counts["undone"].as_u64().unwrap() >= 50
    });
    let counts = finished(&editor, &id, "undone");
    assert_eq!(
        (&counts["undone"], &counts["not_undone"]),
        (&json!(WORKS), &json!(0)),
        "{counts}"
    );
    for number in [0, WORKS / 2, WORKS - 1] {
        let work = editor
            .get(&format!("/api/v1/assets/{}", ids[number]))
            .json();
        assert_eq!(
            (&work["state"], &work["revision"]),
            (&json!("draft"), &json!(3))
        );
        assert_eq!(
            kinds(&editor, &ids[number]),
            ["created", "published", "unpublished"]
        );
    }
    let anybody = archive.anybody();
    let shown = anybody.get("/api/v1/assets?limit=200").json();
    assert_eq!(shown["items"], json!([]), "nothing is public any more");
}
