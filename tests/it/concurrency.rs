//! Two writers at once: one wins, the other gets a conflict, nothing is lost or made twice.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::{Archive, Client};

/// Runs `call` in `count` threads that begin together.
fn at_once<T: Send>(count: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(count);
    thread::scope(|scope| {
        let begin = |number| {
            barrier.wait();
            call(number)
        };
        let threads: Vec<_> = (0..count).map(|n| scope.spawn(move || begin(n))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn of_two_patches_of_one_revision_exactly_one_wins() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "0" } }));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    for round in 1..=20 {
        let etag = format!("\"{round}\"");
        let patch = |n: usize| json!({ "titles": { "vi": format!("{round}/{n}") } });
        let statuses = at_once(2, |n| editor.patch(&path, &etag, &patch(n)).status);
        let mut sorted = statuses.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [200, 412], "round {round}");
        let winner = statuses.iter().position(|status| *status == 200).unwrap();
        let now = editor.get(&path).json();
        assert_eq!(now["revision"], round + 1);
        assert_eq!(now["titles"]["vi"], format!("{round}/{winner}"));
    }
}

#[test]
fn of_two_files_for_one_revision_exactly_one_is_attached() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "0" } }));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    let files = format!("{path}/files");
    for round in 1..=10_usize {
        let etag = format!("\"{round}\"");
        let headers = [("content-type", "text/plain"), ("if-match", etag.as_str())];
        let bytes = |n: usize| format!("tệp {round}/{n}\n");
        let attach = |n| editor.send("POST", &files, &headers, bytes(n).as_bytes());
        let mut statuses = at_once(2, |n| attach(n).status);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 412], "round {round}");
        let now = editor.get(&path).json();
        assert_eq!(now["revision"], round + 1);
        assert_eq!(now["files"].as_array().unwrap().len(), round);
    }
    let staging = std::fs::read_dir(archive.data().join("staging")).unwrap();
    assert_eq!(staging.count(), 0);
}

#[test]
fn files_that_expect_no_revision_are_all_attached_however_they_meet() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "0" } }));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    let plain = [("content-type", "text/plain")];
    let attach = |n: usize| {
        let bytes = format!("tệp {n}\n").repeat(1000);
        let answer = editor.send("POST", &format!("{path}/files"), &plain, bytes.as_bytes());
        (answer.status, answer.text())
    };
    for (status, answer) in at_once(8, attach) {
        assert_eq!(status, 201, "{answer}");
    }
    let now = editor.get(&path).json();
    assert_eq!(
        (&now["revision"], now["files"].as_array().unwrap().len()),
        (&json!(9), 8)
    );
}

#[test]
fn one_key_sent_at_once_makes_one_work() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let create = |client: &Client| -> (u16, Value) {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "same"),
        ];
        let answer = client.send(
            "POST",
            "/api/v1/assets",
            &headers,
            b"{\"titles\":{\"vi\":\"x\"}}",
        );
        (answer.status, answer.json()["id"].clone())
    };
    let answers = at_once(8, |_| create(&editor));
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(answers[0].0, 201);
    assert_eq!(
        editor.get("/api/v1/assets").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
