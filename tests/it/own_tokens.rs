//! Tokens of accounts, narrowed tokens and rotation, over HTTP.

use serde_json::{Value, json};

use crate::archive::complete_work_but;
use crate::sign_in::{LOGIN, PASSWORD, archive_with};
use crate::support::browser::Browser;
use crate::support::{Archive, Client};

fn signed_in(archive: &Archive) -> Browser {
    Browser::signed_in(archive.anybody(), LOGIN, PASSWORD)
}

/// A new token of the account: its id and a client with it.
fn own_token(archive: &Archive, browser: &mut Browser, more: &Value) -> (String, Client) {
    let mut body = json!({ "label": "máy quét" });
    json_patch::merge(&mut body, more);
    let made = browser.send("POST", "/api/v1/account/tokens", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.json();
    let secret = made["secret"].as_str().unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    (id, archive.anybody().with_token(secret))
}

#[test]
fn a_token_of_an_account_acts_as_the_account() {
    let archive = archive_with("editor");
    let mut browser = signed_in(&archive);
    let (id, client) = own_token(&archive, &mut browser, &json!({}));
    let (by_token, by_session) = (client.get("/api/v1/me").json(), browser.get("/api/v1/me"));
    assert_eq!(by_token, by_session.json());
    assert_eq!(by_token["account"]["login"], LOGIN);
    assert_eq!(by_token["role"], "editor");
    assert_eq!(by_token["scopes"], Value::Null);

    // Who approved first with a token does not approve second with the browser.
    let work = complete_work_but(&json!({
        "minors_shown": true, "people_shown": "minor-with-guardian-consent"
    }));
    let made = client.post_json("/api/v1/assets", &work).json();
    let path = format!("/api/v1/assets/{}", made["id"].as_str().unwrap());
    let put = |path: String, etag: &str| client.put_json(&path, etag, &json!({}));
    let submitted = put(format!("{path}/submission"), "\"1\"");
    let accepted = put(format!("{path}/acceptance"), submitted.header("etag"));
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    let etag = accepted.header("etag");
    let approval = format!("{path}/approval");
    let approved = browser.send_with("PUT", &approval, &json!({}), &[("if-match", etag)]);
    assert_eq!(approved.status, 422, "{}", approved.text());
    assert_eq!(approved.json()["errors"][0]["rule"], "same-approver");

    let listed = browser.get("/api/v1/account/tokens").json();
    assert_eq!(listed["items"][0]["id"], id);
    assert_eq!(listed["items"][0]["label"], "máy quét");
    let gone = browser.send(
        "DELETE",
        &format!("/api/v1/account/tokens/{id}"),
        &Value::Null,
    );
    assert_eq!(gone.status, 204);
    assert_eq!(client.get("/api/v1/me").status, 401);
}

#[test]
fn it_ends_with_the_role_the_reset_and_the_account() {
    let archive = archive_with("editor");
    let operator = archive.operator();
    let account = operator.get("/api/v1/accounts").json()["items"][0].clone();
    let path = format!("/api/v1/accounts/{}", account["id"].as_str().unwrap());
    let mut browser = signed_in(&archive);
    let (_, client) = own_token(&archive, &mut browser, &json!({}));
    assert_eq!(client.get("/api/v1/me").json()["role"], "editor");
    let etag = operator.get(&path).header("etag").to_owned();
    let patch = json!({ "role": "inspector" });
    let headers = [
        ("content-type", "application/json"),
        ("if-match", etag.as_str()),
    ];
    let changed = operator.send("PATCH", &path, &headers, patch.to_string().as_bytes());
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(client.get("/api/v1/me").status, 401);

    let mut browser = signed_in(&archive);
    let (_, client) = own_token(&archive, &mut browser, &json!({}));
    assert_eq!(client.get("/api/v1/me").json()["role"], "inspector");
    let closed = operator.post_json(&format!("{path}/close"), &json!({}));
    assert_eq!(closed.status, 200, "{}", closed.text());
    assert_eq!(client.get("/api/v1/me").status, 401);
}

#[test]
fn others_neither_see_nor_touch_it() {
    let archive = archive_with("editor");
    let mut browser = signed_in(&archive);
    let (id, client) = own_token(&archive, &mut browser, &json!({}));
    // A token is no session: it makes and lists none.
    for (method, path) in [
        ("GET", "/api/v1/account/tokens".to_owned()),
        ("POST", "/api/v1/account/tokens".to_owned()),
        ("POST", format!("/api/v1/account/tokens/{id}/rotation")),
        ("DELETE", format!("/api/v1/account/tokens/{id}")),
    ] {
        let headers = [("content-type", "application/json")];
        let answer = client.send(method, &path, &headers, b"{}");
        assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text());
    }
    // A token of a service is not one of the account.
    let service = archive
        .operator()
        .post_json("/api/v1/tokens", &json!({ "role": "partner" }));
    let other = service.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/account/tokens/{other}");
    assert_eq!(browser.send("DELETE", &path, &Value::Null).status, 404);
    let rotation = browser.send("POST", &format!("{path}/rotation"), &json!({}));
    assert_eq!(rotation.status, 404);
    // Administrators see both, and whose they are.
    let listed = archive.operator().get("/api/v1/tokens").json();
    let of_account = |item: &&Value| item["account"].is_string();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(of_account).count(), 1);
    assert_eq!(items.len(), 2);
}

#[test]
fn it_expires_within_a_year_and_has_no_more_than_the_role() {
    let archive = archive_with("contributor");
    let mut browser = signed_in(&archive);
    let mut refused = |more: Value| -> Value {
        let mut body = json!({ "label": "x" });
        json_patch::merge(&mut body, &more);
        let answer = browser.send("POST", "/api/v1/account/tokens", &body);
        assert_eq!(answer.status, 422, "{}", answer.text());
        answer.json()["errors"][0].clone()
    };
    let far = refused(json!({ "expires_at": "2999-01-01T00:00:00+07:00" }));
    assert_eq!(
        (&far["pointer"], &far["rule"]),
        (&json!("/expires_at"), &json!("too-far-away"))
    );
    let more = refused(json!({ "scopes": ["curate"] }));
    assert_eq!(
        (&more["pointer"], &more["rule"]),
        (&json!("/scopes"), &json!("beyond-role"))
    );
    let unknown = refused(json!({ "scopes": ["read", "fly"] }));
    assert_eq!(
        (&unknown["pointer"], &unknown["rule"]),
        (&json!("/scopes/1"), &json!("not-one-of"))
    );
    assert_eq!(refused(json!({ "scopes": [] }))["rule"], "required");
    for _ in 0..20 {
        own_token(&archive, &mut browser, &json!({}));
    }
    let body = json!({ "label": "x" });
    let answer = browser.send("POST", "/api/v1/account/tokens", &body);
    assert_eq!((answer.status, &answer.json()["limit"]), (409, &json!(20)));
}

#[test]
fn a_narrowed_token_does_what_it_is_for() {
    let archive = Archive::start();
    let operator = archive.operator();
    let wanted = json!({ "role": "editor", "scopes": ["deposit"] });
    let made = operator.post_json("/api/v1/tokens", &wanted);
    assert_eq!(made.json()["scopes"], json!(["read", "deposit"]));
    let client = archive
        .anybody()
        .with_token(made.json()["secret"].as_str().unwrap());
    let me = client.get("/api/v1/me").json();
    assert_eq!(me["scopes"], json!(["read", "deposit"]));
    assert_eq!(me["permissions"], json!(["read", "deposit"]));
    let work = json!({ "titles": { "vi": "Nháp" }, "body": "x", "reuse_terms": "cc-by-4.0" });
    let work = client.post_json("/api/v1/assets", &work);
    assert_eq!(work.status, 201);
    let id = work.json()["id"].clone();
    let path = format!("/api/v1/assets/{}", id.as_str().unwrap());
    let refused = client.put_json(&format!("{path}/publication"), "\"1\"", &json!({}));
    assert_eq!(refused.status, 403, "{}", refused.text());
    // Nor by way of a job, which does not know the token.
    let body = json!({ "act": "publish", "works": [id.clone()] });
    let refused = client.post_json("/api/v1/bulk", &body);
    assert!(matches!(refused.status, 403 | 422), "{}", refused.text());
    assert_eq!(client.get(&path).json()["state"], "draft");
    assert_eq!(client.get("/api/v1/tokens").status, 403);
}

#[test]
fn a_secret_is_replaced_without_a_gap() {
    let archive = Archive::start();
    let operator = archive.operator();
    let made = operator
        .post_json("/api/v1/tokens", &json!({ "role": "partner" }))
        .json();
    let id = made["id"].as_str().unwrap();
    let old = archive
        .anybody()
        .with_token(made["secret"].as_str().unwrap());
    let path = format!("/api/v1/tokens/{id}/rotation");
    let rotated = operator.post_json(&path, &json!({ "overlap_hours": 48 }));
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    assert_eq!(rotated.header("cache-control"), "no-store");
    let rotated = rotated.json();
    assert_eq!(rotated["id"], id);
    assert!(rotated["former_secret_until"].is_string(), "{rotated}");
    let new = archive
        .anybody()
        .with_token(rotated["secret"].as_str().unwrap());
    for client in [&old, &new] {
        assert_eq!(client.get("/api/v1/me").json()["token"], id);
    }
    let rotated = operator.post_json(&path, &json!({ "overlap_hours": 0 }));
    assert_eq!(rotated.status, 200);
    assert_eq!(
        (old.get("/api/v1/me").status, new.get("/api/v1/me").status),
        (401, 401)
    );
    for hours in [json!(721), json!(-1), json!("24"), json!(1.5)] {
        let refused = operator.post_json(&path, &json!({ "overlap_hours": hours }));
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["errors"][0]["rule"], "out-of-range");
    }
    let trail = operator.get("/api/v1/audit").text();
    assert!(trail.contains("token-rotated"), "{trail}");
    let revoked = operator.send("DELETE", &format!("/api/v1/tokens/{id}"), &[], &[]);
    assert_eq!(revoked.status, 204);
    let ended = operator.post_json(&path, &json!({}));
    assert_eq!((ended.status, ended.problem().as_str()), (409, "conflict"));
    let unknown = operator.post_json("/api/v1/tokens/000000/rotation", &json!({}));
    assert_eq!(unknown.status, 404);
    assert_eq!(old.post_json(&path, &json!({})).status, 401);
}
