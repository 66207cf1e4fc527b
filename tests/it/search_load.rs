//! Search over HTTP under load: many facet values, no time budget, long texts, and an empty log.

use std::fs::{self, File};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Archive, Client, command, eventually};

fn import(client: &Client, works: impl Iterator<Item = Value>) -> u64 {
    let lines: String = works.map(|work| format!("{work}\n")).collect();
    let kind = [("content-type", "application/x-ndjson")];
    let answer = client.send("POST", "/api/v1/imports", &kind, lines.as_bytes());
    let created = answer.text().matches("\"outcome\":\"created\"").count();
    assert_eq!(created, lines.lines().count(), "{}", answer.text());
    client.get("/readyz").json()["last_event"].as_u64().unwrap()
}

fn work(title: &str, changes: &Value) -> Value {
    let mut work = json!({
        "titles": { "vi": title },
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Một câu chung của mọi bài.",
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "state": "published",
    });
    json_patch::merge(&mut work, changes);
    work
}

/// The answer that knows of this event.
fn ask(client: &Client, query: &str, event: u64) -> Value {
    eventually("search has read every event", || {
        let answer = client.get(&format!("/api/v1/search?{query}&event={event}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        Some(answer.json()).filter(|answer| answer["stale"] == false)
    })
}

#[test]
fn a_search_without_time_says_that_it_is_partial() {
    let settings = [
        ("KHOCHUNG__SEARCH__TIME_BUDGET_MS", "0"),
        ("KHOCHUNG__SEARCH__WRITER_THREADS", "1"),
    ];
    let archive = Archive::start_with(&settings);
    let editor = archive.holder("editor");
    let event = import(
        &editor,
        (0..6_000).map(|n| work(&format!("Bài {n}"), &json!({}))),
    );
    for sort in ["relevance", "newest", "oldest", "title"] {
        let answer = ask(&archive.anybody(), &format!("q=chung&sort={sort}"), event);
        assert_eq!(answer["partial"], true, "{sort}");
        assert_eq!(answer["total"]["exact"], false, "{sort}");
        assert_eq!(answer["items"].as_array().unwrap().len(), 20, "{sort}");
    }
}

#[test]
fn the_requested_number_of_values_is_returned() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let years = (1000..2200).map(|year| work("Bài", &json!({ "made": year.to_string() })));
    let event = import(&editor, years);
    for (limit, expected) in [
        ("", 50),
        ("&facet_values=1", 1),
        ("&facet_values=1000", 1000),
    ] {
        let answer = ask(&archive.anybody(), &format!("facets=year{limit}"), event);
        let values = answer["facets"][0]["values"].as_array().unwrap();
        assert_eq!(values.len(), expected, "{limit}");
        // Equally frequent values stand in their own order.
        let right = (1000..).map(|year| json!({ "value": year.to_string(), "label": year.to_string(), "works": 1, "chosen": false }));
        assert!(
            values.iter().cloned().eq(right.take(expected)),
            "{values:?}"
        );
    }
    let too_many = archive.anybody().get("/api/v1/search?facet_values=1001");
    assert_eq!(
        (too_many.status, too_many.json()["parameter"].as_str()),
        (400, Some("facet_values"))
    );
}

#[test]
fn an_address_full_of_words_or_values_is_answered() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let event = import(&editor, std::iter::once(work("Quyền trẻ em", &json!({}))));
    let long = format!("q=quyen+tre+em{}", "+vang".repeat(3_000));
    let answer = ask(&archive.anybody(), &long, event);
    assert_eq!(answer["items"][0]["asset"]["titles"]["vi"], "Quyền trẻ em");
    let values = |count: usize| {
        (0..count)
            .map(|n| format!("x{n}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let answer = ask(&archive.anybody(), &format!("kind={}", values(200)), event);
    assert_eq!(answer["total"]["works"], 0);
    for (count, status) in [(201, 400), (8_000, 414)] {
        let refused = archive
            .anybody()
            .get(&format!("/api/v1/search?kind={}", values(count)));
        assert_eq!(refused.status, status, "{count} values");
    }
}

#[test]
fn withdrawing_during_merges_writes_no_warning() {
    let data = tempfile::tempdir().unwrap();
    let log = data.path().join("log");
    let mut serve = command();
    serve.env("KHOCHUNG__LOG__FILTER", "warn");
    serve.env("KHOCHUNG__SEARCH__MAX_COMMIT_DELAY_MS", "0");
    serve.stderr(Stdio::from(File::create(&log).unwrap()));
    let archive = Archive::start_by(serve, data);
    let editor = archive.holder("editor");
    for round in 0..12 {
        let titles = (0..8).map(|n| format!("Bài dau{round}x{n}"));
        for title in titles {
            import(&editor, std::iter::once(work(&title, &json!({}))));
        }
        let found = editor
            .get("/api/v1/search?limit=2&sort=oldest&group=false")
            .json();
        for hit in found["items"].as_array().unwrap() {
            let path = format!(
                "/api/v1/assets/{}/withdrawal",
                hit["asset"]["id"].as_str().unwrap()
            );
            let etag = format!("\"{}\"", hit["asset"]["revision"]);
            let answer = editor.put_json(&path, &etag, &json!({ "reason": "sai" }));
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
    let data = archive.stop();
    let log = fs::read_to_string(data.path().join("log")).unwrap();
    assert_eq!(log, "");
}
