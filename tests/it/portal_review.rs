//! The review queue as a page: all that wait are reached, and a typed reason is never lost.

use serde_json::json;

use crate::sign_in::{LOGIN, archive_with};
use crate::support::reader::Reader;
use crate::support::{Archive, Client, eventually};

/// A work that waits for a decision.
fn submitted(editor: &Client, title: &str) -> String {
    let work = editor.create(&json!({ "titles": { "vi": title }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/assets/{id}/submission");
    let answer = editor.put_json(&path, "\"1\"", &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    id
}

fn queue(reader: &Reader) -> Vec<String> {
    let works = reader.page.split("name=\"work\" value=\"").skip(1);
    let ids = works.map(|rest| rest.split('"').next().unwrap().to_owned());
    ids.collect()
}

#[test]
fn the_works_that_wait_longest_are_first_and_all_are_reached() {
    let archive: Archive = archive_with("editor");
    let editor = archive.holder("editor");
    let ids: Vec<String> = (1..=53)
        .map(|number| submitted(&editor, &format!("Chờ {number}")))
        .collect();
    let mut reader = Reader::signed_in(&archive, LOGIN);
    eventually("all wait", || {
        reader.get("/duyet?page=2");
        (queue(&reader).len() == 3).then_some(())
    });
    assert_eq!(queue(&reader), ids[50..]);
    assert!(
        reader.page.contains("rel=\"prev\" href=\"/duyet\""),
        "{}",
        reader.page
    );
    // A decision leads on within the page.
    let work = format!("/duyet/{}?page=2", ids[50]);
    assert!(
        reader.page.contains(&format!("action=\"{work}\"")),
        "{}",
        reader.page
    );
    let next = reader.field("next");
    let decision = [
        ("decision", "return"),
        ("reason", "Thiếu"),
        ("next", next.as_str()),
    ];
    let decided = reader.post_form(&work, &decision);
    let following = format!("/duyet/{}?page=2", ids[51]);
    assert_eq!(
        (decided.status, decided.header("location")),
        (303, following.as_str())
    );
    reader.get("/duyet");
    assert_eq!(queue(&reader), ids[..50]);
    assert!(
        reader.page.contains("rel=\"next\" href=\"/duyet?page=2\""),
        "{}",
        reader.page
    );
}

#[test]
fn a_typed_reason_outlives_a_comparison_that_fails() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let id = submitted(&editor, "Đang chờ");
    let mut reader = Reader::signed_in(&archive, LOGIN);
    let work = format!("/duyet/{id}");
    reader.get(&work);
    let token = reader.field("csrf");
    // There is no such revision to compare with.
    let decision = [
        ("csrf", token.as_str()),
        ("revision", "999"),
        ("decision", "return"),
        ("reason", "Ghi thêm nơi chụp"),
    ];
    assert_eq!(reader.post(&work, &decision).status, 200);
    let page = &reader.page;
    assert!(
        page.contains("value=\"Ghi thêm nơi chụp\"") && page.contains("Tác phẩm đã thay đổi"),
        "{page}"
    );
}
