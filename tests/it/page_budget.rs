//! A page of works ends when their texts are long, and the next page goes on there.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::support::{Answer, Archive, Client, eventually};

const WORKS: usize = 7;
/// Fifty descriptions of 20,000 letters each: five works are the first that exceed 4 MiB.
const OF_FIRST_PAGE: usize = 5;

/// A work with a megabyte of descriptions.
fn long_work(number: usize) -> Value {
    let letters = ('a'..='z').map(|letter| format!("{letter}a"));
    let languages = letters.chain(('a'..='z').map(|letter| format!("{letter}b")));
    let text = "x".repeat(20_000);
    let descriptions: Map<String, Value> = languages
        .take(50)
        .map(|language| (language, json!(text)))
        .collect();
    json!({ "titles": { "vi": format!("Dài {number}") }, "descriptions": descriptions, "body": "chữ" })
}

fn archive_with_long_works() -> (Archive, Client, Vec<String>) {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let works = (0..WORKS).map(|number| editor.create(&long_work(number)));
    let ids = works.map(|work| work["id"].as_str().unwrap().to_owned());
    let ids = ids.collect();
    (archive, editor, ids)
}

fn ids_of(page: &Answer, pointer: &str) -> Vec<String> {
    let items = page.json()["items"].as_array().unwrap().clone();
    let ids = items
        .iter()
        .filter_map(|item| item.pointer(pointer)?.as_str().map(str::to_owned));
    ids.collect()
}

/// The address in the `Link` header, without the host.
fn next_page(archive: &Archive, page: &Answer) -> Option<String> {
    let link = page.headers.get("link")?.to_str().ok()?;
    let address = link.strip_prefix('<')?.split_once('>')?.0;
    Some(address.strip_prefix(archive.base())?.to_owned())
}

/// Follows the links from the first page on: five works, then two, each once.
fn check_pages(
    archive: &Archive,
    client: &Client,
    first: &str,
    pointer: &str,
    expected: &[String],
) {
    let mut address = Some(first.to_owned());
    let mut pages = Vec::new();
    while let Some(path) = address {
        let page = client.get(&path);
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.body.len() < 6_000_000, "{first}: {}", page.body.len());
        let ids = ids_of(&page, pointer);
        if !ids.is_empty() {
            pages.push(ids);
        }
        address = next_page(archive, &page);
    }
    let lengths: Vec<_> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [OF_FIRST_PAGE, WORKS - OF_FIRST_PAGE], "{first}");
    let found: BTreeSet<_> = pages.concat().into_iter().collect();
    assert_eq!(found, expected.iter().cloned().collect(), "{first}");
}

#[test]
fn every_list_of_works_ends_its_page_at_four_mebibytes_of_texts() {
    let (archive, editor, ids) = archive_with_long_works();
    let last_event = archive.operator().get("/readyz").json()["last_event"].clone();
    let listed = format!("/api/v1/assets?ids={}", ids.join(","));
    check_pages(&archive, &editor, "/api/v1/assets?limit=200", "/id", &ids);
    check_pages(&archive, &editor, &listed, "/id", &ids);
    let changes = "/api/v1/changes?after=0&limit=200&include=asset";
    check_pages(&archive, &editor, changes, "/record/id", &ids);
    for order in ["relevance", "title"] {
        let search = format!(
            "/api/v1/search?q=d%C3%A0i&limit=100&group=false&sort={order}&event={last_event}"
        );
        check_pages(&archive, &editor, &search, "/asset/id", &ids);
    }
}

#[test]
fn works_read_by_id_have_their_full_text_only_when_asked_for() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Một" }, "body": "chữ" }));
    let address = format!("/api/v1/assets?ids={}", work["id"].as_str().unwrap());
    let body = |path: &str| editor.get(path).json()["items"][0]["body"].clone();
    assert_eq!(body(&address), Value::Null);
    assert_eq!(body(&format!("{address}&include=body")), "chữ");
}

/// Texts of files are read for snippets up to 8 MiB a page: a page of long texts costs no more.
#[test]
fn only_the_first_hits_of_a_page_of_long_transcripts_show_them() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let line = "Mọi người sinh ra đều được tự do và bình đẳng.\n";
    let transcript = line.repeat((4 << 20) / line.len() + 1);
    for number in 0..3 {
        let title = format!("Tự do {number}");
        let work = editor.create(&json!({ "titles": { "vi": title } }));
        let path = format!("/api/v1/assets/{}/files", work["id"].as_str().unwrap());
        let path = format!("{path}?name={number}.txt&role=transcript");
        let kind = [("content-type", "text/plain")];
        let text = format!("{number}\n{transcript}");
        let attached = editor.send("POST", &path, &kind, text.as_bytes());
        assert_eq!(attached.status, 201, "{}", attached.text());
    }
    let event = editor.get("/readyz").json()["last_event"].clone();
    let search = format!("/api/v1/search?q=t%E1%BB%B1+do&state=draft&group=false&event={event}");
    let found = eventually("the transcripts are indexed", || {
        let found = editor.get(&search).json();
        (found["stale"] == false).then_some(found)
    });
    let hits = found["items"].as_array().unwrap();
    assert_eq!(hits.len(), 3);
    let shows_transcript = |hit: &&Value| {
        let mut snippets = hit["snippets"].as_array().unwrap().iter();
        snippets.any(|snippet| snippet["field"] == "transcript")
    };
    assert_eq!(hits.iter().filter(shows_transcript).count(), 2);
}
