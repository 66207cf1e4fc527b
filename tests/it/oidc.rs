//! Sign-in through OpenID Connect: a real provider, and one that forges.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{Answer, Archive, Client, eventually};

const RULES: &str = r#"
[[provider.rule]]
claim = "groups"
value = "kho-bien-tap"
role = "editor"

[[provider.rule]]
claim = "email"
value = "vh@gialai.example"
role = "contributor"
organisation = "dic"
"#;

/// An archive that knows the provider `so` with this issuer.
fn archive_with(issuer: &str, scopes: &str) -> (Archive, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "bí mật\n").unwrap();
    let file = folder.path().join("providers.toml");
    let text = format!(
        "[[provider]]\nid = \"so\"\nname_vi = \"Sở\"\nname_en = \"Department\"\nissuer = \"{issuer}\"\n\
         client_id = \"kho\"\nclient_secret_file = \"{}\"\nscopes = [{scopes}]\n{RULES}",
        secret.display()
    );
    std::fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let archive = Archive::start_with(&[("KHOCHUNG__OIDC__PROVIDERS", path)]);
    (archive, folder)
}

/// The value of a cookie that an answer sets, as `name=value`.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let mut set = answer.headers.get_all("set-cookie").iter();
    let found = set.find(|value| value.to_str().unwrap().starts_with(&format!("{name}=")))?;
    let pair = found.to_str().unwrap().split(';').next().unwrap();
    Some(pair.to_owned())
}

/// A sign-in that a browser has begun.
struct Begun {
    cookie: String,
    /// The query of the address at the provider.
    query: BTreeMap<String, String>,
    address: String,
}

fn begin(client: &Client, path: &str) -> Begun {
    let answer = client.get(path);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let address = answer.header("location").to_owned();
    let query = address.split_once('?').unwrap().1;
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " "))
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    Begun {
        cookie: cookie(&answer, "khochung-sign-in").unwrap(),
        query: pairs
            .map(|(name, value)| (decode(name), decode(value)))
            .collect(),
        address,
    }
}

fn call_back(client: &Client, cookie: &str, query: &str) -> Answer {
    let path = format!("/auth/oidc/so/callback?{query}");
    client.send("GET", &path, &[("cookie", cookie)], &[])
}

fn account_of(client: &Client, answer: &Answer) -> Value {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), "/");
    let session = cookie(answer, "khochung-session").unwrap();
    let read = client.send("GET", "/api/v1/account", &[("cookie", &session)], &[]);
    assert_eq!(read.status, 200, "{}", read.text());
    read.json()
}

/// A client with a token that the holder of the session made.
fn own_token(client: &Client, session: &str) -> Client {
    let read = client.send("GET", "/api/v1/session", &[("cookie", session)], &[]);
    let csrf_token = read.json()["csrf_token"].as_str().unwrap().to_owned();
    let headers = [
        ("cookie", session),
        ("x-csrf-token", csrf_token.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
    ];
    let body = json!({ "label": "máy quét" }).to_string();
    let made = client.send("POST", "/api/v1/account/tokens", &headers, body.as_bytes());
    assert_eq!(made.status, 201, "{}", made.text());
    client.with_token(made.json()["secret"].as_str().unwrap())
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A key of the provider.
struct Key {
    pair: EcdsaKeyPair,
    kid: String,
}

impl Key {
    fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self {
            pair,
            kid: kid.to_owned(),
        }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": encode(&point[1..33]), "y": encode(&point[33..65]),
        })
    }

    fn sign(&self, claims: &Value) -> String {
        let head = json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" });
        let signed = unsigned(&head, claims);
        let signature = self
            .pair
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn unsigned(head: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(head), encode(claims))
}

/// What the forging provider answers.
#[derive(Default)]
struct State {
    keys: Vec<Value>,
    token: String,
    /// The bodies of the requests for tokens.
    exchanges: Vec<String>,
    keys_read: usize,
    /// The whole response to a request for a token, instead of the token.
    failure: Option<String>,
}

/// A provider that gives whatever token a test made.
struct Forger {
    issuer: String,
    state: Arc<Mutex<State>>,
    key: Key,
}

impl Forger {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let key = Key::new("one");
        let state = Arc::new(Mutex::new(State {
            keys: vec![key.jwk()],
            ..State::default()
        }));
        let (served, base) = (state.clone(), issuer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream);
                let (mut path, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    if path.is_empty() {
                        path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                    }
                    let lower = line.to_lowercase();
                    if let Some(value) = lower.strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let answer = answer(&path, &body, &base, &mut served.lock().unwrap());
                drop(reader.get_mut().write_all(answer.as_bytes()));
            }
        });
        Self { issuer, state, key }
    }

    fn claims(&self, begun: &Begun) -> Value {
        json!({
            "iss": self.issuer, "sub": "s-1", "aud": "kho", "nonce": begun.query["nonce"],
            "iat": now(), "exp": now() + 300, "auth_time": now(), "groups": ["x", "kho-bien-tap"],
            "email": "bt@gialai.example", "email_verified": true,
        })
    }

    fn give(&self, token: String) {
        self.state.lock().unwrap().token = token;
    }

    fn fail_with(&self, failure: Option<String>) {
        self.state.lock().unwrap().failure = failure;
    }
}

fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn answer(path: &str, body: &[u8], base: &str, state: &mut State) -> String {
    let body = match path {
        "/.well-known/openid-configuration" => json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        }),
        "/jwks" => {
            state.keys_read += 1;
            json!({ "keys": state.keys })
        }
        _ => {
            state
                .exchanges
                .push(String::from_utf8_lossy(body).into_owned());
            if let Some(failure) = &state.failure {
                return failure.clone();
            }
            json!({ "access_token": "a", "token_type": "Bearer", "id_token": state.token })
        }
    };
    response("200 OK", "application/json", &body.to_string())
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn a_holder_signs_in_with_the_role_of_the_first_rule_that_fits() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "\"email\"");
    let anybody = archive.anybody();
    let providers = anybody.get("/api/v1/session/providers").json();
    assert_eq!(providers["items"][0]["name"], "Sở");
    assert_eq!(anybody.get("/auth/oidc/khac").status, 404);

    let begun = begin(&anybody, "/auth/oidc/so");
    assert!(
        begun
            .address
            .starts_with(&format!("{}/authorize?", forger.issuer))
    );
    let query = &begun.query;
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], "kho");
    assert_eq!(query["scope"], "openid email");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(
        query["redirect_uri"],
        format!("{}/auth/oidc/so/callback", archive.base())
    );
    forger.give(forger.key.sign(&forger.claims(&begun)));
    let answer = call_back(
        &anybody,
        &begun.cookie,
        &format!(
            "code=c&state={}&iss={}&session_state=x",
            query["state"], forger.issuer
        ),
    );
    let account = account_of(&anybody, &answer);
    assert_eq!(
        (&account["role"], &account["state"]),
        (&json!("editor"), &json!("active"))
    );
    assert_eq!(account["login"], "bt@gialai.example");
    // PKCE (RFC 7636, 4.6): the verifier belongs to the challenge.
    let exchange = forger.state.lock().unwrap().exchanges.remove(0);
    let verifier = exchange
        .split('&')
        .find_map(|pair| pair.strip_prefix("code_verifier="))
        .unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    assert_eq!(query["code_challenge"], challenge);
    // A provider proves the identity anew on request only.
    let session = cookie(&answer, "khochung-session").unwrap();
    assert!(cookie(&answer, "khochung-sign-in").is_some_and(|pair| pair.ends_with('=')));
    let token = own_token(&anybody, &session);
    assert_eq!(token.get("/api/v1/me").json()["role"], "editor");

    // The role follows the rules at each sign-in; a change ends the other sessions, and the tokens.
    let again = begin(&anybody, "/auth/oidc/so");
    let mut claims = forger.claims(&again);
    claims["groups"] = json!([]);
    claims["email"] = json!("vh@gialai.example");
    forger.give(forger.key.sign(&claims));
    let answer = call_back(
        &anybody,
        &again.cookie,
        &format!("code=c&state={}", again.query["state"]),
    );
    let changed = account_of(&anybody, &answer);
    assert_eq!(changed["id"], account["id"]);
    assert_eq!(
        (&changed["role"], &changed["organisation"]),
        (&json!("contributor"), &json!("dic"))
    );
    let earlier = anybody.send("GET", "/api/v1/session", &[("cookie", &session)], &[]);
    assert_eq!(earlier.status, 401);
    assert_eq!(token.get("/api/v1/me").status, 401);

    // Without a fitting rule nobody gets in, and a closed account stays closed.
    claims["email"] = json!("khac@gialai.example");
    let third = begin(&anybody, "/auth/oidc/so");
    claims["nonce"] = json!(third.query["nonce"]);
    forger.give(forger.key.sign(&claims));
    let query = format!("code=c&state={}", third.query["state"]);
    assert_eq!(call_back(&anybody, &third.cookie, &query).status, 403);
    let close = format!("/api/v1/accounts/{}/close", account["id"].as_str().unwrap());
    assert_eq!(
        archive.operator().post_json(&close, &Value::Null).status,
        200
    );
    forger.give(forger.key.sign(&forger.claims(&third)));
    assert_eq!(call_back(&anybody, &third.cookie, &query).status, 403);
    let audit = archive.operator().get("/api/v1/audit").text();
    assert!(audit.contains("\"provider\":\"so\""), "{audit}");
    assert!(
        !audit.contains("s-1") && !audit.contains("gialai"),
        "{audit}"
    );
}

#[test]
fn first_sign_ins_at_the_same_time_make_one_account() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let begun = begin(&archive.anybody(), "/auth/oidc/so");
    forger.give(forger.key.sign(&forger.claims(&begun)));
    let query = format!("code=c&state={}", begun.query["state"]);
    let sign_in = || {
        let anybody = archive.anybody();
        let account = account_of(&anybody, &call_back(&anybody, &begun.cookie, &query));
        account["id"].as_str().unwrap().to_owned()
    };
    let accounts: BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(sign_in)).collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.collect()
    });
    assert_eq!(accounts.len(), 1, "{accounts:?}");
}

#[test]
fn an_account_of_the_same_login_name_is_not_taken_over() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let wanted = json!({ "login": "bt@gialai.example", "role": "admin" });
    let local = archive
        .operator()
        .post_json("/api/v1/accounts", &wanted)
        .json();
    let anybody = archive.anybody();
    let begun = begin(&anybody, "/auth/oidc/so");
    forger.give(forger.key.sign(&forger.claims(&begun)));
    let query = format!("code=c&state={}", begun.query["state"]);
    let account = account_of(&anybody, &call_back(&anybody, &begun.cookie, &query));
    assert_ne!(account["id"], local["account"]["id"]);
    assert_eq!(account["role"], "editor");
    assert_eq!(account["login"], account["id"]);
    // It has no password to reset.
    let reset = format!("/api/v1/accounts/{}/reset", account["id"].as_str().unwrap());
    assert_eq!(
        archive.operator().post_json(&reset, &Value::Null).status,
        409
    );
}

/// Each forgery is refused; the same token without it is accepted.
#[test]
#[expect(clippy::too_many_lines, reason = "a case for each forgery")]
fn forged_answers_are_refused() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let other = Key::new("one");
    let change = |name: &'static str, value: Value| {
        move |mut claims: Value| {
            claims[name] = value.clone();
            claims
        }
    };
    type Forge<'a> = Box<dyn Fn(Value) -> String + 'a>;
    let key = &forger.key;
    let signed = |edit: Box<dyn Fn(Value) -> Value>| -> Forge {
        Box::new(move |claims| key.sign(&edit(claims)))
    };
    let hmac = |claims: Value| {
        let head = json!({ "alg": "HS256", "typ": "JWT" });
        let text = unsigned(&head, &claims);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, "bí mật".as_bytes());
        let tag = ring::hmac::sign(&key, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    };
    let forgeries: Vec<(&str, Forge)> = vec![
        ("nonce", signed(Box::new(change("nonce", json!("another"))))),
        ("no nonce", signed(Box::new(change("nonce", Value::Null)))),
        (
            "issuer",
            signed(Box::new(change("iss", json!("https://evil.example")))),
        ),
        (
            "audience",
            signed(Box::new(change("aud", json!("another")))),
        ),
        (
            "two audiences",
            signed(Box::new(change("aud", json!(["kho", "another"])))),
        ),
        (
            "expired",
            signed(Box::new(change("exp", json!(now() - 120)))),
        ),
        (
            "of the future",
            signed(Box::new(change("iat", json!(now() + 600)))),
        ),
        (
            "none",
            Box::new(|claims| format!("{}.", unsigned(&json!({ "alg": "none" }), &claims))),
        ),
        ("the secret as key", Box::new(hmac)),
        ("wrong key", Box::new(|claims| other.sign(&claims))),
        (
            "changed after signing",
            Box::new(|claims| {
                let token = key.sign(&claims);
                let parts: Vec<&str> = token.split('.').collect();
                let mut changed = claims;
                changed["sub"] = json!("s-2");
                format!(
                    "{}.{}.{}",
                    parts[0],
                    URL_SAFE_NO_PAD.encode(changed.to_string()),
                    parts[2]
                )
            }),
        ),
    ];
    for (name, forge) in forgeries {
        let begun = begin(&anybody, "/auth/oidc/so");
        let claims = forger.claims(&begun);
        let query = format!("code=c&state={}", begun.query["state"]);
        forger.give(forge(claims.clone()));
        let refused = call_back(&anybody, &begun.cookie, &query);
        assert_eq!(refused.status, 401, "{name}: {}", refused.text());
        assert_eq!(cookie(&refused, "khochung-session"), None, "{name}");
        forger.give(key.sign(&claims));
        assert_eq!(
            call_back(&anybody, &begun.cookie, &query).status,
            303,
            "{name}"
        );
    }
    // Clocks that differ a little.
    let begun = begin(&anybody, "/auth/oidc/so");
    let mut claims = forger.claims(&begun);
    claims["iat"] = json!(now() + 30);
    claims["exp"] = json!(now() - 20);
    forger.give(key.sign(&claims));
    let query = format!("code=c&state={}", begun.query["state"]);
    assert_eq!(call_back(&anybody, &begun.cookie, &query).status, 303);
}

#[test]
fn a_sign_in_is_bound_to_the_browser_that_began_it() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let mine = begin(&anybody, "/auth/oidc/so");
    let other = begin(&anybody, "/auth/oidc/so");
    forger.give(forger.key.sign(&forger.claims(&mine)));
    let state = |begun: &Begun| begun.query["state"].clone();
    let right = format!("code=c&state={}", state(&mine));
    for (name, cookie, query) in [
        ("no cookie", String::new(), right.clone()),
        ("another browser", other.cookie.clone(), right.clone()),
        (
            "a forged cookie",
            "khochung-sign-in=AAAA".to_owned(),
            right.clone(),
        ),
        (
            "another state",
            mine.cookie.clone(),
            format!("code=c&state={}", state(&other)),
        ),
        ("no state", mine.cookie.clone(), "code=c".to_owned()),
        (
            "another issuer",
            mine.cookie.clone(),
            format!("{right}&iss=https://evil.example"),
        ),
        (
            "an error",
            mine.cookie.clone(),
            format!("{right}&error=access_denied"),
        ),
        (
            "no code",
            mine.cookie.clone(),
            format!("state={}", state(&mine)),
        ),
    ] {
        // A sign-in that works forgives the failures before it.
        let refused = call_back(&anybody, &cookie, &query);
        assert_eq!(refused.status, 401, "{name}: {}", refused.text());
        let again = begin(&anybody, "/auth/oidc/so");
        forger.give(forger.key.sign(&forger.claims(&again)));
        let query = format!("code=c&state={}", state(&again));
        assert_eq!(
            call_back(&anybody, &again.cookie, &query).status,
            303,
            "{name}"
        );
        forger.give(forger.key.sign(&forger.claims(&mine)));
    }
    assert_eq!(call_back(&anybody, &mine.cookie, &right).status, 303);
}

/// Many people share the address of an office: one whose cookie is gone does not keep the others out, and codes that the
/// provider refuses are slowed down only when they are many.
#[test]
fn an_office_is_not_locked_out_by_sign_ins_that_went_wrong() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let begun = begin(&anybody, "/auth/oidc/so");
    let query = format!("code=c&state={}", begun.query["state"]);
    for _ in 0..60 {
        assert_eq!(call_back(&anybody, "", &query).status, 401);
        assert_eq!(call_back(&anybody, &begun.cookie, "code=c").status, 401);
    }
    let sign_in = |key: &Key| {
        forger.give(key.sign(&forger.claims(&begun)));
        call_back(&anybody, &begun.cookie, &query).status
    };
    let forged = Key::new("one");
    for attempt in 0..6 {
        assert_eq!(sign_in(&forged), 401, "{attempt}");
    }
    assert_eq!(sign_in(&forger.key), 303);
    // Fifty of a network are free, and another one every ten seconds.
    let mut statuses = (0..400).map(|_| sign_in(&forged));
    assert_eq!(statuses.find(|status| *status != 401), Some(429));
}

/// A provider replaces its keys at any time, also just after the archive has read them.
#[test]
fn a_holder_signs_in_after_the_provider_has_replaced_its_key() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let sign_in = |key: &Key| {
        let begun = begin(&anybody, "/auth/oidc/so");
        forger.give(key.sign(&forger.claims(&begun)));
        let query = format!("code=c&state={}", begun.query["state"]);
        call_back(&anybody, &begun.cookie, &query).status
    };
    let keys_read = || forger.state.lock().unwrap().keys_read;
    assert_eq!(sign_in(&forger.key), 303);
    let before = keys_read();
    let new = Key::new("two");
    forger.state.lock().unwrap().keys = vec![new.jwk()];
    assert_eq!(sign_in(&new), 303);
    assert_eq!(keys_read(), before + 1);
    // The new key is known now, and the one before is not valid any more.
    assert_eq!(sign_in(&new), 303);
    assert_eq!(sign_in(&forger.key), 401);
    assert_eq!(keys_read(), before + 1);
}

#[test]
fn unknown_keys_do_not_make_the_archive_ask_without_end() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let sign_in = |key: &Key| {
        let begun = begin(&anybody, "/auth/oidc/so");
        forger.give(key.sign(&forger.claims(&begun)));
        let query = format!("code=c&state={}", begun.query["state"]);
        call_back(&anybody, &begun.cookie, &query).status
    };
    assert_eq!(sign_in(&forger.key), 303);
    let read = forger.state.lock().unwrap().keys_read;
    // A forger with keys of its own makes the archive ask once a minute at most.
    for number in 0..4 {
        assert_eq!(sign_in(&Key::new(&format!("forged-{number}"))), 401);
    }
    assert!(forger.state.lock().unwrap().keys_read <= read + 1);
}

#[test]
fn dangerous_acts_need_a_fresh_proof_of_the_provider() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let dangerous = |session: &str, token: &str| {
        let headers = [
            ("cookie", session),
            ("x-csrf-token", token),
            ("sec-fetch-site", "same-origin"),
        ];
        let path = "/api/v1/account/recovery-codes";
        anybody.send("POST", path, &headers, &[]).status
    };
    let sign_in = |path: &str, age: i64| {
        let begun = begin(&anybody, path);
        let mut claims = forger.claims(&begun);
        claims["auth_time"] = json!(now() - age);
        forger.give(forger.key.sign(&claims));
        let query = format!("code=c&state={}", begun.query["state"]);
        (
            begun.query.clone(),
            call_back(&anybody, &begun.cookie, &query),
        )
    };
    let act = |answer: &Answer| {
        let session = cookie(answer, "khochung-session").unwrap();
        let read = anybody
            .send("GET", "/api/v1/session", &[("cookie", &session)], &[])
            .json();
        dangerous(&session, read["csrf_token"].as_str().unwrap())
    };
    // The holder signed in at the provider hours ago.
    let (_, old) = sign_in("/auth/oidc/so", 3 * 3_600);
    assert_eq!(act(&old), 403);
    let (query, stale) = sign_in("/auth/oidc/so?fresh=true", 3 * 3_600);
    assert_eq!(
        (query["prompt"].as_str(), query["max_age"].as_str()),
        ("login", "0")
    );
    assert_eq!(stale.status, 401);
    let (_, fresh) = sign_in("/auth/oidc/so?fresh=true", 0);
    // Allowed, but there is no second factor here: the provider has that.
    assert_eq!(act(&fresh), 409);
}

/// `oidc-provider-mock` of the Python registry, which `tests/run` installs.
struct RealProvider {
    child: Child,
    issuer: String,
}

impl RealProvider {
    fn start() -> Self {
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let child = Command::new("target/tools/bin/oidc-provider-mock")
            .args(["--port", &port.to_string(), "--require-nonce", "true"])
            .args([
                "--user-claims",
                "{\"sub\": \"vh\", \"email\": \"vh@gialai.example\", \"email_verified\": true}",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let provider = Self {
            child,
            issuer: format!("http://127.0.0.1:{port}"),
        };
        eventually("the provider", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        provider
    }
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_holder_signs_in_through_a_real_provider() {
    let provider = RealProvider::start();
    let (archive, _folder) = archive_with(&provider.issuer, "\"email\"");
    let anybody = archive.anybody();
    let begun = begin(&anybody, "/auth/oidc/so");
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .proxy(None)
        .build()
        .into();
    // The holder picks itself on the page of the provider.
    let answer = agent
        .post(&begun.address)
        .send_form([("sub", "vh"), ("action", "authorize")])
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let query = location.split_once('?').unwrap().1;
    let answer = call_back(&anybody, &begun.cookie, query);
    let account = account_of(&anybody, &answer);
    assert_eq!(
        (&account["role"], &account["organisation"]),
        (&json!("contributor"), &json!("dic"))
    );
    assert_eq!(account["login"], "vh@gialai.example");
    // The code is used up.
    assert_eq!(call_back(&anybody, &begun.cookie, query).status, 401);
}

/// What goes wrong between archive and provider is no guess of the browser: only a refused code is (RFC 6749, 5.2).
#[test]
fn a_token_endpoint_that_fails_is_no_wrong_sign_in() {
    let forger = Forger::start();
    let (archive, _folder) = archive_with(&forger.issuer, "");
    let anybody = archive.anybody();
    let begun = begin(&anybody, "/auth/oidc/so");
    let query = format!("code=c&state={}", begun.query["state"]);
    let json = |status: &str, body: &str| response(status, "application/json", body);
    let refusal = |code: &str| json("400 Bad Request", &json!({ "error": code }).to_string());
    for (name, failure, expected) in [
        ("hangs up", String::new(), 503),
        (
            "a proxy answers",
            response("502 Bad Gateway", "text/html", "<h1>502</h1>"),
            503,
        ),
        ("half a response", json("200 OK", "{\"access_token\":"), 503),
        (
            "no ID token",
            json("200 OK", r#"{"access_token":"a","token_type":"Bearer"}"#),
            503,
        ),
        (
            "no token at all",
            json(
                "200 OK",
                r#"{"access_token":"a","token_type":"Bearer","id_token":"x.y.z"}"#,
            ),
            503,
        ),
        ("the secret is wrong", refusal("invalid_client"), 503),
        ("the code is wrong", refusal("invalid_grant"), 401),
    ] {
        forger.fail_with(Some(failure));
        let answer = call_back(&anybody, &begun.cookie, &query);
        assert_eq!(answer.status, expected, "{name}: {}", answer.text());
    }
    forger.fail_with(None);
    forger.give(forger.key.sign(&forger.claims(&begun)));
    assert_eq!(call_back(&anybody, &begun.cookie, &query).status, 303);
}

#[test]
fn a_provider_that_does_not_answer_hinders_nobody_else() {
    let (archive, _folder) = archive_with("http://127.0.0.1:9", "");
    let answer = archive.anybody().get("/auth/oidc/so");
    assert_eq!(
        (answer.status, answer.problem()),
        (503, "unavailable".to_owned())
    );
    assert_eq!(
        archive.anybody().get("/api/v1/session/providers").status,
        200
    );
}

/// Many who ask at the same time wait for one attempt, and those after them do not wait at all.
#[test]
fn a_provider_that_hangs_is_asked_once_in_a_while() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                drop(stream);
            });
        }
    });
    let (archive, _folder) = archive_with(&issuer, "");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(archive.anybody().get("/auth/oidc/so").status, 503));
        }
    });
    assert_eq!(archive.anybody().get("/auth/oidc/so").status, 503);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
