//! What partner systems rely on: an entry, who they are, the same rule for parameters everywhere, reads
//! of many works, and reads from pages of other sites.

use serde_json::{Value, json};

use crate::support::{Archive, Client};

fn publishable(title: &str) -> Value {
    json!({
        "titles": {"vi": title}, "kind": "article", "body": "Trẻ em có quyền được học tập.",
        "organisation": "dic", "languages": ["vi"], "strand": "educate", "themes": ["international-law"],
        "credit_line": "Kho Chung", "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable", "access": "public"
    })
}

/// The id of a new published work.
fn publish(editor: &Client, title: &str) -> String {
    let id = editor.create(&publishable(title))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/assets/{id}/publication");
    let published = editor.send("PUT", &path, &[("if-match", "\"1\"")], &[]);
    assert_eq!(published.status, 200, "{}", published.text());
    id
}

#[test]
fn the_index_leads_to_resources_that_exist() {
    let archive = Archive::start();
    let index = archive.anybody().get("/api/v1").json();
    for (name, address) in index["links"].as_object().unwrap() {
        let path = address
            .as_str()
            .unwrap()
            .strip_prefix(archive.base())
            .unwrap();
        assert_eq!(archive.anybody().get(path).status, 200, "{name}");
    }
}

#[test]
fn callers_learn_their_role_permissions_and_limits() {
    let archive = Archive::start();
    for (client, role, permissions) in [
        (archive.anybody(), "anonymous", json!(["read"])),
        (
            archive.holder("partner"),
            "partner",
            json!(["read", "save-searches"]),
        ),
        (
            archive.holder("contributor"),
            "contributor",
            json!(["read", "save-searches", "follow-up", "deposit"]),
        ),
        (
            archive.holder("editor"),
            "editor",
            json!([
                "read",
                "save-searches",
                "follow-up",
                "deposit",
                "review",
                "curate",
                "inspect"
            ]),
        ),
    ] {
        let me = client.get("/api/v1/me").json();
        assert_eq!(
            (&me["role"], &me["permissions"]),
            (&json!(role), &permissions)
        );
        assert_eq!(me["limits"]["max_page_entries"], 200);
    }
    let me = archive.holder("contributor").get("/api/v1/me").json();
    assert_eq!(me["organisation"], "dic");
}

#[test]
fn unknown_parameters_are_refused_and_tracking_parameters_ignored_everywhere() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    for path in [
        "/api/v1",
        "/api/v1/me",
        "/api/v1/assets",
        "/api/v1/changes",
        "/api/v1/search",
        "/api/v1/search/feed",
        "/api/v1/searches",
        "/api/v1/vocabularies",
        "/api/v1/vocabularies/theme",
        "/api/openapi.json",
        "/healthz",
    ] {
        let refused = anybody.get(&format!("{path}?colour=red"));
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (400, "invalid-parameter"),
            "{path}"
        );
        assert_eq!(refused.json()["parameter"], "colour", "{path}");
        let tracked = anybody.get(&format!("{path}?utm_source=x&fbclid=y"));
        assert_eq!(tracked.status, 200, "{path}");
    }
}

#[test]
fn a_refused_value_comes_with_the_allowed_ones() {
    let archive = Archive::start();
    for (path, allowed) in [
        (
            "/api/v1/assets?state=lost",
            "draft, submitted, returned, accepted, published, withdrawn",
        ),
        ("/api/v1/assets?limit=201", "1–200"),
        ("/api/v1/changes?limit=0", "1–200"),
        ("/api/v1/search?limit=101", "1–100"),
        // Numbers are described as signed, as every language has them.
        (
            "/api/v1/search?min_duration_ms=9223372036854775808",
            "0–9223372036854775807",
        ),
        (
            "/api/v1/search?min_image_side_px=2147483648",
            "0–2147483647",
        ),
        ("/api/v1/search?lang=km", "vi, en"),
        ("/api/v1/search?expand=all", "none, narrower, succession"),
        ("/api/v1/search?group=maybe", "true, false"),
        ("/api/v1/suggest?q=a&limit=51", "1–50"),
        ("/api/v1/suggest?q=a&lang=km", "vi, en"),
        ("/api/v1/vocabularies?format=xml", "json, jsonld"),
    ] {
        let refused = archive.anybody().get(path);
        assert_eq!(refused.status, 400, "{path}");
        assert_eq!(refused.json()["allowed"], allowed, "{path}");
        assert!(
            refused.json()["detail"].as_str().unwrap().contains(allowed),
            "{path}"
        );
    }
}

#[test]
fn many_works_are_read_at_once_without_those_that_are_hidden() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (first, second) = (publish(&editor, "Một"), publish(&editor, "Hai"));
    let draft = editor.create(&publishable("Ba"))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/assets?ids={second},{draft},{first}");
    let ids = |client: &Client| -> Vec<String> {
        let list = client.get(&path).json();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|work| work["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&archive.anybody()), [second.clone(), first.clone()]);
    assert_eq!(ids(&editor), [second, draft, first.clone()]);
    let refused = archive
        .anybody()
        .get(&format!("/api/v1/assets?ids={first}&limit=1"));
    assert_eq!(
        (refused.status, &refused.json()["parameter"]),
        (400, &json!("limit"))
    );
}

#[test]
fn the_change_feed_can_include_the_works() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let id = publish(&editor, "Quyền trẻ em");
    let feed = archive
        .anybody()
        .get("/api/v1/changes?include=asset")
        .json();
    let last = feed["items"].as_array().unwrap().last().unwrap();
    assert_eq!(last["record"]["titles"]["vi"], "Quyền trẻ em");
    assert!(last["record"]["body"].is_null(), "full texts are left out");
    let removed = editor.send(
        "DELETE",
        &format!("/api/v1/assets/{id}"),
        &[("if-match", "\"2\"")],
        &[],
    );
    assert_eq!(removed.status, 204);
    let feed = archive
        .anybody()
        .get("/api/v1/changes?include=asset")
        .json();
    for change in feed["items"].as_array().unwrap() {
        assert_eq!(
            (&change["state"], change.get("record")),
            (&json!("gone"), None)
        );
    }
}

#[test]
fn works_are_listed_by_the_moment_of_their_publication() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let id = publish(&editor, "Một");
    editor.create(&publishable("chưa công bố"));
    let published_at = editor.get(&format!("/api/v1/assets/{id}")).json()["published_at"].clone();
    let moment = published_at.as_str().unwrap().replace('+', "%2B");
    let count = |query: &str| {
        let list = editor.get(&format!("/api/v1/assets?{query}")).json();
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(count(&format!("published_from={moment}")), 1);
    assert_eq!(count(&format!("published_before={moment}")), 0);
    assert_eq!(
        count("published_from=2000-01-01T00:00:00Z&published_before=2000-01-02T00:00:00Z"),
        0
    );
}

#[test]
fn pages_of_other_sites_may_read_but_not_write() {
    let archive = Archive::start();
    let origin = ("origin", "https://portal.example.vn");
    let read = archive
        .anybody()
        .send("GET", "/api/v1/search", &[origin], &[]);
    assert_eq!(read.header("access-control-allow-origin"), "*");
    assert!(
        read.header("access-control-expose-headers")
            .contains("Link")
    );
    let headers = [origin, ("access-control-request-method", "GET")];
    let preflight = archive
        .anybody()
        .send("OPTIONS", "/api/v1/search", &headers, &[]);
    assert_eq!(
        (
            preflight.status,
            preflight.header("access-control-allow-methods")
        ),
        (204, "GET, HEAD")
    );
    let allowed = preflight
        .header("access-control-allow-headers")
        .to_lowercase();
    assert!(
        !allowed.contains("authorization"),
        "a token stays in its page"
    );
    let written = archive
        .anybody()
        .send("POST", "/api/v1/assets", &[origin], &[]);
    assert_eq!(written.header("access-control-allow-origin"), "");
}
