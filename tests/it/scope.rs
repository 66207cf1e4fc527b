//! A body and those below it: whose works its tokens see and change.

use std::collections::BTreeSet;

use khochung::domain::Slug;
use khochung::storage::vocabulary;
use serde_json::{Value, json};

use super::support::{Archive, Client, path_of};

fn article(organisation: &str) -> Value {
    json!({
        "titles": { "vi": format!("Bài của {organisation}") },
        "kind": "article",
        "organisation": organisation,
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Một câu chung của mọi bài.",
        "credit_line": "Kho",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
    })
}

fn organisations(answer: &Value) -> BTreeSet<String> {
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|item| item.get("asset").unwrap_or(item))
        .map(|work| work["organisation"].as_str().unwrap().to_owned())
        .collect()
}

/// The organisations whose drafts a client finds: listed, and by search.
fn found_by(client: &Client, event: u64) -> [BTreeSet<String>; 2] {
    let listed = client.get("/api/v1/assets?state=draft").json();
    let searched = client.get(&format!(
        "/api/v1/search?q=m%E1%BB%99t+c%C3%A2u&event={event}"
    ));
    assert_eq!(searched.json()["stale"], false);
    [organisations(&listed), organisations(&searched.json())]
}

/// Dates and bodies as in `schema/vocabularies/organisation.json`.
#[test]
fn subordinates_are_those_of_a_day_and_those_that_ended_below() {
    let vocabularies = vocabulary::load(None).unwrap();
    for (organisation, day, expected) in [
        ("ppc", "2026-11-30", vec!["ppc-office", "provincial-portal"]),
        ("ppc-office", "2026-11-30", vec!["provincial-portal"]),
        ("provincial-portal", "2026-11-30", vec![]),
        ("dic", "2026-11-30", vec![]),
        (
            "mocst",
            "2025-03-01",
            vec!["grassroots-external-information"],
        ),
        ("mocst", "2025-02-28", vec![]),
    ] {
        let organisation = Slug::parse(organisation).unwrap();
        let below = vocabularies.subordinates(&organisation, &day.parse().unwrap());
        let below: Vec<&str> = below.iter().map(Slug::as_str).collect();
        assert_eq!(below, expected, "{organisation} {day}");
    }
    // The offices of districts ended with them in 2025; what they left is still looked after.
    let districts = Slug::parse("district-pc").unwrap();
    let below = vocabularies.subordinates(&districts, &"2026-11-30".parse().unwrap());
    assert_eq!(below.len(), 17);
}

#[test]
fn a_body_sees_and_changes_drafts_of_those_below_it() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let works: Vec<Value> = ["ppc", "ppc-office", "provincial-portal", "dic"]
        .iter()
        .map(|organisation| editor.create(&article(organisation)))
        .collect();
    let event = editor.get("/readyz").json()["last_event"].as_u64().unwrap();
    let all = ["ppc", "ppc-office", "provincial-portal", "dic"];
    for (role, organisation, expected) in [
        ("contributor", Some("ppc"), &all[..3]),
        ("contributor", Some("ppc-office"), &all[1..3]),
        ("contributor", Some("provincial-portal"), &all[2..3]),
        ("editor", Some("ppc"), &all[..3]),
        ("reviewer", Some("ppc-office"), &all[1..3]),
        ("inspector", Some("dic"), &all[3..]),
        ("reviewer", None, &all[..]),
        ("inspector", None, &all[..]),
        ("admin", Some("dic"), &all[..]),
        ("partner", Some("ppc"), &[]),
        ("station", Some("ppc"), &[]),
    ] {
        let client = archive.holder_of(role, organisation);
        let expected: BTreeSet<String> = expected.iter().map(|slug| (*slug).into()).collect();
        let [listed, searched] = found_by(&client, event);
        assert_eq!(listed, expected, "{role} {organisation:?}");
        assert_eq!(searched, expected, "{role} {organisation:?}");
        for work in &works {
            let is_seen = expected.contains(work["organisation"].as_str().unwrap());
            let status = if is_seen { 200 } else { 404 };
            let read = client.get(&path_of(work));
            assert_eq!(read.status, status, "{role} {organisation:?} {work}");
        }
    }
    let contributor = archive.holder_of("contributor", Some("ppc"));
    let path = path_of(&works[2]);
    let changed = contributor.patch(&path, "\"1\"", &json!({ "credit_line": "Cổng" }));
    assert_eq!(changed.status, 200, "{}", changed.text());
}

#[test]
fn an_editor_of_a_body_publishes_its_works_and_reads_those_of_others() {
    let archive = Archive::start();
    let (all, ppc) = (
        archive.holder("editor"),
        archive.holder_of("editor", Some("ppc")),
    );
    let publish = |client: &Client, work: &Value| {
        let path = format!("{}/publication", path_of(work));
        client.send("PUT", &path, &[("if-match", "\"1\"")], &[])
    };
    let below = ppc.create(&article("provincial-portal"));
    assert_eq!(publish(&ppc, &below).status, 200);
    // Neither theirs to take in, nor to know of, nor to change.
    let other = ppc.post_json("/api/v1/assets", &article("dic"));
    assert_eq!((other.status, other.problem().as_str()), (403, "forbidden"));
    let mut internal = article("dic");
    internal["access"] = "state-internal".into();
    let other = all.create(&internal);
    assert_eq!(publish(&ppc, &other).status, 404);
    assert_eq!(publish(&all, &other).status, 200);
    let path = path_of(&other);
    assert_eq!(ppc.get(&path).status, 200, "a state body reads it");
    let change = ppc.patch(&path, "\"2\"", &json!({ "credit_line": "Khác" }));
    assert_eq!(
        (change.status, change.problem().as_str()),
        (403, "forbidden")
    );
    let given_away = ppc.patch(&path_of(&below), "\"2\"", &json!({ "organisation": "dic" }));
    assert_eq!(given_away.status, 403);
}

#[test]
fn reviewers_and_inspectors_change_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&article("dic"));
    let path = path_of(&work);
    for role in ["reviewer", "inspector"] {
        let client = archive.holder(role);
        let read = client.get(&path);
        assert_eq!(read.status, 200);
        let etag = read.header("etag").to_owned();
        let made = client.post_json("/api/v1/assets", &article("dic"));
        let changed = client.patch(&path, &etag, &json!({ "credit_line": "Khác" }));
        let submitted = client.put_json(&format!("{path}/submission"), &etag, &json!({}));
        let published = client.put_json(&format!("{path}/publication"), &etag, &json!({}));
        let deleted = client.send("DELETE", &path, &[("if-match", &etag)], &[]);
        for refused in [made, changed, submitted, published, deleted] {
            assert_eq!(refused.status, 403, "{role}: {}", refused.text());
        }
    }
    let me = archive.holder("inspector").get("/api/v1/me").json();
    assert_eq!(me["role"], "inspector");
    let expected = json!(["read", "save-searches", "follow-up", "inspect", "audit"]);
    assert_eq!(me["permissions"], expected);
    let me = archive.holder("reviewer").get("/api/v1/me").json();
    let expected = json!(["read", "save-searches", "follow-up", "review"]);
    assert_eq!(me["permissions"], expected);
}
