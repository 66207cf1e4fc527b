//! The account of the holder as a page: display line, password, second factor, sessions, tokens, forgotten password.

use crate::sign_in::{LOGIN, PASSWORD, add_account, archive_with, totp};
use crate::support::reader::{Reader, location};

const PAGE: &str = "/tai-khoan";
/// Before a secret that is shown once.
const SECRET: &str = "<p class=\"num quote\">";
const NEW_PASSWORD: &str = "một mật khẩu khác hẳn";

/// The text of the element that begins so.
fn after<'a>(page: &'a str, begin: &str) -> &'a str {
    let rest = page.split_once(begin).unwrap_or(("", "")).1;
    rest.split('<').next().unwrap()
}

#[test]
fn the_holder_chooses_display_line_language_and_password() {
    let archive = archive_with("station");
    let mut holder = Reader::signed_in_as(&archive, LOGIN, PASSWORD, PAGE);
    holder.get(PAGE);
    assert!(holder.page.contains(LOGIN), "{}", holder.page);
    let display = [("act", "display"), ("display", "Phòng Văn hoá <b>")];
    location(&holder.post_form(PAGE, &display));
    holder.get(PAGE);
    assert!(
        holder.page.contains("value=\"Phòng Văn hoá &#60;b&#62;\""),
        "{}",
        holder.page
    );
    location(&holder.post_form(PAGE, &[("act", "language"), ("language", "en")]));
    holder.get(PAGE);
    assert!(
        holder
            .page
            .contains("<option value=\"en\" lang=\"en\" selected>")
    );
    let differing = [
        ("act", "password"),
        ("current", PASSWORD),
        ("password", NEW_PASSWORD),
        ("again", "khác"),
    ];
    let refused = holder.post_form(PAGE, &differing);
    assert_eq!(refused.status, 200);
    assert!(holder.page.contains("role=\"alert\"") && !holder.page.contains(NEW_PASSWORD));
    let right = [
        ("act", "password"),
        ("current", PASSWORD),
        ("password", NEW_PASSWORD),
        ("again", NEW_PASSWORD),
    ];
    location(&holder.post_form(PAGE, &right));
    Reader::signed_in_as(&archive, LOGIN, NEW_PASSWORD, PAGE);
    holder.get("/en/account");
    assert!(holder.page.contains("My account"), "{}", holder.page);
}

#[test]
fn a_second_factor_is_set_up_shown_once_and_taken_away() {
    let archive = archive_with("editor");
    let mut holder = Reader::signed_in(&archive, LOGIN);
    holder.get(PAGE);
    assert_eq!(holder.post_form(PAGE, &[("act", "begin-totp")]).status, 200);
    assert!(holder.page.contains("href=\"otpauth://totp/"));
    let secret = after(&holder.page, "Khóa: <b class=\"num\">").replace(' ', "");
    assert_eq!(secret.len(), 32, "160 bits in Base32: {secret}");
    let wrong = [("act", "confirm-totp"), ("code", "000000")];
    holder.post_form(PAGE, &wrong);
    assert!(holder.page.contains("role=\"alert\""), "{}", holder.page);
    let code = totp(&secret, 0);
    let confirm = [("act", "confirm-totp"), ("code", code.as_str())];
    assert_eq!(holder.post_form(PAGE, &confirm).status, 200);
    let code = after(&holder.page, "<li class=\"num\">").to_owned();
    assert!(code.len() >= 10, "{}", holder.page);
    // Sent again, as reloading does: nothing is shown again.
    holder.post_form(PAGE, &confirm);
    assert!(!holder.page.contains(&code) && holder.page.contains("role=\"alert\""));
    // Signing in needs it.
    let mut again = Reader::new(&archive);
    let fields = [("login", LOGIN), ("password", PASSWORD), ("return", PAGE)];
    assert_eq!(again.post("/dang-nhap", &fields).status, 200);
    let fields = [("code", code.as_str()), ("return", PAGE)];
    let answer = again.post("/dang-nhap/ma", &fields);
    assert_eq!(location(&answer), PAGE);
    again.get(PAGE);
    location(&again.post_form(PAGE, &[("act", "remove-totp")]));
    Reader::signed_in(&archive, LOGIN);
}

#[test]
fn sessions_are_listed_and_ended() {
    let archive = archive_with("editor");
    let mut one = Reader::signed_in(&archive, LOGIN);
    let mut two = Reader::signed_in(&archive, LOGIN);
    let mut three = Reader::signed_in(&archive, LOGIN);
    one.get(PAGE);
    let rows = one.page.matches("value=\"end-session\"").count();
    assert_eq!(rows, 2, "{}", one.page);
    let id = after(&one.page, "name=\"id\" value=\"");
    let id = id.split('"').next().unwrap().to_owned();
    let end = [("act", "end-session"), ("id", id.as_str())];
    location(&one.post_form(PAGE, &end));
    // Sent twice: no failure.
    one.get(PAGE);
    location(&one.post_form(PAGE, &end));
    let left = [two.get(PAGE).status, three.get(PAGE).status];
    assert!(left.contains(&401) && left.contains(&200), "{left:?}");
    one.get(PAGE);
    location(&one.post_form(PAGE, &[("act", "end-others")]));
    assert_eq!([two.get(PAGE).status, three.get(PAGE).status], [401, 401]);
    assert_eq!(one.get(PAGE).status, 200);
}

#[test]
fn a_token_is_made_once_used_and_revoked() {
    let archive = archive_with("editor");
    let mut holder = Reader::signed_in(&archive, LOGIN);
    holder.get(PAGE);
    let key = holder.field("key");
    let form = holder.page.clone();
    let wanted = [
        ("act", "create-token"),
        ("key", key.as_str()),
        ("label", "Máy quét"),
        ("scope", "read"),
        ("scope", "deposit"),
    ];
    assert_eq!(holder.post_form(PAGE, &wanted).status, 200);
    let secret = after(&holder.page, SECRET).to_owned();
    let me = archive.anybody().send(
        "GET",
        "/api/v1/me",
        &[("authorization", &format!("Bearer {secret}"))],
        &[],
    );
    assert_eq!(me.json()["scopes"], serde_json::json!(["read", "deposit"]));
    // A double click: both answers show the one token.
    holder.page.clone_from(&form);
    assert_eq!(holder.post_form(PAGE, &wanted).status, 200);
    assert_eq!(after(&holder.page, SECRET), secret);
    holder.get(PAGE);
    assert_eq!(holder.page.matches("<bdi>Máy quét</bdi>").count(), 1);
    assert!(!holder.page.contains(&secret));
    let id = holder.field("id");
    let revoked = holder.post_form(PAGE, &[("act", "revoke-token"), ("id", &id)]);
    assert_eq!(revoked.header("location"), "/tai-khoan#ma-truy-cap");
    holder.get(PAGE);
    assert!(holder.page.contains("id=\"ma-truy-cap\""));
    // What has ended is not shown again.
    holder.page = form;
    holder.post_form(PAGE, &wanted);
    assert!(holder.page.contains("role=\"alert\"") && !holder.page.contains(&secret));
    let me = archive.anybody().send(
        "GET",
        "/api/v1/me",
        &[("authorization", &format!("Bearer {secret}"))],
        &[],
    );
    assert_eq!(me.status, 401);
}

#[test]
fn two_forms_at_once_make_one_token_and_one_new_secret() {
    let archive = archive_with("editor");
    let mut holder = Reader::signed_in(&archive, LOGIN);
    let secrets = |holder: &Reader, fields: &[(&str, &str)]| {
        let send = || {
            let mut same_browser = Reader::new(&archive);
            same_browser.cookie.clone_from(&holder.cookie);
            same_browser.page.clone_from(&holder.page);
            same_browser.post_form(PAGE, fields);
            after(&same_browser.page, SECRET).to_owned()
        };
        let both = std::thread::scope(|threads| {
            let both = [threads.spawn(send), threads.spawn(send)];
            both.map(|answer| answer.join().unwrap())
        });
        assert!(both[0].starts_with("kc_"), "{both:?}");
        assert_eq!(both[0], both[1]);
        both[0].clone()
    };
    holder.get(PAGE);
    let key = holder.field("key");
    let create = [
        ("act", "create-token"),
        ("key", key.as_str()),
        ("label", "Máy quét"),
    ];
    let first = secrets(&holder, &create);
    holder.get(PAGE);
    assert_eq!(holder.page.matches("<bdi>Máy quét</bdi>").count(), 1);
    let (id, key) = (holder.field("id"), holder.field("key"));
    let rotate = [
        ("act", "rotate-token"),
        ("key", key.as_str()),
        ("id", id.as_str()),
    ];
    let second = secrets(&holder, &rotate);
    assert_ne!(first, second);
    // One rotation: the first secret lives on for its overlap.
    for secret in [&first, &second] {
        let bearer = format!("Bearer {secret}");
        let headers = [("authorization", bearer.as_str())];
        let me = archive.anybody().send("GET", "/api/v1/me", &headers, &[]);
        assert_eq!(me.status, 200, "{}", me.text());
    }
}

#[test]
fn recovery_codes_are_renewed_once_by_a_form_and_no_used_one_comes_back() {
    let archive = archive_with("editor");
    let mut holder = Reader::signed_in(&archive, LOGIN);
    holder.get(PAGE);
    holder.post_form(PAGE, &[("act", "begin-totp")]);
    let secret = after(&holder.page, "Khóa: <b class=\"num\">").replace(' ', "");
    let code = totp(&secret, 0);
    holder.post_form(PAGE, &[("act", "confirm-totp"), ("code", &code)]);
    let codes = |page: &str| -> Vec<String> {
        let rows = page.split("<li class=\"num\">").skip(1);
        rows.map(|row| row.split('<').next().unwrap().to_owned())
            .collect()
    };
    let confirmed = codes(&holder.page);
    holder.get(PAGE);
    let form = holder.page.clone();
    let key = holder.field("key");
    let renew = [("act", "renew-codes"), ("key", key.as_str())];
    assert_eq!(holder.post_form(PAGE, &renew).status, 200);
    let renewed = codes(&holder.page);
    assert_eq!(renewed.len(), 10);
    assert!(renewed.iter().all(|code| !confirmed.contains(code)));
    holder.page.clone_from(&form);
    holder.post_form(PAGE, &renew);
    assert_eq!(codes(&holder.page), renewed, "a double click");
    // Renewed by another form since: the first brings its codes back no more.
    holder.get(PAGE);
    let other = holder.field("key");
    holder.post_form(PAGE, &[("act", "renew-codes"), ("key", &other)]);
    let newest = codes(&holder.page);
    assert!(newest.len() == 10 && newest[0] != renewed[0]);
    holder.page = form;
    holder.post_form(PAGE, &renew);
    assert!(holder.page.contains("role=\"alert\""), "{}", holder.page);
    assert_eq!(codes(&holder.page), Vec::<String>::new());
    let sign_in = |code: &str| {
        let mut again = Reader::new(&archive);
        let fields = [("login", LOGIN), ("password", PASSWORD), ("return", PAGE)];
        again.post("/dang-nhap", &fields);
        again
            .post("/dang-nhap/ma", &[("code", code), ("return", PAGE)])
            .status
    };
    assert_eq!([sign_in(&renewed[1]), sign_in(&newest[1])], [200, 303]);
}

/// The page of a one-time link takes a password as it is; so must every other page.
#[test]
fn a_space_at_the_end_of_a_password_belongs_to_it() {
    let archive = archive_with("editor");
    let login = "cach@gialai.example";
    let [first, second] = [" trời xanh 7 quả đồi ", "một mật khẩu khác hẳn "];
    let wanted = serde_json::json!({ "login": login, "role": "editor" });
    let made = archive.operator().post_json("/api/v1/accounts", &wanted);
    let path = format!("/account-links/{}", made.json()["link"].as_str().unwrap());
    let mut holder = Reader::new(&archive);
    let choice = [("password", first), ("again", first)];
    assert_eq!(holder.post(&path, &choice).status, 200);
    let mut holder = Reader::signed_in_as(&archive, login, first, PAGE);
    holder.get(PAGE);
    let change = [
        ("act", "password"),
        ("current", first),
        ("password", second),
        ("again", second),
    ];
    location(&holder.post_form(PAGE, &change));
    Reader::signed_in_as(&archive, login, second, PAGE);
    holder.get(PAGE);
    location(&holder.post_form(PAGE, &[("act", "prove"), ("password", second)]));
    let trimmed = [
        ("login", login),
        ("password", second.trim()),
        ("return", PAGE),
    ];
    assert_eq!(
        Reader::new(&archive).post("/dang-nhap", &trimmed).status,
        200
    );
}

#[test]
fn nobody_changes_the_account_of_another() {
    let archive = archive_with("editor");
    add_account(&archive, "khac@gialai.example", "editor");
    let mut holder = Reader::signed_in(&archive, LOGIN);
    let mut other = Reader::signed_in(&archive, "khac@gialai.example");
    holder.get(PAGE);
    other.get(PAGE);
    let foreign = other.field("csrf");
    for (site, token) in [
        ("cross-site", holder.field("csrf")),
        ("same-origin", foreign),
    ] {
        let fields = [
            ("csrf", token.as_str()),
            ("act", "display"),
            ("display", "Đổi"),
        ];
        assert_eq!(holder.post_from(site, PAGE, &fields).status, 403);
    }
    holder.get(PAGE);
    assert!(!holder.page.contains("value=\"Đổi\""));
    assert_eq!(Reader::new(&archive).get(PAGE).status, 401);
}

#[test]
fn a_forgotten_password_tells_nobody_who_has_an_account() {
    let archive = archive_with("editor");
    let mut anybody = Reader::new(&archive);
    anybody.get("/quen-mat-khau");
    assert!(anybody.page.contains("name=\"login\""), "{}", anybody.page);
    let mut answers = Vec::new();
    for login in [LOGIN, "khong-co@gialai.example"] {
        let answer = anybody.post("/quen-mat-khau", &[("login", login)]);
        answers.push((answer.status, answer.text().replace(login, "")));
    }
    assert_eq!(answers[0], answers[1]);
    anybody.get("/en/forgotten-password?sent=1");
    assert!(
        anybody.page.contains("a message is on its way"),
        "{}",
        anybody.page
    );
}

#[test]
fn the_page_of_a_one_time_link_chooses_a_password() {
    let archive = archive_with("editor");
    let wanted = serde_json::json!({ "login": "moi@gialai.example", "role": "editor" });
    let made = archive.operator().post_json("/api/v1/accounts", &wanted);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    let path = format!("/account-links/{link}");
    let mut invited = Reader::new(&archive);
    assert_eq!(invited.get(&path).status, 200);
    assert!(invited.page.contains("class=\"mast"), "{}", invited.page);
    let fields = [("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    assert_eq!(invited.post(&path, &fields).status, 200);
    assert!(invited.page.contains("href=\"/dang-nhap\""));
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let body = b"password=1234567890&again=1234567890";
    let used = archive.anybody().send("POST", &path, &headers, body);
    assert_eq!(used.status, 410, "{}", used.text());
    Reader::signed_in_as(&archive, "moi@gialai.example", NEW_PASSWORD, PAGE);
}
