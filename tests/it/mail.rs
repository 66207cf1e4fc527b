//! Mail: one-time links by mail, forgotten passwords, and a mail server that fails.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::sign_in::PASSWORD;
use crate::support::browser::Browser;
use crate::support::smtp::{Behaviour, MailServer, certificate, settings};
use crate::support::{Answer, Archive, command, eventually};

const LOGIN: &str = "phong.vh@gialai.example";
const NEW_PASSWORD: &str = "sông dài 9 khúc quanh";

fn archive_with(settings: &[(&'static str, String)]) -> Archive {
    let environment: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    Archive::start_with(&environment)
}

fn invite(archive: &Archive, more: &Value) -> Value {
    let mut wanted = json!({ "login": LOGIN, "role": "editor" });
    json_patch::merge(&mut wanted, more);
    let made = archive.operator().post_json("/api/v1/accounts", &wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

/// The path of the page that an address in a message leads to.
fn path_of(address: &str) -> String {
    let path = address.strip_prefix("http://kho.example.vn").unwrap();
    assert!(path.starts_with("/account-links/a-"), "{address}");
    path.to_owned()
}

/// Sends the form of the page as a browser does.
fn choose(archive: &Archive, path: &str, password: &str, again: &str) -> Answer {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let form = format!("password={}&again={}", encode(password), encode(again));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    archive
        .anybody()
        .send("POST", path, &headers, form.as_bytes())
}

fn forgot(archive: &Archive, login: &str) -> Answer {
    archive
        .anybody()
        .post_json("/api/v1/password-resets", &json!({ "login": login }))
}

#[test]
fn an_invitation_is_mailed_and_its_page_opens_the_account() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server.settings());
    let made = invite(&archive, &json!({}));
    assert_eq!(made["mailed_to"], LOGIN);
    assert_eq!(
        made["link"],
        Value::Null,
        "the administrator does not get it"
    );
    let delivery = server.wait_for(1).remove(0);
    assert_eq!(delivery.to, [LOGIN]);
    let message = delivery.read();
    let headers = &message["headers"];
    assert_eq!(headers["from"], json!(["Kho Chung <kho@gialai.example>"]));
    assert_eq!(headers["to"], json!([LOGIN]));
    assert_eq!(
        headers["subject"],
        json!(["Kho Chung: lời mời mở tài khoản"])
    );
    assert_eq!(headers["content-language"], json!(["vi"]));
    assert_eq!(headers["auto-submitted"], json!(["auto-generated"]));
    assert_eq!(message["type"], "text/plain");

    let path = path_of(&delivery.address());
    let secret = path.rsplit('/').next().unwrap();
    assert!(
        !archive.journal().contains(secret),
        "the link lies in the journal"
    );
    assert!(
        !archive.journal().contains("gialai"),
        "the address lies in the journal"
    );

    let page = archive.anybody().get(&path);
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), "no-store");
    // Without any referrer a browser would send the form with `Origin: null`, and be refused.
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self'"), "{policy}");
    assert!(page.text().contains("type=\"password\""), "{}", page.text());
    // Neither looking at it nor a mistake uses it up.
    assert_eq!(choose(&archive, &path, PASSWORD, NEW_PASSWORD).status, 422);
    assert_eq!(choose(&archive, &path, "ngắn", "ngắn").status, 422);
    assert_eq!(choose(&archive, &path, PASSWORD, PASSWORD).status, 200);
    assert_eq!(choose(&archive, &path, PASSWORD, PASSWORD).status, 410);
    Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    assert_eq!(server.deliveries().len(), 1);
}

#[test]
fn the_page_does_not_take_what_another_site_sends() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server.settings());
    invite(&archive, &json!({}));
    let path = path_of(&server.wait_for(1)[0].address());
    for origin in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            origin,
        ];
        let sent = archive
            .anybody()
            .send("POST", &path, &headers, b"password=x&again=x");
        assert_eq!(sent.status, 403, "{origin:?}");
    }
}

#[test]
fn messages_are_in_the_language_of_the_account() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server.settings());
    let made = invite(&archive, &json!({ "language": "en" }));
    let first = server.wait_for(1).remove(0);
    let expected = "Kho Chung: your account is ready to be opened";
    assert_eq!(first.read()["headers"]["subject"], json!([expected]));
    let path = path_of(&first.address());
    assert_eq!(choose(&archive, &path, PASSWORD, PASSWORD).status, 200);
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let preferences = "/api/v1/account/preferences";
    assert_eq!(browser.get(preferences).json()["language"], "en");
    let changed = browser.send("PATCH", preferences, &json!({ "language": "vi" }));
    assert_eq!(changed.json()["language"], "vi");
    let refused = browser.send("PATCH", preferences, &json!({ "language": "fr" }));
    assert_eq!(refused.status, 422);

    let reset = format!(
        "/api/v1/accounts/{}/reset",
        made["account"]["id"].as_str().unwrap()
    );
    let answer = archive.operator().post_json(&reset, &Value::Null);
    assert_eq!(answer.json(), json!({ "mailed_to": LOGIN }));
    let second = server.wait_for(2).remove(1).read();
    assert_eq!(
        second["headers"]["subject"],
        json!(["Kho Chung: chọn mật khẩu mới"])
    );
    // An administrator may still want to hand it over.
    let answer = archive
        .operator()
        .post_json(&format!("{reset}?hand_over=administrator"), &Value::Null);
    let link = answer.json()["link"].clone();
    let body = json!({ "link": link, "password": PASSWORD });
    let opened = archive.anybody().post_json("/api/v1/account-links", &body);
    assert_eq!(opened.status, 200, "{}", opened.text());
    assert_eq!(server.deliveries().len(), 2);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn who_forgot_a_password_gets_a_link_and_nobody_learns_who_has_an_account() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server.settings());
    invite(&archive, &json!({}));
    let path = path_of(&server.wait_for(1)[0].address());
    // It has a link that an administrator made: that stays the only one.
    assert_eq!(forgot(&archive, LOGIN).status, 202);
    assert_eq!(choose(&archive, &path, PASSWORD, PASSWORD).status, 200);

    let answers =
        [LOGIN, "khong.co@gialai.example", "a b", ""].map(|login| forgot(&archive, login));
    for answer in &answers {
        assert_eq!((answer.status, answer.body.len()), (202, 0));
        let names = |answer: &Answer| -> BTreeSet<String> {
            answer.headers.keys().map(ToString::to_string).collect()
        };
        assert_eq!(names(answer), names(&answers[0]));
    }
    let delivery = server.wait_for(2).remove(1);
    assert_eq!(delivery.to, [LOGIN]);
    let path = path_of(&delivery.address());
    // The present password stays until the link is used.
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    // Asking again soon sends nothing, and does not replace the link.
    assert_eq!(forgot(&archive, LOGIN).status, 202);
    assert_eq!(
        choose(&archive, &path, NEW_PASSWORD, NEW_PASSWORD).status,
        200
    );
    assert_eq!(
        browser.get("/api/v1/session").status,
        401,
        "earlier sessions end"
    );
    Browser::signed_in(archive.anybody(), LOGIN, NEW_PASSWORD);
    assert_eq!(
        Browser::new(archive.anybody())
            .sign_in(LOGIN, PASSWORD)
            .status,
        401
    );
    let audit = archive.operator().get("/api/v1/audit").text();
    assert_eq!(audit.matches("\"reset-requested\"").count(), 1, "{audit}");
    let waiting = || {
        let jobs = archive
            .operator()
            .get("/api/v1/jobs?state=waiting&limit=200")
            .json();
        let items = jobs["items"].as_array().unwrap().clone();
        items
            .iter()
            .filter(|job| job["kind"] == "answer-forgotten-password")
            .count()
    };
    eventually("all requests to be answered", || {
        (waiting() == 0).then_some(())
    });
    assert_eq!(server.deliveries().len(), 2);
    assert!(
        !archive.journal().contains("khong.co"),
        "an asked name lies in the journal"
    );

    // Guessing names is slow, for known and unknown ones alike.
    for login in [LOGIN, "khong.co@gialai.example"] {
        let statuses: Vec<u16> = (0..7).map(|_| forgot(&archive, login).status).collect();
        assert_eq!(statuses.last(), Some(&429), "{login}");
    }
    // And does not make signing in wait.
    Browser::signed_in(archive.anybody(), LOGIN, NEW_PASSWORD);
}

/// Both answers come from the same steps; what differs happens in a job.
#[test]
fn the_time_of_the_answer_does_not_tell_whether_a_name_is_known() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server.settings());
    invite(&archive, &json!({}));
    server.wait_for(1);
    let time = |login: &str| {
        let started = Instant::now();
        assert_eq!(forgot(&archive, login).status, 202);
        started.elapsed()
    };
    time("warm.up@gialai.example");
    let known = (0..4).map(|_| time(LOGIN)).min().unwrap();
    let unknown = (0..4)
        .map(|n| time(&format!("khong.co{n}@gialai.example")))
        .min()
        .unwrap();
    let (less, more) = (known.min(unknown), known.max(unknown));
    assert!(
        more < less * 5 + Duration::from_millis(20),
        "{known:?} {unknown:?}"
    );
}

#[test]
fn without_mail_the_administrator_gets_the_link_and_asking_is_refused() {
    let archive = Archive::start();
    let made = invite(&archive, &json!({}));
    assert!(made["link"].is_string() && made["mailed_to"].is_null());
    for login in [LOGIN, "khong.co@gialai.example"] {
        let refused = forgot(&archive, login);
        assert_eq!(
            (refused.status, refused.problem()),
            (409, "no-mail".to_owned())
        );
    }
}

#[test]
fn a_login_name_that_is_no_address_gets_no_mail() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server.settings());
    let made = invite(&archive, &json!({ "login": "quan-tri", "role": "admin" }));
    assert!(made["link"].is_string());
}

#[test]
fn a_server_that_is_down_delays_no_request_and_gets_the_message_once_later() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let archive = archive_with(&settings(port));
    assert_eq!(invite(&archive, &json!({}))["mailed_to"], LOGIN);
    eventually("a failed attempt", || {
        let jobs = archive
            .operator()
            .get("/api/v1/jobs?state=waiting&limit=200")
            .json();
        let items = jobs["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .find(|job| job["kind"] == "mail-account-link" && job["failures"] == 1)
    });
    let server = MailServer::start_at(port, Behaviour::default());
    let path = path_of(&server.wait_for(1)[0].address());
    assert_eq!(choose(&archive, &path, PASSWORD, PASSWORD).status, 200);
    let folder = archive.stop();
    assert_eq!(server.deliveries().len(), 1);
    drop(folder);
}

#[test]
fn a_message_that_was_not_confirmed_before_a_kill_is_sent_again_as_the_same() {
    let server = MailServer::start(Behaviour {
        never_confirms: true,
        ..Behaviour::default()
    });
    let archive = archive_with(&server.settings());
    invite(&archive, &json!({}));
    server.wait_for(1);
    let folder = archive.kill();
    server.behave(Behaviour::default());
    let settings = server.settings();
    let environment: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let archive = Archive::start_in(folder, &environment);
    let deliveries = server.wait_for(2);
    let [first, second] = [deliveries[0].read(), deliveries[1].read()];
    assert_eq!(
        first["headers"]["message-id"],
        second["headers"]["message-id"]
    );
    assert_eq!(deliveries[0].address(), deliveries[1].address());
    let path = path_of(&deliveries[0].address());
    assert_eq!(choose(&archive, &path, PASSWORD, PASSWORD).status, 200);
}

#[test]
fn a_recipient_that_is_refused_for_good_is_not_tried_again() {
    let server = MailServer::start(Behaviour {
        refusal: Some("550 no such box"),
        ..Behaviour::default()
    });
    let archive = archive_with(&server.settings());
    invite(&archive, &json!({}));
    let dead = eventually("a dead job", || {
        let jobs = archive.operator().get("/api/v1/jobs?state=dead").json();
        jobs["items"].as_array().unwrap().first().cloned()
    });
    assert_eq!(dead["kind"], "mail-account-link");
    let text = dead.to_string();
    assert!(text.contains("550") && !text.contains("gialai"), "{text}");
}

fn khochung(settings: &[(&'static str, String)], arguments: &[&str]) -> (bool, String) {
    let mut command = command();
    command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
    let output = command.args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn the_command_line_tells_whether_mail_works_with_starttls_and_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, authority) = certificate();
    let server = MailServer::start(Behaviour {
        tls: Some(tls),
        ..Behaviour::default()
    });
    let [pem, password] = ["ca.pem", "password"].map(|name| folder.path().join(name));
    std::fs::write(&pem, authority).unwrap();
    std::fs::write(&password, "đúng\n").unwrap();
    let mut settings = server.settings();
    settings.retain(|(name, _)| !name.ends_with("SECURITY") && !name.ends_with("HOST"));
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    settings.extend([
        ("KHOCHUNG__MAIL__HOST", "localhost".to_owned()),
        ("KHOCHUNG__MAIL__USER", "kho".to_owned()),
        ("KHOCHUNG__MAIL__PASSWORD_FILE", text(&password)),
        ("KHOCHUNG__MAIL__CA_CERTIFICATE", text(&pem)),
        ("KHOCHUNG__STORAGE__DATA_DIR", text(folder.path())),
    ]);
    let (is_sent, output) = khochung(&settings, &["mail", "test", LOGIN]);
    assert!(is_sent, "{output}");
    let delivery = server.wait_for(1).remove(0);
    assert!(delivery.is_protected);
    let expected = ("kho".to_owned(), "đúng".to_owned());
    assert_eq!(delivery.credentials, Some(expected));
    assert_eq!(delivery.to, [LOGIN]);
    let (_, output) = khochung(&settings, &["check"]);
    let port = server.port;
    assert!(
        output.contains(&format!("ok    mail: localhost:{port}")),
        "{output}"
    );

    // A wrong password, a certificate of nobody, a server without STARTTLS: told, and nothing is sent.
    std::fs::write(&password, "sai").unwrap();
    let (_, output) = khochung(&settings, &["check"]);
    assert!(
        output.contains("fail  mail: ") && output.contains("535"),
        "{output}"
    );
    std::fs::write(&password, "đúng").unwrap();
    std::fs::write(&pem, certificate().1).unwrap();
    assert!(!khochung(&settings, &["mail", "test", LOGIN]).0);
    server.behave(Behaviour::default());
    assert!(!khochung(&settings, &["mail", "test", LOGIN]).0);
    assert_eq!(server.deliveries().len(), 1);
}

#[test]
fn settings_with_which_mail_cannot_work_are_refused() {
    let server = MailServer::start(Behaviour::default());
    for (key, value, named) in [
        ("KHOCHUNG__MAIL__FROM", "khong phai", "mail.from"),
        (
            "KHOCHUNG__SERVER__PUBLIC_ADDRESS",
            "",
            "server.public_address",
        ),
        ("KHOCHUNG__MAIL__PORT", "0", "mail.port"),
        ("KHOCHUNG__MAIL__SECURITY", "ssl", "mail.security"),
    ] {
        let mut settings = server.settings();
        settings.retain(|(name, _)| *name != key);
        settings.push((key, value.to_owned()));
        let (is_right, output) = khochung(&settings, &["config", "check"]);
        assert!(!is_right && output.contains(named), "{output}");
    }
    let mut settings = server.settings();
    settings.retain(|(name, _)| !name.ends_with("HOST"));
    settings.push(("KHOCHUNG__MAIL__HOST", "mail.example".to_owned()));
    settings.push(("KHOCHUNG__MAIL__USER", "kho".to_owned()));
    settings.push(("KHOCHUNG__MAIL__PASSWORD", "bi mat".to_owned()));
    let (is_right, output) = khochung(&settings, &["config", "check"]);
    assert!(!is_right && output.contains("mail.security"), "{output}");
    settings.retain(|(name, _)| !name.ends_with("SECURITY"));
    let (is_right, output) = khochung(&settings, &["config", "show"]);
    assert!(is_right && !output.contains("bi mat"), "{output}");
}
