//! Who may do what: each role against each kind of address, and tokens that are not valid.

use serde_json::json;

use crate::support::{Archive, Client};

/// Method, path, body, and who is let in: the others get 401 without a token, 403 with one.
const GUARDED: [(&str, &str, &[&str]); 17] = [
    ("GET", "/api/v1/tokens", &["admin"]),
    ("POST", "/api/v1/tokens", &["admin"]),
    ("DELETE", "/api/v1/tokens/x", &["admin"]),
    ("GET", "/api/v1/jobs", &["admin"]),
    ("POST", "/api/v1/jobs/1/attempts", &["admin"]),
    (
        "POST",
        "/api/v1/assets",
        &["admin", "editor", "contributor"],
    ),
    (
        "POST",
        "/api/v1/imports",
        &["admin", "editor", "contributor"],
    ),
    (
        "PATCH",
        "/api/v1/assets/ID",
        &["admin", "editor", "contributor"],
    ),
    (
        "DELETE",
        "/api/v1/assets/ID",
        &["admin", "editor", "contributor"],
    ),
    (
        "PUT",
        "/api/v1/assets/ID/submission",
        &["admin", "editor", "contributor"],
    ),
    ("PUT", "/api/v1/assets/ID/publication", &["admin", "editor"]),
    ("PUT", "/api/v1/assets/ID/withdrawal", &["admin", "editor"]),
    ("PUT", "/api/v1/assets/ID/acceptance", &["admin", "editor"]),
    ("PUT", "/api/v1/assets/ID/correction", &["admin", "editor"]),
    (
        "PUT",
        "/api/v1/assets/ID/return",
        &["admin", "editor", "reviewer"],
    ),
    (
        "PUT",
        "/api/v1/assets/ID/approval",
        &["admin", "editor", "reviewer"],
    ),
    (
        "GET",
        "/api/v1/assets/ID/checklist",
        &["admin", "editor", "reviewer", "contributor", "inspector"],
    ),
];

#[test]
fn every_role_gets_exactly_what_is_its() {
    let archive = Archive::start();
    let roles = [
        "admin",
        "editor",
        "reviewer",
        "contributor",
        "station",
        "partner",
        "inspector",
    ];
    let clients: Vec<(&str, Client)> = roles
        .iter()
        .map(|role| (*role, archive.holder(role)))
        .collect();
    let unknown = "01900000-0000-7000-8000-000000000000";
    for (method, path, let_in) in GUARDED {
        let path = path.replace("ID", unknown);
        let answer = archive.anybody().send(method, &path, &[], &[]);
        assert_eq!(answer.status, 401, "anybody: {method} {path}");
        for (role, client) in &clients {
            let status = client.send(method, &path, &[], &[]).status;
            let is_let_in = !matches!(status, 401 | 403);
            assert_eq!(
                is_let_in,
                let_in.contains(role),
                "{role}: {method} {path}: {status}"
            );
        }
    }
}

#[test]
fn tokens_that_are_not_valid_open_nothing_not_even_what_is_open() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    for path in ["/api/v1/assets", "/api/v1/tokens"] {
        for secret in ["nonsense", "kc_unknown", "kc_"] {
            let answer = anybody.with_token(secret).get(path);
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (401, "invalid-token")
            );
            assert!(
                answer
                    .header("www-authenticate")
                    .contains("error=\"invalid_token\"")
            );
        }
        let basic = [("authorization", "Basic YTpi")];
        let answer = anybody.send("GET", path, &basic, &[]);
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (401, "invalid-token")
        );
    }
}

#[test]
fn a_revoked_token_ends_at_once_and_lists_show_no_secrets() {
    let archive = Archive::start();
    let operator = archive.operator();
    let wanted = json!({ "role": "editor", "label": "bàn biên tập" });
    let made = operator.post_json("/api/v1/tokens", &wanted);
    assert_eq!(made.status, 201);
    assert_eq!(made.header("cache-control"), "no-store");
    let (id, secret) = (made.json()["id"].clone(), made.json()["secret"].clone());
    let (id, secret) = (id.as_str().unwrap(), secret.as_str().unwrap());
    let holder = archive.anybody().with_token(secret);
    assert_eq!(holder.get("/api/v1/assets").status, 200);
    assert!(!operator.get("/api/v1/tokens").text().contains(secret));
    let revoked = operator.send("DELETE", &format!("/api/v1/tokens/{id}"), &[], &[]);
    assert_eq!(revoked.status, 204);
    assert_eq!(holder.get("/api/v1/assets").status, 401);
    let listed = operator.get("/api/v1/tokens").json();
    let listed = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["id"] == id)
        .unwrap()
        .clone();
    assert_eq!(listed["label"], "bàn biên tập");
    assert!(listed["revoked_at"].is_string());
}

#[test]
fn a_token_that_cannot_be_is_refused_with_every_reason() {
    let archive = Archive::start();
    let wanted = json!({
        "role": "king", "organisation": "Ủy ban", "expires_at": "tomorrow", "colour": "red",
    });
    let answer = archive.operator().post_json("/api/v1/tokens", &wanted);
    assert_eq!(answer.status, 422);
    let errors = answer.json()["errors"].as_array().unwrap().len();
    assert_eq!(errors, 4, "{}", answer.text());
    let homeless = json!({ "role": "contributor" });
    let answer = archive.operator().post_json("/api/v1/tokens", &homeless);
    assert_eq!(answer.json()["errors"][0]["pointer"], "/organisation");
}

#[test]
fn contributors_keep_to_their_own_body_and_drafts_stay_hidden() {
    let archive = Archive::start();
    let own = archive.holder_of("contributor", Some("dic"));
    let other = archive.holder_of("contributor", Some("dofa"));
    let work = own.create(&json!({ "titles": { "vi": "Bản nháp" }, "kind": "article" }));
    assert_eq!(work["organisation"], "dic");
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    assert_eq!(own.get(&path).status, 200);
    assert_eq!(archive.holder("editor").get(&path).status, 200);
    for client in [other.clone(), archive.anybody(), archive.holder("partner")] {
        let answer = client.get(&path);
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (404, "not-found")
        );
    }
    let patched = other.patch(&path, "\"1\"", &json!({ "kind": "poster" }));
    assert_eq!(
        patched.status, 404,
        "what one may not know of cannot be changed"
    );
    let foreign = json!({ "titles": { "vi": "x" }, "organisation": "dic" });
    let answer = other.post_json("/api/v1/assets", &foreign);
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (403, "forbidden")
    );
}

#[test]
fn metrics_ask_for_their_token_when_one_is_set() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__METRICS_TOKEN", "m-7Yw")]);
    assert_eq!(archive.anybody().get("/metrics").status, 401);
    assert_eq!(
        archive.anybody().with_token("m-7Yx").get("/metrics").status,
        401
    );
    let answer = archive.anybody().with_token("m-7Yw").get("/metrics");
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("khochung_assets 0"));
}
