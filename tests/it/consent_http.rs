//! Consent over HTTP: its withdrawal takes a work from every exit, and followers learn of it.

use serde_json::{Value, json};

use super::archive::complete_work_but;
use super::support::{Archive, Client, atom, eventually};

fn work(changes: &Value) -> Value {
    let mut work = complete_work_but(&json!({
        "titles": { "vi": "Chuyện kể bên bếp lửa" },
        "people_shown": "consent-on-file",
        "consent": { "channels": ["online"], "languages": ["vi"], "ends_on": "2099-12-31" },
    }));
    json_patch::merge(&mut work, changes);
    work
}

#[test]
fn a_withdrawn_consent_takes_the_work_from_every_exit() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let made = editor.post_json("/api/v1/assets", &work(&json!({})));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/assets/{id}");
    let published = editor.put_json(
        &format!("{path}/publication"),
        made.header("etag"),
        &json!({}),
    );
    assert_eq!(published.status, 200, "{}", published.text());
    let consent = &anybody.get(&path).json()["consent"];
    assert_eq!(consent["ends_on"], "2099-12-31");
    let search = "/api/v1/search?q=bep%20lua";
    eventually("it is found", || {
        (anybody.get(search).json()["total"]["works"] == 1).then_some(())
    });
    let address = format!("{path}/consent-withdrawal");
    let etag = published.header("etag").to_owned();
    refused(&archive, &address, &etag);
    let reason = json!({ "reason": "Người kể rút lại đồng ý" });
    let withdrawn = editor.put_json(&address, &etag, &reason);
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    let record = withdrawn.json();
    assert_eq!(record["state"], "withdrawn");
    assert_eq!(record["people_shown"], "not-assessed");
    assert_eq!(record.get("consent"), None);

    let gone = anybody.get(&path);
    assert_eq!(gone.status, 410);
    assert!(
        gone.text().contains("Người kể rút lại đồng ý"),
        "{}",
        gone.text()
    );
    assert_eq!(anybody.get(search).json()["total"]["works"], 0);
    assert!(
        atom::feed(&anybody, "/api/v1/search/feed")
            .titles()
            .is_empty()
    );
    let changes = anybody.get("/api/v1/changes").json();
    let last = changes["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["asset"], &last["kind"], &last["state"]),
        (&json!(id), &json!("withdrawn"), &json!("gone"))
    );

    checklist_tells(&editor, &path, withdrawn.header("etag"));
}

/// Requests that do not withdraw it.
fn refused(archive: &Archive, address: &str, etag: &str) {
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    for (body, pointer) in [(json!({}), "/reason"), (json!({ "reason": 7 }), "/reason")] {
        let refused = editor.put_json(address, etag, &body);
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["pointer"]),
            (422, &json!(pointer))
        );
    }
    let reason = json!({ "reason": "Người kể rút lại đồng ý" });
    for (client, status) in [(archive.holder("contributor"), 403), (anybody.clone(), 401)] {
        assert_eq!(client.put_json(address, etag, &reason).status, status);
    }
    assert_eq!(editor.put_json(address, "\"1\"", &reason).status, 412);
}

/// The checklist says who recorded it, and what to do.
fn checklist_tells(editor: &Client, path: &str, etag: &str) {
    let reopened = editor.send(
        "DELETE",
        &format!("{path}/withdrawal"),
        &[("if-match", etag)],
        &[],
    );
    assert_eq!(reopened.status, 200, "{}", reopened.text());
    let list = editor.get(&format!("{path}/checklist")).json();
    let conditions = list["conditions"].as_array().unwrap();
    let assessed = conditions
        .iter()
        .find(|one| one["requirement"] == "people-assessed")
        .unwrap();
    assert_eq!(assessed["rule"], "consent-withdrawn", "{assessed}");
    assert_eq!(assessed["decision"]["role"], "editor", "{assessed}");
}
