//! Passkeys: real ceremonies with a second implementation of WebAuthn as browser and device, and forged ones.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::url::Url;
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use serde_json::{Value, json};

use crate::sign_in::PASSWORD;
use crate::support::browser::Browser;
use crate::support::{Answer, Archive};

const LOGIN: &str = "phong.vh@gialai.example";
const ADDRESS: &str = "https://kho.example.vn";
const PASSKEYS: &str = "/api/v1/account/passkeys";

/// The holder touches the device and is recognised, or not.
struct Holder {
    is_recognised: bool,
}

#[async_trait]
impl UserValidationMethod for Holder {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _hint: UiHint<'a, Passkey>,
        _presence: bool,
        _verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck {
            presence: true,
            verification: self.is_recognised,
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// A device with at most one passkey.
#[derive(Clone)]
struct Device {
    passkey: Option<Passkey>,
}

impl Device {
    const fn empty() -> Self {
        Self { passkey: None }
    }

    fn authenticator(&self) -> Authenticator<Option<Passkey>, Holder, RustCryptoBackend> {
        let holder = Holder {
            is_recognised: true,
        };
        let aaguid = Aaguid::new_empty();
        let mut device =
            Authenticator::new(aaguid, self.passkey.clone(), holder, RustCryptoBackend);
        device.set_make_credentials_with_signature_counter(true);
        device
    }

    /// What the browser of a page at the address answers.
    fn make(&mut self, options: &Value) -> Value {
        let url = Url::parse(ADDRESS).unwrap();
        let options = serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let mut client = Client::new(self.authenticator());
        let made = block_on(client.register(&url, options, DefaultClientData)).unwrap();
        self.passkey = client.authenticator().store().clone();
        as_browsers_write(serde_json::to_value(made).unwrap())
    }

    fn answer(&mut self, options: &Value) -> Value {
        let url = Url::parse(ADDRESS).unwrap();
        let options = serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let mut client = Client::new(self.authenticator());
        let made = block_on(client.authenticate(&url, options, DefaultClientData)).unwrap();
        self.passkey = client.authenticator().store().clone();
        as_browsers_write(serde_json::to_value(made).unwrap())
    }
}

/// Bytes are base64url in `PublicKeyCredential.toJSON()`; the crate writes them as lists of numbers.
fn as_browsers_write(value: Value) -> Value {
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_u64) => {
            let bytes = items
                .iter()
                .map(|item| u8::try_from(item.as_u64().unwrap()).unwrap());
            URL_SAFE_NO_PAD.encode(bytes.collect::<Vec<u8>>()).into()
        }
        Value::Object(properties) => properties
            .into_iter()
            .map(|(name, value)| (name, as_browsers_write(value)))
            .collect(),
        other => other,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

fn archive() -> (Archive, Browser) {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__PUBLIC_ADDRESS", ADDRESS)]);
    let wanted = json!({ "login": LOGIN, "role": "editor" });
    let made = archive
        .operator()
        .post_json("/api/v1/accounts", &wanted)
        .json();
    let body = json!({ "link": made["link"], "password": PASSWORD });
    assert_eq!(
        archive
            .anybody()
            .post_json("/api/v1/account-links", &body)
            .status,
        200
    );
    let browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    (archive, browser)
}

fn begin(browser: &mut Browser) -> Value {
    let begun = browser.send("POST", &format!("{PASSKEYS}/ceremonies"), &Value::Null);
    assert_eq!(begun.status, 200, "{}", begun.text());
    begun.json()
}

fn register(browser: &mut Browser, label: &str, ceremony: &Value, credential: &Value) -> Answer {
    let body = json!({ "label": label, "ceremony": ceremony, "credential": credential });
    browser.send("POST", PASSKEYS, &body)
}

fn begin_sign_in(archive: &Archive) -> Value {
    let begun = archive
        .anybody()
        .post_json("/api/v1/session/passkey/ceremonies", &Value::Null);
    assert_eq!(begun.status, 200, "{}", begun.text());
    begun.json()
}

fn sign_in(archive: &Archive, ceremony: &Value, credential: &Value) -> (Answer, Browser) {
    let mut browser = Browser::new(archive.anybody());
    let body = json!({ "ceremony": ceremony, "credential": credential });
    let answer = browser.send("POST", "/api/v1/session/passkey", &body);
    (answer, browser)
}

/// A device with a passkey of the account.
fn registered(browser: &mut Browser) -> Device {
    let mut device = Device::empty();
    let begun = begin(browser);
    let credential = device.make(&begun["options"]);
    let made = register(browser, "Điện thoại", &begun["ceremony"], &credential);
    assert_eq!(made.status, 201, "{}", made.text());
    device
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn a_passkey_is_registered_signs_in_as_both_factors_and_is_removed() {
    let (archive, mut browser) = archive();
    let mut device = registered(&mut browser);
    let mut second = Device::empty();
    let begun = begin(&mut browser);
    let options = &begun["options"];
    assert_eq!(options["rp"]["id"], "kho.example.vn");
    assert_eq!(
        options["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    let credential = second.make(&begun["options"]);
    assert_eq!(
        register(&mut browser, "Khoá", &begun["ceremony"], &credential).status,
        201
    );

    let begun = begin_sign_in(&archive);
    assert_eq!(begun["options"]["userVerification"], "required");
    let credential = device.answer(&begun["options"]);
    let (signed_in, mut other) = sign_in(&archive, &begun["ceremony"], &credential);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    assert_eq!(signed_in.json()["state"], "signed-in");
    assert_eq!(signed_in.json()["account"]["login"], LOGIN);
    assert!(
        signed_in
            .header("set-cookie")
            .starts_with("__Host-khochung-session=")
    );
    // The same answer again is nothing.
    assert_eq!(
        sign_in(&archive, &begun["ceremony"], &credential).0.status,
        401
    );

    let listed = other.get(PASSKEYS).json()["items"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (&listed[0]["label"], &listed[1]["label"]),
        (&json!("Điện thoại"), &json!("Khoá"))
    );
    assert!(
        listed[0]["used_on"].is_string() && listed[1]["used_on"].is_null(),
        "{listed:?}"
    );
    let id = listed[0]["id"].as_str().unwrap();
    let path = format!("{PASSKEYS}/{id}");
    assert_eq!(other.send("DELETE", &path, &Value::Null).status, 204);
    assert_eq!(other.send("DELETE", &path, &Value::Null).status, 404);
    let begun = begin_sign_in(&archive);
    let credential = device.answer(&begun["options"]);
    assert_eq!(
        sign_in(&archive, &begun["ceremony"], &credential).0.status,
        401
    );
    let audit = archive.operator().get("/api/v1/audit").text();
    for act in [
        "\"passkey-added\"",
        "\"passkey-removed\"",
        "\"with\":\"passkey\"",
    ] {
        assert!(audit.contains(act), "{act}: {audit}");
    }
}

#[test]
fn an_administrator_who_resets_or_closes_an_account_ends_its_passkeys() {
    let (archive, mut browser) = archive();
    let mut device = registered(&mut browser);
    let id = browser.get("/api/v1/account").json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let reset = format!("/api/v1/accounts/{id}/reset");
    let link = archive.operator().post_json(&reset, &Value::Null).json()["link"].clone();
    let begun = begin_sign_in(&archive);
    let credential = device.answer(&begun["options"]);
    assert_eq!(
        sign_in(&archive, &begun["ceremony"], &credential).0.status,
        401
    );
    let body = json!({ "link": link, "password": PASSWORD });
    assert_eq!(
        archive
            .anybody()
            .post_json("/api/v1/account-links", &body)
            .status,
        200
    );
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    assert_eq!(browser.get(PASSKEYS).json()["items"], json!([]));
    let mut device = registered(&mut browser);
    let close = format!("/api/v1/accounts/{id}/close");
    assert_eq!(
        archive.operator().post_json(&close, &Value::Null).status,
        200
    );
    let begun = begin_sign_in(&archive);
    let credential = device.answer(&begun["options"]);
    assert_eq!(
        sign_in(&archive, &begun["ceremony"], &credential).0.status,
        401
    );
}

/// Ceremonies that began while there was room make no passkey beyond the limit.
#[test]
fn an_account_has_twenty_passkeys_at_most() {
    let (_archive, mut browser) = archive();
    let begun: Vec<Value> = (0..21).map(|_| begin(&mut browser)).collect();
    let statuses: Vec<u16> = begun
        .iter()
        .map(|begun| {
            let credential = Device::empty().make(&begun["options"]);
            register(&mut browser, "x", &begun["ceremony"], &credential).status
        })
        .collect();
    assert_eq!(statuses[..20], [201; 20]);
    assert_eq!(statuses[20], 409);
    let listed = browser.get(PASSKEYS).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 20);
}

fn decoded(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

/// The answer with other client data, as if the browser had signed something else.
fn with_client_data(credential: &Value, name: &str, value: &Value) -> Value {
    let mut client: Value =
        serde_json::from_slice(&decoded(&credential["response"]["clientDataJSON"])).unwrap();
    client[name] = value.clone();
    let mut changed = credential.clone();
    changed["response"]["clientDataJSON"] = URL_SAFE_NO_PAD.encode(client.to_string()).into();
    changed
}

#[test]
fn forged_registrations_are_refused() {
    let (archive, mut browser) = archive();
    let mut refused = |name: &str, ceremony: &Value, credential: &Value| {
        let answer = register(&mut browser, "x", ceremony, credential);
        assert_eq!(answer.status, 401, "{name}: {}", answer.text());
    };
    let mut other = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let of_another_session = begin(&mut other);
    let credential = Device::empty().make(&of_another_session["options"]);
    refused(
        "another session",
        &of_another_session["ceremony"],
        &credential,
    );
    let begun = begin(&mut other);
    let challenge = begun["options"]["challenge"].clone();
    let right = Device::empty().make(&begun["options"]);
    for (name, changed) in [
        (
            "another origin",
            with_client_data(&right, "origin", &json!("https://evil.example")),
        ),
        (
            "another challenge",
            with_client_data(&right, "challenge", &json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        (
            "another type",
            with_client_data(&right, "type", &json!("webauthn.get")),
        ),
        ("garbage", json!({ "id": "x", "response": {} })),
    ] {
        let begun = begin(&mut other);
        let answer = register(&mut other, "x", &begun["ceremony"], &changed);
        assert_eq!(answer.status, 401, "{name}: {}", answer.text());
    }
    assert!(challenge.is_string());
    // Refused attempts have used up their ceremonies, not this one.
    assert_eq!(
        register(&mut other, "x", &begun["ceremony"], &right).status,
        201
    );
    assert_eq!(
        register(&mut other, "x", &begun["ceremony"], &right).status,
        401,
        "replay"
    );
    assert_eq!(
        other.get(PASSKEYS).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a case for each forgery")]
fn forged_sign_ins_are_refused() {
    let (archive, mut browser) = archive();
    let mut device = registered(&mut browser);
    let fresh = |device: &mut Device| {
        let begun = begin_sign_in(&archive);
        let credential = device.answer(&begun["options"]);
        (begun["ceremony"].clone(), credential)
    };
    let (mut old_ceremony, mut old_credential) = (Value::Null, Value::Null);
    type Forge = Box<dyn Fn(&Value) -> Value>;
    let client = |name: &'static str, value: &'static str| -> Forge {
        Box::new(move |right| with_client_data(right, name, &json!(value)))
    };
    let forgeries: Vec<(&str, Forge)> = vec![
        ("another origin", client("origin", "https://evil.example")),
        (
            "another challenge",
            client("challenge", "AAAAAAAAAAAAAAAAAAAAAA"),
        ),
        ("another type", client("type", "webauthn.create")),
        (
            "another signature",
            Box::new(|right| {
                let mut changed = right.clone();
                let mut bytes = decoded(&right["response"]["signature"]);
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                changed["response"]["signature"] = URL_SAFE_NO_PAD.encode(bytes).into();
                changed
            }),
        ),
        (
            "an unrecognised holder",
            Box::new(|right| {
                let mut changed = right.clone();
                let mut bytes = decoded(&right["response"]["authenticatorData"]);
                bytes[32] &= !0x04;
                changed["response"]["authenticatorData"] = URL_SAFE_NO_PAD.encode(bytes).into();
                changed
            }),
        ),
        (
            "another account",
            Box::new(|right| {
                let mut changed = right.clone();
                changed["response"]["userHandle"] = URL_SAFE_NO_PAD.encode("a-0123456789ab").into();
                changed
            }),
        ),
    ];
    for (name, forge) in forgeries {
        let (ceremony, right) = fresh(&mut device);
        let refused = sign_in(&archive, &ceremony, &forge(&right)).0;
        assert_eq!(refused.status, 401, "{name}: {}", refused.text());
        // A right one forgives the failures before it.
        let (ceremony, right) = fresh(&mut device);
        assert_eq!(sign_in(&archive, &ceremony, &right).0.status, 200, "{name}");
        (old_ceremony, old_credential) = (ceremony, right);
    }
    assert_eq!(
        sign_in(&archive, &old_ceremony, &old_credential).0.status,
        401,
        "replay"
    );
    let begun = begin_sign_in(&archive);
    assert_eq!(
        sign_in(&archive, &begun["ceremony"], &old_credential)
            .0
            .status,
        401,
        "old answer"
    );
    let registering = begin(&mut browser);
    let (_, right) = fresh(&mut device);
    assert_eq!(
        sign_in(&archive, &registering["ceremony"], &right).0.status,
        401,
        "another purpose"
    );
    // Guessing is slow, but a few wrong answers do not lock an office out.
    let guess = || sign_in(&archive, &json!("x"), &old_credential).0.status;
    assert!((0..10).all(|_| guess() == 401));
    assert_eq!(
        (0..400).map(|_| guess()).find(|status| *status != 401),
        Some(429)
    );
}

/// A counter that does not grow is that of a copied device.
#[test]
fn a_copied_passkey_is_noticed_by_its_counter() {
    let (archive, mut browser) = archive();
    let mut device = registered(&mut browser);
    let copy = device.clone();
    let sign = |device: &mut Device| {
        let begun = begin_sign_in(&archive);
        let credential = device.answer(&begun["options"]);
        sign_in(&archive, &begun["ceremony"], &credential).0.status
    };
    assert_eq!(sign(&mut device), 200);
    assert_eq!(sign(&mut device), 200);
    assert_eq!(sign(&mut copy.clone()), 401);
    assert_eq!(sign(&mut device), 200);
}

#[test]
fn without_a_name_there_are_no_passkeys() {
    let archive = Archive::start();
    let begun = archive
        .anybody()
        .post_json("/api/v1/session/passkey/ceremonies", &Value::Null);
    assert_eq!(
        (begun.status, begun.problem()),
        (409, "conflict".to_owned())
    );
}
