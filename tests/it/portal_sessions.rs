//! What was typed into a form survives the end of its session: for the same account, and for no other.

use serde_json::json;

use crate::portal_deposit_scripts::upload;
use crate::sign_in::{LOGIN, PASSWORD, add_account, archive_with};
use crate::support::reader::{Reader, location};
use crate::support::{Archive, eventually};

const OTHER: &str = "khac@gialai.example";
const TYPED: &str = "Gõ \"dở\" <b> & 'chưa' xong\r\ndòng hai ế ơ̆";
const SHOWN: &str = "Gõ &#34;dở&#34; &#60;b&#62; &#38; &#39;chưa&#39; xong";

/// A reader whose session has ended on the server while the page with the form was open.
fn with_ended_session(archive: &Archive, page: &str) -> Reader {
    let mut reader = Reader::signed_in(archive, LOGIN);
    reader.get(page);
    let form = reader.page.clone();
    let mut same_browser = Reader::new(archive);
    same_browser.cookie.clone_from(&reader.cookie);
    same_browser.page.clone_from(&form);
    location(&same_browser.post_form("/dang-xuat", &[]));
    reader
}

fn sign_in(reader: &mut Reader, login: &str) -> u16 {
    let typed = reader.field("typed");
    assert!(!typed.is_empty(), "{}", reader.page);
    // Nobody reads it in the source of the page.
    assert!(!reader.page.contains("chưa"), "{}", reader.page);
    let fields = [
        ("login", login),
        ("password", PASSWORD),
        ("return", "/"),
        ("typed", typed.as_str()),
    ];
    reader.post("/dang-nhap", &fields).status
}

/// Sends on what the page after signing in has.
fn resume(reader: &mut Reader, path: &str, fields: &[(&str, &str)]) {
    let page = reader.page.clone();
    assert!(
        page.contains(&format!("action=\"{path}\"")) && page.contains("name=\"resume\""),
        "{page}"
    );
    for (name, _) in fields {
        assert!(page.contains(&format!("name=\"{name}\"")), "{name}: {page}");
    }
    let token = reader.field("csrf");
    let mut all = vec![("csrf", token.as_str()), ("resume", "1")];
    all.extend(fields);
    let answer = reader.post(path, &all);
    assert!(
        matches!(answer.status, 200 | 303),
        "{path}: {}",
        answer.text()
    );
}

#[test]
fn every_form_comes_back_with_every_letter_after_signing_in_again() {
    let archive = archive_with("admin");
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Đang có" }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap();
    let work = editor.create(&json!({ "titles": { "vi": "Đang chờ" }, "organisation": "dic" }));
    let waiting = work["id"].as_str().unwrap();
    let submission = format!("/api/v1/assets/{waiting}/submission");
    assert_eq!(
        editor.put_json(&submission, "\"1\"", &json!({})).status,
        200
    );
    for (page, path, field, act) in [
        ("/gui", "/gui", "body", ""),
        ("/gui/ID", "/gui/ID", "body", ""),
        ("/duyet/WAITING", "/duyet/WAITING", "reason", ""),
        ("/en/deposit/ID", "/en/deposit/ID", "body", ""),
        ("/tai-khoan", "/tai-khoan", "label", "create-token"),
        ("/en/account", "/en/account", "display", "display"),
        ("/hang-loat?work=ID", "/hang-loat", "reason", "return"),
        (
            "/hang-loat?work=ID",
            "/en/bulk",
            "value-credit_line",
            "describe",
        ),
        ("/quan-tri", "/quan-tri", "display", "invite"),
    ] {
        let filled = |path: &str| path.replace("WAITING", waiting).replace("ID", id);
        let (page, path) = (filled(page), filled(path));
        let mut reader = with_ended_session(&archive, &page);
        let revision = reader.field("revision");
        let fields = [
            (field, TYPED),
            ("title", "Đang có"),
            ("decision", "return"),
            ("act", act),
            ("work", id),
        ];
        assert_eq!(reader.post_form(&path, &fields).status, 401, "{path}");
        assert_eq!(sign_in(&mut reader, LOGIN), 200, "{path}");
        assert!(reader.page.contains(SHOWN), "{path}: {}", reader.page);
        let carried = [
            (field, TYPED),
            ("title", "Đang có"),
            ("revision", revision.as_str()),
            ("act", act),
            ("work", id),
        ];
        resume(&mut reader, &path, &carried);
        let shown = &reader.page;
        assert!(
            shown.contains(SHOWN) && shown.contains("ế ơ̆"),
            "{path}: {shown}"
        );
    }
    // Nothing was done on the way.
    let after = editor.get(&format!("/api/v1/assets/{id}")).json();
    assert_eq!(after["revision"], 1, "{after}");
}

/// Sends a complete form over a session that has ended, and lets it be shown again.
fn come_back(archive: &Archive, page: &str, path: &str, fields: &[(&str, &str)]) {
    let mut reader = with_ended_session(archive, page);
    assert_eq!(reader.post_form(path, fields).status, 401, "{path}");
    assert_eq!(sign_in(&mut reader, LOGIN), 200, "{path}");
    resume(&mut reader, path, fields);
}

/// Sends it by hand, so that the test shows that it was complete.
fn send_by_hand(admin: &mut Reader, page: &str, path: &str, fields: &[(&str, &str)]) {
    admin.get(page);
    let answer = admin.post_form(path, fields);
    assert!(matches!(answer.status, 200 | 303), "{path}");
}

#[test]
fn a_form_that_comes_back_makes_no_account_and_no_token() {
    let archive = archive_with("admin");
    let login = "phong.moi@gialai.example";
    let invite = [
        ("act", "invite"),
        ("key", "k"),
        ("login", login),
        ("role", "editor"),
    ];
    let token = [("act", "create-token"), ("key", "k"), ("label", "Máy quét")];
    let mut admin = Reader::new(&archive);
    for (page, fields, made) in [
        ("/quan-tri", &invite[..], login),
        ("/tai-khoan", &token, "<bdi>Máy quét</bdi>"),
    ] {
        come_back(&archive, page, page, fields);
        admin.cookie = Reader::signed_in(&archive, LOGIN).cookie;
        admin.get(page);
        assert!(!admin.page.contains(made), "{}", admin.page);
        send_by_hand(&mut admin, page, page, fields);
        admin.get(page);
        assert!(admin.page.contains(made), "{}", admin.page);
    }
}

#[test]
fn a_form_that_comes_back_changes_no_works_and_undoes_nothing() {
    let archive = archive_with("admin");
    let editor = archive.holder("editor");
    let create = |title: &str| {
        let work = editor.create(&json!({ "titles": { "vi": title }, "organisation": "dic" }));
        work["id"].as_str().unwrap().to_owned()
    };
    let (id, changed) = (create("Đang có"), create("Đã sửa hàng loạt"));
    let act = json!({ "act": "describe", "works": [changed], "set": { "kind": "article" } });
    let started = editor.post_json("/api/v1/bulk", &act);
    let bulk = started.json()["id"].as_str().unwrap().to_owned();
    let state = || editor.get(&format!("/api/v1/bulk/{bulk}")).json()["state"].clone();
    eventually("the act is done", || (state() == "done").then_some(()));
    let (selection, result) = (
        format!("/hang-loat?work={id}"),
        format!("/hang-loat/{bulk}"),
    );
    let pinned = format!("{id}@1");
    let describe = |kind, key| {
        [
            ("work", pinned.as_str()),
            ("act", "describe"),
            ("mode-kind", "set"),
            ("value-kind", kind),
            ("step", "run"),
            ("total", "1"),
            ("key", key),
        ]
    };
    come_back(
        &archive,
        &selection,
        "/hang-loat",
        &describe("article", "k"),
    );
    come_back(&archive, &result, &result, &[]);
    assert_eq!(state(), "done");
    // By hand they act; the work is still at the revision that the first form would have changed.
    let mut admin = Reader::signed_in(&archive, LOGIN);
    send_by_hand(&mut admin, &selection, "/hang-loat", &describe("song", "l"));
    send_by_hand(&mut admin, &result, &result, &[]);
    let work = || editor.get(&format!("/api/v1/assets/{id}")).json();
    eventually("both acts", || {
        (state() == "undone" && work()["kind"] == "song").then_some(())
    });
    assert_eq!(work()["revision"], 2);
}

#[test]
fn buttons_and_descriptions_of_pictures_come_back_too() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Đang có" }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap();
    let draft = format!("/gui/{id}");
    let mut reader = with_ended_session(&archive, &draft);
    let submit = format!("{draft}/nop");
    assert_eq!(reader.post_form(&submit, &[]).status, 401);
    let typed = reader.field("typed");
    let fields = [
        ("login", LOGIN),
        ("password", PASSWORD),
        ("typed", typed.as_str()),
    ];
    assert_eq!(reader.post("/dang-nhap", &fields).status, 200);
    resume(&mut reader, &submit, &[("revision", "1")]);
    let state = editor.get(&format!("/api/v1/assets/{id}")).json()["state"].clone();
    assert_eq!(
        state, "draft",
        "the button is shown again, not pressed again"
    );

    let mut reader = with_ended_session(&archive, &draft);
    let files: [(&str, &str, &[u8]); 1] = [("a.txt", "text/plain", b"a")];
    assert_eq!(
        reader.post_files(&format!("{draft}/tep"), &files).status,
        401
    );
    assert!(!reader.page.contains("Trẻ em đi học"));
    let typed = reader.field("typed");
    let fields = [
        ("login", LOGIN),
        ("password", PASSWORD),
        ("typed", typed.as_str()),
    ];
    assert_eq!(reader.post("/dang-nhap", &fields).status, 200);
    resume(&mut reader, &draft, &[("alt_text", "Trẻ em đi học")]);
    assert!(
        reader.page.contains("value=\"Trẻ em đi học\""),
        "{}",
        reader.page
    );
    assert!(
        reader.page.contains("value=\"Đang có\""),
        "the description stays"
    );
}

#[test]
fn the_uploads_of_a_draft_come_back_too() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Đang có" }, "organisation": "dic" }));
    let draft = format!("/gui/{}", work["id"].as_str().unwrap());
    // `printf anh.jpg | base64`
    let metadata = "filename YW5oLmpwZw==";
    let photo = crate::picture_copies::picture("photo.jpg");
    let mut before = Reader::signed_in(&archive, LOGIN);
    before.get(&draft);
    let id = upload(&mut before, metadata, &photo);
    let (name, alt) = (format!("name-{id}"), format!("alt-{id}"));
    let fields = [
        ("title", "Đang có"),
        ("upload", id.as_str()),
        (name.as_str(), "anh.jpg"),
        (alt.as_str(), TYPED),
    ];
    let mut reader = with_ended_session(&archive, &draft);
    assert_eq!(reader.post_form(&draft, &fields).status, 401);
    assert_eq!(sign_in(&mut reader, LOGIN), 200);
    resume(&mut reader, &draft, &fields);
    assert!(reader.page.contains(SHOWN), "{}", reader.page);
    assert_eq!(reader.field("upload"), id);
    assert_eq!(reader.field(&name), "anh.jpg");
    assert_eq!(location(&reader.post_form(&draft, &fields)), draft);
    reader.get(&draft);
    assert!(reader.page.contains("anh.jpg: JPEG"), "{}", reader.page);
}

#[test]
fn signing_in_with_a_passkey_leads_to_what_was_typed() {
    let archive = archive_with("editor");
    let mut reader = with_ended_session(&archive, "/gui");
    assert_eq!(reader.post_form("/gui", &[("title", TYPED)]).status, 401);
    let typed = reader.field("typed");
    // The script has signed in; it sends on what the page carries, with the token of the new session.
    let mut signed_in = Reader::signed_in(&archive, LOGIN);
    signed_in.get("/gui");
    let on = [("typed", typed.as_str()), ("return", "/cua-toi")];
    let without = signed_in.post("/dang-nhap/tiep", &on);
    assert_eq!(without.status, 403);
    signed_in.get("/gui");
    assert_eq!(signed_in.post_form("/dang-nhap/tiep", &on).status, 200);
    assert!(signed_in.page.contains(SHOWN), "{}", signed_in.page);
    let on = [("typed", ""), ("return", "/cua-toi")];
    assert_eq!(
        location(&signed_in.post_form("/dang-nhap/tiep", &on)),
        "/cua-toi"
    );
    let evil = [("typed", ""), ("return", "//evil.example")];
    assert_eq!(
        location(&signed_in.post_form("/dang-nhap/tiep", &evil)),
        "/"
    );
}

#[test]
fn another_account_gets_nothing_of_it() {
    let archive = archive_with("editor");
    add_account(&archive, OTHER, "editor");
    let mut reader = with_ended_session(&archive, "/gui");
    let answer = reader.post_form("/gui", &[("title", TYPED)]);
    assert_eq!(answer.status, 401);
    let signed_in_page = reader.page.clone();
    assert_eq!(sign_in(&mut reader, OTHER), 200);
    let page = &reader.page;
    assert!(
        page.contains("thuộc tài khoản khác") && !page.contains("chưa"),
        "{page}"
    );
    // A wrong password keeps the text for the right one.
    let mut reader = Reader::new(&archive);
    reader.page = signed_in_page;
    let typed = reader.field("typed");
    let wrong = [
        ("login", LOGIN),
        ("password", "sai"),
        ("typed", typed.as_str()),
    ];
    reader.post("/dang-nhap", &wrong);
    assert_eq!(sign_in(&mut reader, LOGIN), 200);
    assert!(reader.page.contains(SHOWN), "{}", reader.page);
}

#[test]
fn a_form_of_an_earlier_session_of_the_same_account_is_shown_again() {
    let archive = archive_with("editor");
    let mut reader = with_ended_session(&archive, "/gui");
    let form = reader.page.clone();
    // Signed in again in another window.
    reader.cookie = Reader::signed_in(&archive, LOGIN).cookie;
    reader.page = form;
    let refused = reader.post_form("/gui", &[("title", TYPED)]);
    assert_eq!(refused.status, 403);
    assert!(reader.page.contains(SHOWN), "{}", reader.page);
    resume(&mut reader, "/gui", &[("title", TYPED)]);
    assert!(reader.page.contains(SHOWN), "{}", reader.page);
}

#[test]
fn a_conflict_shows_both_values() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Tên đầu" }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap();
    let mut reader = Reader::signed_in(&archive, LOGIN);
    let draft = format!("/gui/{id}");
    reader.get(&draft);
    let etag = editor
        .get(&format!("/api/v1/assets/{id}"))
        .header("etag")
        .to_owned();
    let changed = editor.patch(
        &format!("/api/v1/assets/{id}"),
        &etag,
        &json!({ "titles": { "vi": "Tên của người khác" } }),
    );
    assert_eq!(changed.status, 200, "{}", changed.text());
    let answer = reader.post_form(&draft, &[("title", "Tên tôi gõ")]);
    assert_eq!(answer.status, 200);
    let page = &reader.page;
    assert!(
        page.contains("value=\"Tên tôi gõ\"") && page.contains("<bdi>Tên của người khác</bdi>"),
        "{page}"
    );
    location(&reader.post_form(&draft, &[("title", "Tên tôi gõ")]));
    let after = editor.get(&format!("/api/v1/assets/{id}")).json();
    assert_eq!(after["titles"]["vi"], "Tên tôi gõ");
}
