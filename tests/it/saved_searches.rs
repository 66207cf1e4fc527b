//! Searches under a name: who keeps them, who sees them, and their feeds.

use std::collections::BTreeSet;

use khochung::domain::access::Role;
use khochung::domain::asset::Revision;
use khochung::domain::{LanguageTag, SavedSearch, SavedSearchId, Sha256, Visibility};
use khochung::services::sharing::{NewSearch, SavedSearchError, SavedSearches};
use khochung::services::works::IdempotentRequest;
use khochung::storage::catalog::{ChangeSet, Write};
use serde_json::{Value, json};

use crate::archive::{Archive as Services, MORNING, contributor, holder};
use crate::support::atom::{feed, read};
use crate::support::{Answer, Archive, Client};

const SEARCHES: &str = "/api/v1/searches";

fn wanted(visibility: &str) -> Value {
    json!({
        "titles": { "vi": "Chung <của> phòng", "en": "Ours & theirs" },
        "query": { "q": "chung", "kind": "article,interview" },
        "visibility": visibility,
    })
}

/// Saves a search and gives its path.
fn saved(keeper: &Client, visibility: &str) -> String {
    let made = keeper.post_json(SEARCHES, &wanted(visibility));
    assert_eq!(made.status, 201, "{}", made.text());
    format!("{SEARCHES}/{}", made.json()["id"].as_str().unwrap())
}

fn delete(client: &Client, path: &str, etag: &str) -> Answer {
    client.send("DELETE", path, &[("if-match", etag)], &[])
}

fn listed(client: &Client) -> Vec<String> {
    let items = client.get(SEARCHES).json()["items"].clone();
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| format!("{SEARCHES}/{}", item["id"].as_str().unwrap()))
        .collect()
}

fn publish(editor: &Client, title: &str, access: &str) {
    let line = json!({
        "titles": { "vi": title },
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Nội dung của bài.",
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "access": access,
        "state": "published",
    });
    let kind = [("content-type", "application/x-ndjson")];
    let line = format!("{line}\n");
    let answer = editor.send("POST", "/api/v1/imports", &kind, line.as_bytes());
    assert_eq!(answer.json()["outcome"], "created", "{}", answer.text());
    let event = editor.get("/api/v1/changes?after=0&limit=200").json()["next"].clone();
    let found = editor.get(&format!("/api/v1/search?event={event}")).json();
    assert_eq!(found["stale"], false);
}

#[test]
fn a_search_is_saved_read_followed_and_deleted() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    publish(&editor, "Chung một", "public");
    let keeper = archive.holder_of("editor", Some("dic"));
    let made = keeper.post_json(SEARCHES, &wanted("public"));
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    let view = made.json();
    let base = archive.base();
    let id = view["id"].as_str().unwrap();
    let path = format!("{SEARCHES}/{id}");
    assert_eq!(made.header("location"), format!("{base}{path}"));
    for (name, expected) in [
        ("titles", wanted("public")["titles"].clone()),
        ("query", wanted("public")["query"].clone()),
        ("visibility", json!("public")),
        ("revision", json!(1)),
        ("organisation", json!("dic")),
        ("feed", json!(format!("{base}{path}/feed"))),
        (
            "results",
            json!(format!(
                "{base}/api/v1/search?kind=article,interview&q=chung"
            )),
        ),
    ] {
        assert_eq!(view[name], expected, "{name}");
    }
    let anybody = archive.anybody();
    assert_eq!(anybody.get(&path).json(), view);
    assert_eq!(listed(&anybody), [path.as_str()]);
    let known = anybody.send("GET", &path, &[("if-none-match", "\"1\"")], &[]);
    assert_eq!(known.status, 304);
    let vietnamese = feed(&anybody, &format!("{path}/feed"));
    assert_eq!(vietnamese.id, format!("urn:uuid:{id}"));
    assert_eq!(vietnamese.title, "Chung <của> phòng");
    assert_eq!(vietnamese.titles(), ["Chung một"]);
    // The label of `dic` in schema/vocabularies: who keeps the search.
    assert_eq!(vietnamese.author, "Sở Thông tin và Truyền thông");
    let english = feed(&anybody, &format!("{path}/feed?lang=en"));
    assert_eq!(
        (english.title.as_str(), english.id),
        ("Ours & theirs", vietnamese.id)
    );

    assert_eq!(keeper.send("DELETE", &path, &[], &[]).status, 428);
    let stale = delete(&keeper, &path, "\"2\"");
    assert_eq!(
        (stale.status, stale.json()["current_revision"].as_u64()),
        (412, Some(1))
    );
    assert_eq!(delete(&keeper, &path, "\"1\"").status, 204);
    for gone in [path.clone(), format!("{path}/feed")] {
        assert_eq!(anybody.get(&gone).status, 404);
    }
    assert_eq!(delete(&keeper, &path, "\"1\"").status, 404);
    assert!(listed(&keeper).is_empty());
}

#[test]
fn a_private_search_does_not_exist_for_others() {
    let archive = Archive::start();
    let keeper = archive.holder("contributor");
    let path = saved(&keeper, "private");
    let unknown = format!("{SEARCHES}/0190a000-0000-7000-8000-000000000001");
    for stranger in [
        archive.anybody(),
        archive.holder_of("contributor", Some("provincial-police")),
        archive.holder_of("station", Some("dic")),
        archive.holder("partner"),
        archive.holder("editor"),
    ] {
        for suffix in ["", "/feed", "/feed?after=x"] {
            let hidden = stranger.get(&format!("{path}{suffix}"));
            let absent = stranger.get(&format!("{unknown}{suffix}"));
            assert_eq!((hidden.status, absent.status), (404, 404), "{suffix}");
            for name in ["type", "title", "detail"] {
                assert_eq!(hidden.json()[name], absent.json()[name]);
            }
        }
        assert!(listed(&stranger).is_empty());
        if stranger.token().is_some() {
            assert_eq!(delete(&stranger, &path, "\"1\"").status, 404);
        }
    }
    // The next token of the same role and body keeps it too.
    let colleague = archive.holder("contributor");
    assert_eq!(listed(&colleague), [path.as_str()]);
    assert_eq!(colleague.get(&format!("{path}/feed")).status, 200);
    assert_eq!(archive.holder("admin").get(&path).status, 200);
    assert_eq!(delete(&colleague, &path, "\"1\"").status, 204);
}

#[test]
fn the_feed_of_a_public_search_is_the_same_for_everybody() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    publish(&editor, "Chung cho mọi người", "public");
    publish(&editor, "Chung cho đối tác", "partner");
    let partner = archive.holder("partner");
    let public = format!("{}/feed", saved(&editor, "public"));
    let for_anybody = archive.anybody().get(&public);
    assert_eq!(read(&for_anybody).titles(), ["Chung cho mọi người"]);
    for reader in [&partner, &editor] {
        let answer = reader.get(&public);
        assert_eq!(answer.body, for_anybody.body);
        assert_eq!(answer.header("cache-control"), "public, no-cache");
    }
    let private = format!("{}/feed", saved(&partner, "private"));
    let answer = partner.get(&private);
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(
        read(&answer).titles(),
        ["Chung cho đối tác", "Chung cho mọi người"]
    );
}

#[test]
fn a_search_is_published_by_editors() {
    let archive = Archive::start();
    for role in ["contributor", "partner", "station"] {
        let refused = archive.holder(role).post_json(SEARCHES, &wanted("public"));
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, "forbidden"),
            "{role}"
        );
        let kept = archive.holder(role).post_json(SEARCHES, &wanted("private"));
        assert_eq!(kept.status, 201, "{role}");
    }
}

#[test]
fn stations_without_a_body_keep_searches_apart() {
    let archive = Archive::start();
    let (one, other) = (archive.holder("station"), archive.holder("station"));
    let path = saved(&one, "private");
    assert_eq!(listed(&one), [path.as_str()]);
    assert!(listed(&other).is_empty());
    assert_eq!(other.get(&path).status, 404);
    assert_eq!(delete(&other, &path, "\"1\"").status, 404);
    assert_eq!(delete(&one, &path, "\"1\"").status, 204);
}

#[test]
fn who_may_only_read_it_may_not_delete_it() {
    let archive = Archive::start();
    let path = saved(&archive.holder_of("editor", Some("dic")), "public");
    let anybody = delete(&archive.anybody(), &path, "\"1\"");
    assert_eq!(anybody.status, 401);
    let other = delete(&archive.holder("contributor"), &path, "\"1\"");
    assert_eq!((other.status, other.problem().as_str()), (403, "forbidden"));
    // Editors answer for what is public.
    assert_eq!(
        delete(&archive.holder("editor"), &path, "\"1\"").status,
        204
    );
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let archive = Archive::start();
    let keeper = archive.holder("partner");
    let refused = keeper.post_json(
        SEARCHES,
        &json!({
            "titles": { "vi": " ", "tiếng": "x", "en": "a\u{202E}b" },
            "query": {
                "q": "chung", "colour": "red", "after": "AAAA", "event": "1",
                "limit": "0", "made_from": "12/5/2024", "year": 2024, "sort": "title",
            },
            "visibility": "secret",
            "owner": "me",
        }),
    );
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "invalid")
    );
    let mut actual: Vec<String> = refused.json()["errors"]
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
    actual.sort_unstable();
    assert_eq!(
        actual,
        [
            "/owner unknown-property",
            "/query/after unknown-property",
            "/query/colour unknown-property",
            "/query/event unknown-property",
            "/query/limit malformed",
            "/query/made_from malformed",
            "/query/year wrong-type",
            "/titles/en forbidden-characters",
            "/titles/tiếng invalid-language-tag",
            "/visibility not-one-of",
        ]
    );
    let bare = keeper.post_json(SEARCHES, &json!({}));
    let errors = bare.json()["errors"].clone();
    let pointers: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["pointer"])
        .collect();
    assert_eq!(pointers, [&json!("/titles"), &json!("/query")]);
    assert!(listed(&keeper).is_empty());
    let anybody = archive.anybody().post_json(SEARCHES, &wanted("public"));
    assert_eq!(anybody.status, 401);
}

#[test]
fn the_same_request_saves_one_search() {
    let archive = Archive::start();
    let keeper = archive.holder_of("editor", Some("dic"));
    let send = |path: &str, body: &Value, key: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        keeper.send("POST", path, &headers, body.to_string().as_bytes())
    };
    let first = send(SEARCHES, &wanted("private"), "k1");
    let again = send(SEARCHES, &wanted("private"), "k1");
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    assert_eq!(listed(&keeper).len(), 1);
    let work = json!({ "titles": { "vi": "Một" } });
    for (path, body, key) in [
        (SEARCHES, &wanted("public"), "k1"),
        ("/api/v1/assets", &work, "k1"),
    ] {
        let reused = send(path, body, key);
        assert_eq!(
            (reused.status, reused.problem().as_str()),
            (422, "key-reused")
        );
    }
    assert_eq!(send("/api/v1/assets", &work, "k2").status, 201);
    assert_eq!(
        send(SEARCHES, &wanted("public"), "k2").problem(),
        "key-reused"
    );
}

#[test]
fn they_are_listed_a_page_at_a_time_without_those_of_others() {
    let archive = Archive::start();
    let keeper = archive.holder_of("editor", Some("dic"));
    let other = archive.holder("partner");
    let mut expected = Vec::new();
    for n in 0..5 {
        saved(&other, "private");
        expected.push(saved(
            &keeper,
            if n % 2 == 0 { "private" } else { "public" },
        ));
    }
    saved(&other, "private");
    let mut path = format!("{SEARCHES}?limit=2");
    let mut found = Vec::new();
    loop {
        let page = keeper.get(&path);
        let items = page.json()["items"].clone();
        let items = items.as_array().unwrap().iter();
        found.extend(items.map(|item| format!("{SEARCHES}/{}", item["id"].as_str().unwrap())));
        // The cursor is a search that was shown.
        let json = page.json();
        if let Some(next) = json["next"].as_str() {
            assert!(found.last().unwrap().ends_with(next));
        }
        let link = page.header("link").to_owned();
        if link.is_empty() {
            break;
        }
        let address = link.strip_prefix('<').unwrap().split('>').next().unwrap();
        path = address.strip_prefix(archive.base()).unwrap().to_owned();
        assert!(found.len() < 10, "pages come to an end");
    }
    assert_eq!(found, expected);
    assert_eq!(
        archive.anybody().get("/api/v1/searches?after=x").status,
        400
    );
}

#[test]
fn what_was_saved_survives_a_power_cut() {
    let archive = Archive::start();
    let made = archive
        .holder("editor")
        .post_json(SEARCHES, &wanted("public"));
    let path = format!("{SEARCHES}/{}", made.json()["id"].as_str().unwrap());
    let archive = Archive::start_in(archive.kill(), &[]);
    let found = archive.anybody().get(&path).json();
    for name in ["id", "titles", "query", "visibility", "created_at"] {
        assert_eq!(found[name], made.json()[name], "{name}");
    }
}

#[tokio::test]
async fn a_body_keeps_so_many_and_others_are_not_hindered() {
    let services = Services::new();
    let searches = SavedSearches::new(services.catalog.clone(), services.clock.clone());
    let title = (LanguageTag::parse("vi").unwrap(), "Chung".to_owned());
    let mut changes = ChangeSet::by(&contributor(), MORNING);
    for number in 0..500_u128 {
        changes = changes.write(Write::Search(SavedSearch {
            id: SavedSearchId::from_bytes(number.to_be_bytes()),
            revision: Revision::FIRST,
            titles: [title.clone()].into_iter().collect(),
            parameters: [("q".to_owned(), "chung".to_owned())].into(),
            visibility: Visibility::Private,
            role: Role::Contributor,
            organisation: contributor().organisation().cloned(),
            credential: None,
            created_at: MORNING,
        }));
    }
    services.catalog.commit(changes).await.unwrap();
    let one_more = || NewSearch {
        titles: [title.clone()].into_iter().collect(),
        ..NewSearch::default()
    };
    let key = IdempotentRequest {
        key: "last".to_owned(),
        request: Sha256::from_bytes([1; 32]),
    };
    let id = SavedSearchId::from_bytes(0_u128.to_be_bytes());
    searches
        .delete(&contributor(), id, Revision::FIRST)
        .await
        .unwrap();
    let owner = contributor();
    let last = (0..8).map(|_| searches.create(&owner, one_more(), Some(&key)));
    let last = futures_util::future::join_all(last).await;
    let last: BTreeSet<_> = last
        .into_iter()
        .map(|made| made.unwrap().result.id)
        .collect();
    assert_eq!(
        last.len(),
        1,
        "the last free place goes to one of equal requests"
    );

    let refused = searches.create(&contributor(), one_more(), None).await;
    assert!(
        matches!(refused, Err(SavedSearchError::TooMany)),
        "{refused:?}"
    );
    let elsewhere = holder("c2", Role::Contributor, Some("provincial-police"));
    searches.create(&elsewhere, one_more(), None).await.unwrap();
}
