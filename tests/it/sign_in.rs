//! Signing in over HTTP: cookies, tokens for changes, second factors, and what other sites cannot do.

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Archive, Client};

pub(crate) const LOGIN: &str = "phong.vh@gialai.example";
pub(crate) const PASSWORD: &str = "trời xanh 7 quả đồi";

/// An archive with an active account of this role.
pub(crate) fn archive_with(role: &str) -> Archive {
    let archive = Archive::start();
    add_account(&archive, LOGIN, role);
    archive
}

pub(crate) fn add_account(archive: &Archive, login: &str, role: &str) -> Value {
    let mut wanted = json!({ "login": login, "role": role });
    if role == "contributor" {
        wanted["organisation"] = "dic".into();
    }
    let made = archive.operator().post_json("/api/v1/accounts", &wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    let link = made.json()["link"].clone();
    let body = json!({ "link": link, "password": PASSWORD });
    let redeemed = archive.anybody().post_json("/api/v1/account-links", &body);
    assert_eq!(redeemed.status, 200, "{}", redeemed.text());
    redeemed.json()
}

/// The code of an authenticator program: `oathtool`'s algorithm, RFC 6238, by Python's standard library.
pub(crate) fn totp(secret: &str, steps_later: i64) -> String {
    let program = "
import base64, hashlib, hmac, struct, sys, time
key = base64.b32decode(sys.argv[1])
step = int(time.time()) // 30 + int(sys.argv[2])
mac = hmac.new(key, struct.pack('>Q', step), hashlib.sha1).digest()
at = mac[-1] & 15
print('%06d' % ((struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000))";
    let output = std::process::Command::new("python3")
        .args(["-c", program, secret, &steps_later.to_string()])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_browser_signs_in_works_and_signs_out() {
    let archive = archive_with("editor");
    let mut browser = Browser::new(archive.anybody());
    let signed_in = browser.sign_in(LOGIN, PASSWORD);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    assert_eq!(signed_in.header("cache-control"), "no-store");
    let body = signed_in.json();
    assert_eq!(body["state"], "signed-in");
    assert_eq!(body["account"]["login"], LOGIN);
    let cookie = signed_in.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );

    let made = browser.send(
        "POST",
        "/api/v1/assets",
        &json!({ "titles": { "vi": "Nháp" } }),
    );
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/assets/{id}");
    assert_eq!(browser.get(&path).status, 200);
    assert_eq!(archive.anybody().get(&path).status, 404);
    assert_eq!(browser.get("/api/v1/me").json()["role"], "editor");

    // What was stolen before is worth nothing after signing out.
    let mut stolen = browser.clone();
    assert_eq!(
        browser
            .send("DELETE", "/api/v1/session", &Value::Null)
            .status,
        204
    );
    assert_eq!(browser.cookie, None);
    assert_eq!(stolen.get(&path).status, 404);
    assert_eq!(stolen.get("/api/v1/session").status, 401);
    assert_eq!(
        stolen.send("POST", "/api/v1/assets", &json!({})).status,
        401
    );
}

#[test]
fn over_tls_the_cookie_is_of_this_host_alone() {
    let settings = [("KHOCHUNG__SERVER__PUBLIC_ADDRESS", "https://kho.example.vn")];
    let archive = Archive::start_with(&settings);
    add_account(&archive, LOGIN, "editor");
    let signed_in = Browser::new(archive.anybody()).sign_in(LOGIN, PASSWORD);
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.starts_with("__Host-khochung-session="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
}

/// A session that somebody else chose for the victim is not the one that signing in gives.
#[test]
fn a_session_is_new_after_each_proof_of_identity() {
    let archive = archive_with("editor");
    add_account(&archive, "ke.gian@gialai.example", "partner");
    let mut browser = Browser::signed_in(archive.anybody(), "ke.gian@gialai.example", PASSWORD);
    let mut fixed = browser.clone();
    assert_eq!(browser.sign_in(LOGIN, PASSWORD).status, 200);
    assert_ne!(browser.cookie, fixed.cookie);
    assert_eq!(fixed.get("/api/v1/session").status, 401, "signed in");
    // A wrong password ends nothing.
    let mut guessing = browser.clone();
    assert_eq!(guessing.sign_in(LOGIN, "sai").status, 401);
    assert_eq!(guessing.get("/api/v1/session").status, 200);
    let mut fixed = browser.clone();
    let proof = json!({ "password": PASSWORD });
    let proven = browser.send("POST", "/api/v1/session/proof", &proof);
    assert_eq!(proven.status, 200, "{}", proven.text());
    assert_ne!(browser.cookie, fixed.cookie);
    assert_eq!(fixed.get("/api/v1/session").status, 401, "proven");
    let mut made_up = Browser::new(archive.anybody());
    made_up.cookie = Some("khochung-session=a-0123456789ab.AAAA".to_owned());
    assert_eq!(made_up.get("/api/v1/session").status, 401);
    // An invalid session does not keep anybody from what is public.
    assert_eq!(made_up.get("/api/v1/assets").status, 200);
}

#[test]
fn other_sites_change_nothing() {
    let archive = archive_with("editor");
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let other = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let foreign_token = other.csrf_token.clone();
    let token = browser.csrf_token.clone();
    let json_body = ("content-type", "application/json");
    let host = archive.base().strip_prefix("http://").unwrap().to_owned();
    let own_origin = format!("http://{host}");
    let work = json!({ "titles": { "vi": "Nháp" } });
    for (headers, expected) in [
        (vec![json_body], 403),
        (vec![json_body, ("x-csrf-token", "")], 403),
        (vec![json_body, ("x-csrf-token", &foreign_token)], 403),
        (
            vec![
                json_body,
                ("x-csrf-token", &token),
                ("sec-fetch-site", "cross-site"),
            ],
            403,
        ),
        (
            vec![
                json_body,
                ("x-csrf-token", &token),
                ("sec-fetch-site", "same-site"),
            ],
            403,
        ),
        (
            vec![
                json_body,
                ("x-csrf-token", &token),
                ("origin", "https://evil.example"),
            ],
            403,
        ),
        (
            vec![json_body, ("x-csrf-token", &token), ("origin", "null")],
            403,
        ),
        (
            vec![json_body, ("x-csrf-token", &token), ("origin", &own_origin)],
            201,
        ),
        (vec![json_body, ("x-csrf-token", &token)], 201),
    ] {
        let answer = browser.send_raw("POST", "/api/v1/assets", &headers, &work);
        assert_eq!(answer.status, expected, "{headers:?} {}", answer.text());
        if expected == 403 {
            assert_eq!(answer.problem(), "cross-site-request");
        }
    }
}

#[test]
fn every_change_is_refused_without_the_token_and_from_elsewhere() {
    let archive = archive_with("editor");
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let mut other = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let token = browser.csrf_token.clone();
    let json_body = ("content-type", "application/json");
    for (method, path) in changing_operations() {
        let answer = browser.send_raw(&method, &path, &[json_body], &Value::Null);
        // Their body or address has a secret of its own, and the session does not count.
        let needs_no_session = path == "/api/v1/session" && method == "POST"
            || path.starts_with("/api/v1/session/passkey")
            || path.starts_with("/account-links/")
            || path.starts_with("/unsubscribe/");
        if !needs_no_session {
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (403, "cross-site-request"),
                "{method} {path}"
            );
        }
        let from_elsewhere = [
            json_body,
            ("x-csrf-token", token.as_str()),
            ("sec-fetch-site", "cross-site"),
        ];
        let answer = browser.send_raw(&method, &path, &from_elsewhere, &Value::Null);
        assert_eq!(answer.problem(), "cross-site-request", "{method} {path}");
    }
    // Nobody is signed in as somebody else by another site.
    let mut victim = Browser::new(archive.anybody());
    let body = json!({ "login": LOGIN, "password": PASSWORD });
    let forged = victim.send_raw(
        "POST",
        "/api/v1/session",
        &[json_body, ("origin", "https://evil.example")],
        &body,
    );
    assert_eq!((forged.status, victim.cookie), (403, None));
    assert_eq!(other.get("/api/v1/session").status, 200);
}

/// Method and path of each described operation that is not a read.
fn changing_operations() -> Vec<(String, String)> {
    let description: Value = serde_json::from_str(include_str!("../../api/openapi.json")).unwrap();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in ["post", "put", "patch", "delete"] {
            if item.get(method).is_some() {
                let path = path.replace(['{', '}'], "");
                operations.push((method.to_uppercase(), path));
            }
        }
    }
    assert!(operations.len() > 30, "{operations:?}");
    operations
}

#[test]
fn a_second_factor_is_set_up_needed_and_recovered() {
    let archive = archive_with("editor");
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let new = browser.send("POST", "/api/v1/account/totp", &Value::Null);
    assert_eq!(new.status, 200, "{}", new.text());
    let secret = new.json()["secret"].as_str().unwrap().to_owned();
    let wrong = browser.send("PUT", "/api/v1/account/totp", &json!({ "code": "000000" }));
    assert_eq!(
        (wrong.status, wrong.json()["errors"][0]["rule"].as_str()),
        (422, Some("not-valid"))
    );
    let code = totp(&secret, 0);
    let confirmed = browser.send("PUT", "/api/v1/account/totp", &json!({ "code": code }));
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let recovery = confirmed.json()["recovery_codes"][0]
        .as_str()
        .unwrap()
        .to_owned();

    let mut pending = Browser::new(archive.anybody());
    assert_eq!(
        pending.sign_in(LOGIN, PASSWORD).json()["state"],
        "second-factor-required"
    );
    // Half signed in is not signed in.
    assert_eq!(pending.get("/api/v1/me").json()["role"], "anonymous");
    assert_eq!(pending.get("/api/v1/account").status, 401);
    assert_eq!(
        pending.send("POST", "/api/v1/assets", &json!({})).status,
        401
    );
    let half = pending.cookie.clone();
    let path = "/api/v1/session/second-factor";
    // The code that confirmed it was used; the password is no second factor.
    for proof in [json!({ "code": code }), json!({ "code": "000000" })] {
        let refused = pending.send("POST", path, &proof);
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (401, "wrong-credentials")
        );
    }
    assert_eq!(
        pending
            .send("POST", path, &json!({ "password": PASSWORD }))
            .status,
        401
    );
    let complete = pending.send("POST", path, &json!({ "code": totp(&secret, 1) }));
    assert_eq!(complete.status, 200, "{}", complete.text());
    assert_eq!(complete.json()["state"], "signed-in");
    assert_ne!(pending.cookie, half, "rotated");
    let mut old = pending.clone();
    old.cookie = half;
    assert_eq!(old.get("/api/v1/session").status, 401);
    recovery_opens_once(&archive, &recovery);
    // Proving again needs it, too.
    let refused = pending.send(
        "POST",
        "/api/v1/session/proof",
        &json!({ "password": PASSWORD }),
    );
    assert_eq!(refused.status, 401, "{}", refused.text());
}

fn recovery_opens_once(archive: &Archive, recovery: &str) {
    for (attempt, expected) in [(1, 200), (2, 401)] {
        let mut lost = Browser::new(archive.anybody());
        lost.sign_in(LOGIN, PASSWORD);
        let answer = lost.send(
            "POST",
            "/api/v1/session/second-factor",
            &json!({ "recovery_code": recovery }),
        );
        assert_eq!(
            answer.status,
            expected,
            "attempt {attempt}: {}",
            answer.text()
        );
    }
}

#[test]
fn administrators_invite_change_and_close_with_a_session() {
    let archive = archive_with("admin");
    let mut admin = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let wanted = json!({ "login": "b@x.example", "role": "editor" });
    let made = admin.send("POST", "/api/v1/accounts", &wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    let taken = admin.send("POST", "/api/v1/accounts", &wanted);
    assert_eq!(taken.json()["errors"][0]["rule"], "login-taken");
    let id = made.json()["account"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/accounts/{id}");
    let read = admin.get(&path);
    assert_eq!(read.json()["state"], "invited");
    let tag = read.header("etag").to_owned();
    let change = json!({ "role": "contributor", "organisation": "dic" });
    let without = admin.send("PATCH", &path, &change);
    assert_eq!(without.status, 428);
    let changed = admin.send_with("PATCH", &path, &change, &[("if-match", &tag)]);
    assert_eq!(changed.json()["role"], "contributor", "{}", changed.text());
    let stale = admin.send_with("PATCH", &path, &change, &[("if-match", &tag)]);
    assert_eq!(stale.status, 412);
    let closed = admin.send("POST", &format!("{path}/close"), &Value::Null);
    assert_eq!(closed.json()["state"], "closed");
    assert_eq!(
        admin
            .send("POST", &format!("{path}/reset"), &Value::Null)
            .status,
        409
    );
    let unknown = admin.send(
        "POST",
        "/api/v1/accounts/a-000000000000/close",
        &Value::Null,
    );
    assert_eq!(unknown.status, 404);
    assert_eq!(
        admin.get("/api/v1/accounts").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

/// No account reaches another: by sessions, by ids, by role.
#[test]
fn accounts_are_only_for_their_holders_and_administrators() {
    let archive = archive_with("contributor");
    let other = add_account(&archive, "b@x.example", "contributor");
    let mut one = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let mut two = Browser::signed_in(archive.anybody(), "b@x.example", PASSWORD);
    let session = two.get("/api/v1/account/sessions").json()["items"][0]["id"].clone();
    let path = format!("/api/v1/account/sessions/{}", session.as_str().unwrap());
    assert_eq!(one.send("DELETE", &path, &Value::Null).status, 404);
    assert_eq!(two.get("/api/v1/session").status, 200);
    let id = other["id"].as_str().unwrap();
    for (method, path) in [
        ("GET", "/api/v1/accounts".to_owned()),
        ("POST", "/api/v1/accounts".to_owned()),
        ("GET", format!("/api/v1/accounts/{id}")),
        ("POST", format!("/api/v1/accounts/{id}/reset")),
        ("POST", format!("/api/v1/accounts/{id}/close")),
    ] {
        let body = if method == "GET" {
            Value::Null
        } else {
            json!({})
        };
        assert_eq!(
            one.send(method, &path, &body).status,
            403,
            "{method} {path}"
        );
        assert_eq!(
            archive
                .anybody()
                .send(
                    method,
                    &path,
                    &[("content-type", "application/json")],
                    body.to_string().as_bytes()
                )
                .status,
            401
        );
    }
    // A token is no session, and a session of the browser does not go with a token.
    let token: Client = archive.holder("editor");
    assert_eq!(token.get("/api/v1/account").status, 401);
    let renamed = one.send(
        "PATCH",
        "/api/v1/account",
        &json!({ "display": "Xã Ia Grai" }),
    );
    assert_eq!(renamed.json()["display"], "Xã Ia Grai");
    let ended = two.send("DELETE", &path, &Value::Null);
    assert_eq!(ended.status, 204);
    assert_eq!(two.get("/api/v1/session").status, 401);
}

#[test]
fn a_session_survives_a_kill_and_its_end_does_too() {
    let archive = archive_with("editor");
    let kept = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let mut ended = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let stolen = ended.clone();
    assert_eq!(
        ended.send("DELETE", "/api/v1/session", &Value::Null).status,
        204
    );
    let data = archive.kill();
    let archive = Archive::start_in(data, &[]);
    let with = |cookie: &Browser| {
        let mut browser = Browser::new(archive.anybody());
        browser.cookie.clone_from(&cookie.cookie);
        browser
    };
    assert_eq!(with(&kept).get("/api/v1/session").status, 200);
    assert_eq!(with(&stolen).get("/api/v1/session").status, 401);
    assert_eq!(
        Browser::new(archive.anybody())
            .sign_in(LOGIN, PASSWORD)
            .status,
        200
    );
}

/// Neither the password nor the secrets of links and sessions are anywhere in the data folder, and the login
/// name is readable in no file of it.
#[test]
fn nothing_in_the_data_folder_opens_an_account() {
    let archive = archive_with("editor");
    let browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let cookie = browser.cookie.clone().unwrap();
    let (_, secret) = cookie.split_once('.').unwrap();
    let data = archive.stop();
    let mut files = 0;
    let mut folders = vec![data.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            for needle in [PASSWORD, secret, LOGIN] {
                let found = bytes
                    .windows(needle.len())
                    .any(|window| window == needle.as_bytes());
                assert!(!found, "{needle} in {}", path.display());
            }
        }
    }
    assert!(files > 5, "{files}");
}
