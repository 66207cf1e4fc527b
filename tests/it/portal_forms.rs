//! Pages with forms: signing in, depositing, deciding. As a browser without scripts sends them.

use serde_json::json;

use crate::sign_in::{LOGIN, PASSWORD, add_account, archive_with};
use crate::support::eventually;
use crate::support::reader::{Reader, location};

const EDITOR: &str = "bien.tap@gialai.example";

#[test]
fn a_page_that_needs_an_account_leads_to_the_sign_in_page_and_back() {
    let archive = archive_with("editor");
    let mut reader = Reader::new(&archive);
    let refused = reader.get("/duyet");
    assert_eq!(refused.status, 401);
    assert!(
        reader.page.contains("href=\"/dang-nhap?return=%2Fduyet\""),
        "{}",
        reader.page
    );
    reader.get("/dang-nhap?return=%2Fduyet");
    assert_eq!(reader.field("return"), "/duyet");
    let wrong = [("login", LOGIN), ("password", "sai"), ("return", "/duyet")];
    let wrong = reader.post("/dang-nhap", &wrong);
    assert!(
        wrong.text().contains("Tên hoặc mật khẩu không đúng"),
        "{}",
        wrong.text()
    );
    assert!(wrong.text().contains(&format!("value=\"{LOGIN}\"")) && reader.cookie.is_empty());
    let right = [
        ("login", LOGIN),
        ("password", PASSWORD),
        ("return", "/duyet"),
    ];
    assert_eq!(
        reader.post("/dang-nhap", &right).header("location"),
        "/duyet"
    );
    assert_eq!(reader.get("/duyet").status, 200);
    let out = reader.post_form("/dang-xuat", &[]);
    assert_eq!(out.header("location"), "/");
    assert_eq!(reader.get("/duyet").status, 401);
    // Nobody is led to another site.
    for outside in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let fields = [
            ("login", LOGIN),
            ("password", PASSWORD),
            ("return", outside),
        ];
        assert_eq!(reader.post("/dang-nhap", &fields).header("location"), "/");
    }
}

pub(crate) const DESCRIPTION: [(&str, &str); 10] = [
    ("title", "Lễ khai giảng ở Ia Ko"),
    ("kind", "photo-essay"),
    ("language", "vi"),
    ("made", "5/9/2024"),
    ("place", "chu-se"),
    ("strand", "educate"),
    ("theme", "policy-and-law"),
    ("credit_line", "Ảnh: Văn phòng xã Ia Ko"),
    ("reuse_terms", "cc-by-4.0"),
    ("people_shown", "none-identifiable"),
];

/// The address of a new draft with everything that publication needs.
fn deposit(officer: &mut Reader) -> String {
    officer.get("/gui");
    let draft = location(&officer.post_form("/gui", &DESCRIPTION));
    officer.get(&draft);
    let photo = crate::picture_copies::picture("photo.jpg");
    let files: [(&str, &str, &[u8]); 1] = [("a.jpg", "image/jpeg", &photo)];
    location(&officer.post_files(&format!("{draft}/tep"), &files));
    eventually("everything is there", || {
        officer.get(&draft);
        officer.page.contains("Đã đủ để công bố.").then_some(())
    });
    draft
}

#[test]
fn a_bad_file_stops_no_other_and_a_bad_field_keeps_what_was_typed() {
    let archive = archive_with("contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let draft = location(&officer.post_form("/gui", &DESCRIPTION));
    officer.get(&draft);
    assert!(
        officer.page.contains("value=\"2024-09-05\""),
        "{}",
        officer.page
    );
    let photo = crate::picture_copies::picture("photo.jpg");
    let files: [(&str, &str, &[u8]); 2] = [
        ("x.bin", "application/octet-stream", &[0, 1, 2, 3]),
        ("a.jpg", "image/jpeg", &photo),
    ];
    assert_eq!(
        officer.post_files(&format!("{draft}/tep"), &files).status,
        200
    );
    let page = &officer.page;
    assert!(
        page.contains("x.bin:") && page.contains("a.jpg: JPEG"),
        "{page}"
    );
    let wrong = officer.post_form(&draft, &[("title", "Lễ"), ("made", "hôm qua")]);
    assert_eq!(wrong.status, 200);
    let page = &officer.page;
    assert!(
        page.contains("id=\"made-loi\"") && page.contains("value=\"hôm qua\""),
        "{page}"
    );
}

#[test]
fn a_form_that_is_sent_twice_makes_one_draft() {
    let archive = archive_with("contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let key = officer.field("key");
    let mut fields = vec![("key", key.as_str())];
    fields.extend(DESCRIPTION);
    let form = officer.page.clone();
    let first = location(&officer.post_form("/gui", &fields));
    officer.page.clone_from(&form);
    assert_eq!(location(&officer.post_form("/gui", &fields)), first);
    // Gone back and changed: another work, and nothing typed is lost.
    officer.page.clone_from(&form);
    fields[1] = ("title", "Tên khác");
    assert_ne!(location(&officer.post_form("/gui", &fields)), first);
    // The same words in a new form are a new work.
    officer.get("/gui");
    let key = officer.field("key");
    let mut fields = vec![("key", key.as_str())];
    fields.extend(DESCRIPTION);
    assert_ne!(location(&officer.post_form("/gui", &fields)), first);
}

#[test]
fn a_submitted_draft_has_a_receipt_and_is_submitted_once() {
    let archive = archive_with("contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    let draft = deposit(&mut officer);
    location(&officer.post_form(&format!("{draft}/nop"), &[]));
    officer.get(&draft);
    let id = draft.rsplit('/').next().unwrap();
    assert!(officer.page.contains("Số biên nhận") && officer.page.contains(id));
    // The same form again, as a double click sends it.
    assert_eq!(officer.post_form(&format!("{draft}/nop"), &[]).status, 409);
}

#[test]
fn a_work_is_returned_submitted_again_and_published() {
    let archive = archive_with("contributor");
    add_account(&archive, EDITOR, "editor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    let draft = deposit(&mut officer);
    location(&officer.post_form(&format!("{draft}/nop"), &[]));
    let id = draft.rsplit('/').next().unwrap();
    let mut editor = Reader::signed_in(&archive, EDITOR);
    eventually("it is in the queue", || {
        editor.get("/duyet");
        editor.page.contains("Lễ khai giảng ở Ia Ko").then_some(())
    });
    let work = format!("/duyet/{id}");
    editor.get(&work);
    let token = editor.field("csrf");
    let stale = [
        ("csrf", token.as_str()),
        ("revision", "1"),
        ("decision", "publish"),
    ];
    assert!(
        editor
            .post(&work, &stale)
            .text()
            .contains("Tác phẩm đã thay đổi")
    );
    let returned = [("decision", "return"), ("reason", "Ghi tên trường")];
    location(&editor.post_form(&work, &returned));
    eventually("it is returned", || {
        officer.get("/cua-toi");
        officer.page.contains("Ghi tên trường").then_some(())
    });
    officer.get(&draft);
    location(&officer.post_form(&format!("{draft}/nop"), &[]));
    editor.get(&work);
    location(&editor.post_form(&work, &[("decision", "publish")]));
    let public = archive.anybody().get(&format!("/t/{id}"));
    assert_eq!(public.status, 200);
    let page = public.text();
    assert!(page.contains("Lễ khai giảng ở Ia Ko"), "{page}");
    assert!(page.contains("alt=\"Trẻ em đi học\""), "{page}");
}

#[test]
fn a_decision_that_conditions_refuse_says_which() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Thiếu nhiều" }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap();
    let path = format!("/api/v1/assets/{id}/submission");
    let submitted = editor.put_json(&path, "\"1\"", &json!({}));
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    let mut reader = Reader::signed_in(&archive, LOGIN);
    reader.get(&format!("/en/review/{id}"));
    let refused = reader.post_form(&format!("/en/review/{id}"), &[("decision", "accept")]);
    assert_eq!(refused.status, 200);
    assert!(
        reader.page.contains("Not done") && reader.page.contains("role=\"alert\""),
        "{}",
        reader.page
    );
    let state = editor.get(&format!("/api/v1/assets/{id}")).json()["state"].clone();
    assert_eq!(state, "submitted");
}

const FORMS: [&str; 10] = [
    "/dang-xuat",
    "/gui",
    "/gui/ID",
    "/gui/ID/nop",
    "/duyet/ID",
    "/en/sign-out",
    "/en/deposit",
    "/tai-khoan",
    "/hang-loat",
    "/hang-loat/ID",
];

/// Every form that changes something: of another site, without the token, with that of another session.
#[test]
fn no_form_is_taken_from_another_site_or_another_session() {
    let archive = archive_with("editor");
    add_account(&archive, EDITOR, "editor");
    let editor = archive.holder("editor");
    let work = editor.create(&json!({ "titles": { "vi": "Không đổi" }, "organisation": "dic" }));
    let id = work["id"].as_str().unwrap();
    let mut reader = Reader::signed_in(&archive, LOGIN);
    let mut other = Reader::signed_in(&archive, EDITOR);
    reader.get(&format!("/gui/{id}"));
    other.get(&format!("/gui/{id}"));
    let (own, foreign) = (reader.field("csrf"), other.field("csrf"));
    for path in FORMS.map(|path| path.replace("ID", id)) {
        for (site, token) in [
            ("cross-site", own.as_str()),
            ("same-site", &own),
            ("same-origin", ""),
            ("same-origin", &foreign),
        ] {
            let fields = [
                ("csrf", token),
                ("revision", "1"),
                ("title", "Đã đổi"),
                ("decision", "publish"),
            ];
            let answer = reader.post_from(site, &path, &fields);
            assert_eq!(answer.status, 403, "{path} {site} {token}");
        }
        // Without a session there is nobody to act for.
        let mut anonymous = Reader::new(&archive);
        let fields = [
            ("csrf", own.as_str()),
            ("revision", "1"),
            ("title", "Đã đổi"),
        ];
        assert_eq!(anonymous.post(&path, &fields).status, 401, "{path}");
        // Reading changes nothing.
        assert!(
            matches!(reader.get(&path).status, 200 | 404 | 405),
            "{path}"
        );
    }
    let files: [(&str, &str, &[u8]); 1] = [("a.txt", "text/plain", b"a")];
    reader.page = other.page.clone();
    assert_eq!(
        reader.post_files(&format!("/gui/{id}/tep"), &files).status,
        403
    );
    let after = editor.get(&format!("/api/v1/assets/{id}")).json();
    assert_eq!(
        (&after["revision"], &after["titles"]["vi"]),
        (&json!(1), &json!("Không đổi"))
    );
    assert_eq!(reader.get("/duyet").status, 200, "the session has ended");
}

#[test]
fn pages_are_only_for_those_who_may() {
    let archive = archive_with("station");
    let mut station = Reader::signed_in(&archive, LOGIN);
    for path in [
        "/duyet",
        "/gui",
        "/cua-toi",
        "/en/review",
        "/en/deposit",
        "/en/mine",
        "/hang-loat",
    ] {
        assert_eq!(station.get(path).status, 403, "{path}");
    }
    station.get("/");
    assert!(
        !station.page.contains("href=\"/duyet\""),
        "{}",
        station.page
    );
}
