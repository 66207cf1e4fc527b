//! Administration as a page: accounts, requests for access, health, audit.

use serde_json::json;

use crate::sign_in::{LOGIN, PASSWORD, add_account, archive_with};
use crate::support::Archive;
use crate::support::reader::{Reader, location};

const PAGE: &str = "/quan-tri";
const INVITED: &str = "phong.moi@gialai.example";

fn after<'a>(page: &'a str, begin: &str) -> &'a str {
    let rest = page.split_once(begin).unwrap_or(("", "")).1;
    rest.split('<').next().unwrap()
}

/// The path of the one-time link that the page shows with its host.
fn link_of(reader: &Reader, archive: &Archive) -> String {
    let address = after(&reader.page, "<p class=\"num quote\">");
    let path = address.strip_prefix(archive.base()).unwrap_or_default();
    assert!(path.starts_with("/account-links/"), "{}", reader.page);
    path.to_owned()
}

/// The id in the row of the list that has this text.
fn id_of(page: &str, text: &str) -> String {
    let row = page.split("<li class").find(|row| row.contains(text));
    let id = row.unwrap().split("name=\"id\" value=\"").nth(1).unwrap();
    id.split('"').next().unwrap().to_owned()
}

#[test]
fn an_account_is_invited_once_reset_and_closed() {
    let archive = archive_with("admin");
    let mut admin = Reader::signed_in(&archive, LOGIN);
    assert_eq!(admin.get(PAGE).status, 200);
    let key = admin.field("key");
    let form = admin.page.clone();
    let fields = [
        ("act", "invite"),
        ("key", key.as_str()),
        ("login", INVITED),
        ("role", "editor"),
    ];
    assert_eq!(admin.post_form(PAGE, &fields).status, 200);
    let link = link_of(&admin, &archive);
    // A double click: the second answer shows the same link, and not that the name is taken.
    admin.page = form;
    assert_eq!(admin.post_form(PAGE, &fields).status, 200);
    assert_eq!(link_of(&admin, &archive), link);
    admin.get(PAGE);
    let rows = admin.page.matches(&format!("<bdi>{INVITED}</bdi>")).count();
    assert_eq!(rows, 1);
    let mut invited = Reader::new(&archive);
    let choice = [("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(invited.post(&link, &choice).status, 200);
    let mut invited = Reader::signed_in(&archive, INVITED);
    // The role is missing: nothing typed is lost.
    let fields = [
        ("act", "invite"),
        ("key", "k"),
        ("login", "dang.go@gialai.example"),
    ];
    admin.post_form(PAGE, &fields);
    assert!(admin.page.contains("role=\"alert\""), "{}", admin.page);
    assert!(admin.page.contains("value=\"dang.go@gialai.example\""));
    let id = id_of(&admin.page, INVITED);
    admin.post_form(PAGE, &[("act", "reset"), ("id", &id)]);
    assert_ne!(link_of(&admin, &archive), link);
    assert_eq!(invited.get("/cua-toi").status, 401, "a reset ends sessions");
    location(&admin.post_form(PAGE, &[("act", "close"), ("id", &id)]));
    admin.get(PAGE);
    location(&admin.post_form(PAGE, &[("act", "close"), ("id", &id)]));
    admin.get("/en/admin");
    assert!(admin.page.contains("editor, closed"), "{}", admin.page);
    // The last administrator stays.
    let own = json!({ "login": LOGIN });
    let id = archive.operator().get("/api/v1/accounts").json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["login"] == own["login"])
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    admin.post_form(PAGE, &[("act", "close"), ("id", &id)]);
    assert!(admin.page.contains("role=\"alert\""), "{}", admin.page);
}

#[test]
fn requests_for_access_are_decided_with_their_days() {
    let archive = archive_with("admin");
    let ask = |body: &str| {
        let wanted = json!({
            "role": "partner", "body": body, "purpose": "Tra cứu <b>", "contact": "vt@x.example",
        });
        let asked = archive
            .anybody()
            .post_json("/api/v1/access-requests", &wanted);
        assert_eq!(asked.status, 201, "{}", asked.text());
    };
    ask("Cổng tỉnh");
    ask("Báo ngoài");
    let mut admin = Reader::signed_in(&archive, LOGIN);
    admin.get(PAGE);
    let page = admin.page.clone();
    assert!(
        page.contains("đã 0 ngày làm việc") && page.contains("Tra cứu &#60;b&#62;"),
        "{page}"
    );
    let id = id_of(&page, "Cổng tỉnh");
    location(&admin.post_form(PAGE, &[("act", "review"), ("id", &id)]));
    admin.get(PAGE);
    let grant = [
        ("act", "grant"),
        ("id", id.as_str()),
        ("organisation", "dic"),
    ];
    assert_eq!(admin.post_form(PAGE, &grant).status, 200);
    let link = after(&admin.page, "<p class=\"num quote\">").to_owned();
    let operation = format!("POST {}/api/v1/access-handovers<", archive.base());
    assert!(admin.page.contains(&operation), "{}", admin.page);
    let body = json!({ "link": link });
    let token = archive
        .anybody()
        .post_json("/api/v1/access-handovers", &body);
    assert_eq!(token.status, 201, "{}", token.text());
    admin.post_form(PAGE, &grant);
    assert!(
        admin.page.contains("role=\"alert\""),
        "decided once: {}",
        admin.page
    );
    let id = id_of(&page, "Báo ngoài");
    let refuse = [
        ("act", "refuse"),
        ("id", id.as_str()),
        ("reason", "Chưa rõ mục đích"),
    ];
    location(&admin.post_form(PAGE, &refuse));
    admin.get("/en/admin");
    assert!(
        admin.page.contains("<bdi>Chưa rõ mục đích</bdi>"),
        "{}",
        admin.page
    );
}

#[test]
fn inspectors_see_health_and_audit_and_change_nothing() {
    let archive = archive_with("inspector");
    add_account(&archive, "admin@gialai.example", "admin");
    let mut inspector = Reader::signed_in(&archive, LOGIN);
    assert_eq!(inspector.get("/en/admin").status, 200);
    let page = inspector.page.clone();
    assert!(
        page.contains("takes changes") && page.contains("signed-in"),
        "{page}"
    );
    assert!(
        !page.contains("admin@gialai.example") && !page.contains("name=\"act\""),
        "{page}"
    );
    let fields = [("act", "close"), ("id", "a-000000000000")];
    assert_eq!(inspector.post_form(PAGE, &fields).status, 403);
    // The administrator only with the token of its own session.
    let mut admin = Reader::signed_in(&archive, "admin@gialai.example");
    admin.get(PAGE);
    admin.page = page;
    assert_eq!(admin.post_form(PAGE, &fields).status, 403);
    for role in ["editor", "station"] {
        let login = format!("{role}@gialai.example");
        add_account(&archive, &login, role);
        let mut other = Reader::signed_in(&archive, &login);
        assert_eq!(other.get(PAGE).status, 403, "{role}");
    }
}
