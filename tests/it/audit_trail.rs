//! The audit trail: what is in it, who reads it, and that it cannot be changed unnoticed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Archive, command, eventually};

const LOGIN: &str = "phong.vh@gialai.example";
const PASSWORD: &str = "trời xanh 7 quả đồi";

fn acts(archive: &Archive) -> Vec<(String, String)> {
    let page = archive.operator().get("/api/v1/audit?limit=1000");
    let items = page.json()["items"].as_array().unwrap().clone();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let pair = |entry: &Value| (text(entry, "act"), text(entry, "by"));
    items.iter().map(pair).collect()
}

fn invite(archive: &Archive, role: &str) -> Value {
    let wanted = json!({ "login": LOGIN, "role": role });
    let made = archive
        .operator()
        .post_json("/api/v1/accounts", &wanted)
        .json();
    let body = json!({ "link": made["link"], "password": PASSWORD });
    let opened = archive.anybody().post_json("/api/v1/account-links", &body);
    assert_eq!(opened.status, 200, "{}", opened.text());
    made["account"].clone()
}

#[test]
fn decisions_sign_ins_and_changes_of_accounts_are_in_it() {
    let archive = Archive::start();
    let account = invite(&archive, "editor");
    let id = account["id"].as_str().unwrap();
    let mut browser = Browser::new(archive.anybody());
    assert_eq!(browser.sign_in(LOGIN, "sai").status, 401);
    assert_eq!(browser.sign_in(LOGIN, PASSWORD).status, 200);
    let made = browser.send(
        "POST",
        "/api/v1/assets",
        &json!({ "titles": { "vi": "Nháp" } }),
    );
    let work = made.json()["id"].as_str().unwrap().to_owned();
    let submission = format!("/api/v1/assets/{work}/submission");
    let tag = made.header("etag").to_owned();
    let submitted = browser.send_with("PUT", &submission, &Value::Null, &[("if-match", &tag)]);
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    let editor = format!("editor:{id}");
    let expected: BTreeSet<(String, String)> = [
        ("account-invited", "system"),
        ("account-opened", &editor),
        ("sign-in-failed", "anonymous"),
        ("signed-in", &editor),
        ("work-decided", &editor),
    ]
    .map(|(act, by)| (act.to_owned(), by.to_owned()))
    .into();
    // The failure is written after it was answered.
    eventually("the failure is in the trail", || {
        (acts(&archive).len() == expected.len()).then_some(())
    });
    assert_eq!(
        acts(&archive).into_iter().collect::<BTreeSet<_>>(),
        expected
    );
    // Neither names nor addresses.
    let text = archive.operator().get("/api/v1/audit").text();
    assert!(
        !text.contains("gialai") && !text.contains(PASSWORD),
        "{text}"
    );
    let decided = archive.operator().get("/api/v1/audit?after=4").json();
    let details = &decided["items"][0]["details"];
    assert_eq!(
        details["event"].as_str().or(Some("submitted")),
        Some("submitted"),
        "{details}"
    );
}

#[test]
fn it_is_for_administrators_and_inspectors() {
    let archive = Archive::start();
    for (role, status) in [
        ("admin", 200),
        ("inspector", 200),
        ("editor", 403),
        ("reviewer", 403),
        ("contributor", 403),
        ("partner", 403),
    ] {
        let holder = archive.holder(role);
        for path in ["/api/v1/audit", "/api/v1/audit/verification"] {
            assert_eq!(holder.get(path).status, status, "{role} {path}");
        }
    }
    assert_eq!(archive.anybody().get("/api/v1/audit").status, 401);
}

#[test]
fn it_is_exported_and_read_on_from_any_number() {
    let archive = Archive::start();
    for _ in 0..5 {
        archive.holder("partner");
    }
    let operator = archive.operator();
    let page = operator.get("/api/v1/audit?after=1&limit=2").json();
    let numbers: Vec<u64> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["number"].as_u64().unwrap())
        .collect();
    assert_eq!(
        (numbers, page["next_after"].as_u64()),
        (vec![2, 3], Some(3))
    );
    let ndjson = operator.get("/api/v1/audit?format=ndjson").text();
    assert_eq!(ndjson.lines().count(), 5);
    for line in ndjson.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["act"], "token-created");
    }
    let csv = operator.get("/api/v1/audit?format=csv").text();
    assert_eq!(
        csv.lines().next(),
        Some("number,at,by,organisation,act,subject,details,hash")
    );
    assert_eq!(csv.lines().count(), 6);
    assert_eq!(operator.get("/api/v1/audit?limit=0").status, 400);
    assert_eq!(operator.get("/api/v1/audit?format=xml").status, 400);
}

/// Entries that many write at once, and a kill, leave one unbroken chain.
#[test]
fn the_chain_holds_under_load_and_after_a_kill() {
    let archive = Archive::start();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10).for_each(|_| drop(archive.holder("partner"))));
        }
    });
    let before = archive.operator().get("/api/v1/audit/verification").json();
    assert_eq!(
        (before["entries"].as_u64(), &before["first_broken"]),
        (Some(80), &Value::Null)
    );
    let data = archive.kill();
    let archive = Archive::start_in(data, &[]);
    archive.holder("partner");
    let verified = command()
        .args(["audit", "verify", "--data"])
        .arg(archive.data())
        .output();
    let verified = verified.unwrap();
    assert!(verified.status.success(), "{verified:?}");
    assert!(
        String::from_utf8_lossy(&verified.stdout).contains(" 81\t"),
        "{verified:?}"
    );
    let exported = command()
        .args(["audit", "export", "--format", "csv", "--data"])
        .arg(archive.data())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&exported.stdout).lines().count(),
        82
    );
}
