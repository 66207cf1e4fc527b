//! Stations and partners ask for access; administrators decide; the asker fetches its token once.

use std::net::IpAddr;
use std::sync::Arc;

use khochung::domain::Timestamp;
use khochung::domain::access::{Actor, Role};
use khochung::interfaces::messages::mail;
use khochung::services::access_requests::{
    AccessRequest, AccessRequests, NewAccessRequest, Rules, WorkingDays,
};
use khochung::services::accounts::Secret;
use khochung::services::audit::AuditTrail;
use khochung::services::mail::Mail;
use serde_json::{Value, json};

use crate::archive;
use crate::support::{Answer, Archive, Client, command};

const REQUESTS: &str = "/api/v1/access-requests";

fn wanted() -> Value {
    json!({
        "role": "station", "body": "Đài truyền thanh xã Ia Grai",
        "purpose": "Phát lại chương trình buổi sáng", "contact": "vanthu@iagrai.example"
    })
}

/// The path of a new request, and its receipt code.
fn ask(archive: &Archive) -> (String, String) {
    let answer = archive.anybody().post_json(REQUESTS, &wanted());
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let made = answer.json();
    let id = made["request"]["id"].as_str().unwrap();
    let receipt = made["receipt"].as_str().unwrap().to_owned();
    (format!("{REQUESTS}/{id}"), receipt)
}

fn with_receipt(archive: &Archive, method: &str, path: &str, receipt: &str) -> Answer {
    let headers = [("access-receipt", receipt)];
    archive.anybody().send(method, path, &headers, b"")
}

fn put(client: &Client, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    client.send("PUT", path, &headers, body.to_string().as_bytes())
}

fn decide(client: &Client, path: &str, decision: &Value) -> Answer {
    put(client, &format!("{path}/decision"), decision)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story from asking to the token")]
fn a_station_asks_and_fetches_its_token_once() {
    let archive = Archive::start();
    let operator = archive.operator();
    let (path, receipt) = ask(&archive);
    let state = |name: &str| with_receipt(&archive, "GET", &path, &receipt).json()[name].clone();
    assert_eq!(
        (state("state"), state("working_days")),
        (json!("received"), json!(0))
    );
    assert_eq!(state("is_overdue"), false);
    assert_eq!(
        put(&operator, &format!("{path}/review"), &Value::Null).status,
        200
    );
    assert_eq!(state("state"), "in-review");
    let grant =
        json!({ "decision": "granted", "organisation": "radio-tv", "scopes": ["save-searches"] });
    let granted = decide(&operator, &path, &grant);
    assert_eq!(granted.status, 200, "{}", granted.text());
    assert_eq!(granted.header("cache-control"), "no-store");
    let first = granted.json()["link"].as_str().unwrap().to_owned();
    assert_eq!(state("state"), "granted");
    // A new link ends the one before.
    let renewed = operator.post_json(&format!("{path}/link"), &Value::Null);
    let link = renewed.json()["link"].as_str().unwrap().to_owned();
    let fetch = |link: &str| {
        archive
            .anybody()
            .post_json("/api/v1/access-handovers", &json!({ "link": link }))
    };
    assert_eq!(fetch(&first).status, 410);
    let token = fetch(&link);
    assert_eq!(token.status, 201, "{}", token.text());
    let token = token.json();
    assert_eq!(
        (&token["role"], &token["organisation"]),
        (&json!("station"), &json!("radio-tv"))
    );
    let me = archive
        .anybody()
        .with_token(token["secret"].as_str().unwrap())
        .get("/api/v1/me");
    assert_eq!(me.json()["permissions"], json!(["read", "save-searches"]));
    assert_eq!(fetch(&link).status, 410);
    assert_eq!(state("is_handed_over"), true);
    assert_eq!(
        operator
            .post_json(&format!("{path}/link"), &Value::Null)
            .status,
        409
    );
    let trail = operator.get("/api/v1/audit?limit=200").text();
    for act in [
        "access-requested",
        "access-reviewed",
        "access-granted",
        "token-created",
    ] {
        assert!(trail.contains(act), "{act}: {trail}");
    }
    assert!(
        !trail.contains("iagrai"),
        "no address in the trail: {trail}"
    );
}

#[test]
fn a_link_that_two_use_at_once_makes_one_token() {
    let archive = Archive::start();
    let (path, _) = ask(&archive);
    let granted = decide(
        &archive.operator(),
        &path,
        &json!({ "decision": "granted" }),
    );
    let link = granted.json()["link"].clone();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let fetch = || {
            let body = json!({ "link": link });
            archive
                .anybody()
                .post_json("/api/v1/access-handovers", &body)
                .status
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(fetch)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| matches!(status, 201 | 410)),
        "{statuses:?}"
    );
    let tokens = archive.operator().get("/api/v1/tokens").json();
    assert_eq!(tokens["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_refusal_has_a_reason_and_a_decision_is_made_once() {
    let archive = Archive::start();
    let operator = archive.operator();
    let (path, receipt) = ask(&archive);
    let without = decide(&operator, &path, &json!({ "decision": "refused" }));
    assert_eq!(without.json()["errors"][0]["pointer"], "/reason");
    let refusal = json!({ "decision": "refused", "reason": "Chưa có văn bản của cơ quan" });
    assert_eq!(decide(&operator, &path, &refusal).status, 200);
    let read = with_receipt(&archive, "GET", &path, &receipt).json();
    assert_eq!(
        (&read["state"], &read["reason"]),
        (&json!("refused"), &refusal["reason"])
    );
    assert_eq!(
        decide(&operator, &path, &json!({ "decision": "granted" })).status,
        409
    );
    assert_eq!(
        with_receipt(&archive, "DELETE", &path, &receipt).status,
        409
    );
    let (path, receipt) = ask(&archive);
    assert_eq!(
        with_receipt(&archive, "DELETE", &path, &receipt).status,
        204
    );
    assert_eq!(
        with_receipt(&archive, "GET", &path, &receipt).json()["state"],
        "withdrawn"
    );
    assert_eq!(decide(&operator, &path, &refusal).status, 409);
    // What the role does not have, or no body, is refused before anything is decided.
    let (path, _) = ask(&archive);
    for (grant, pointer) in [
        (json!({ "scopes": ["curate"] }), "/scopes"),
        (json!({ "organisation": "nobody" }), "/organisation"),
        (
            json!({ "expires_at": "2020-01-01T00:00:00+07:00" }),
            "/expires_at",
        ),
    ] {
        let mut decision = json!({ "decision": "granted" });
        json_patch::merge(&mut decision, &grant);
        let refused = decide(&operator, &path, &decision);
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            pointer,
            "{}",
            refused.text()
        );
    }
    assert_eq!(operator.get(&path).json()["state"], "received");
}

#[test]
fn nobody_else_learns_of_a_request() {
    let archive = Archive::start();
    let (path, receipt) = ask(&archive);
    let unknown = format!("{REQUESTS}/q-000000000000");
    for (path, receipt) in [(&path, "kr_wrong"), (&unknown, receipt.as_str())] {
        for method in ["GET", "DELETE"] {
            assert_eq!(
                with_receipt(&archive, method, path, receipt).status,
                404,
                "{method} {path}"
            );
        }
    }
    assert_eq!(archive.anybody().get(&path).status, 404);
    for role in ["editor", "inspector", "partner"] {
        let client = archive.holder(role);
        assert_eq!(
            (client.get(&path).status, client.get(REQUESTS).status),
            (404, 403),
            "{role}"
        );
        let refused = decide(&client, &path, &json!({ "decision": "granted" }));
        assert_eq!(refused.status, 403, "{role}");
    }
    assert_eq!(archive.anybody().get(REQUESTS).status, 401);
    let listed = archive.operator().get(REQUESTS).json();
    assert_eq!(listed["items"][0]["contact"], "vanthu@iagrai.example");
    // The address is not readable in the journal.
    for entry in walk(archive.data()) {
        let bytes = std::fs::read(&entry).unwrap();
        let found = bytes.windows(13).any(|window| window == b"vanthu@iagrai");
        assert!(!found, "{}", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_network_asks_five_times_and_texts_are_bounded() {
    let archive = Archive::start();
    for (change, pointer, rule) in [
        (json!({ "role": "editor" }), "/role", "not-one-of"),
        (json!({ "body": "" }), "/body", "required"),
        (
            json!({ "purpose": "x".repeat(2_001) }),
            "/purpose",
            "too-long",
        ),
        (json!({ "contact": null }), "/contact", "required"),
    ] {
        let mut body = wanted();
        json_patch::merge(&mut body, &change);
        let refused = archive.anybody().post_json(REQUESTS, &body);
        assert_eq!(refused.status, 422, "{change}");
        let error = refused.json()["errors"][0].clone();
        assert_eq!(
            (&error["pointer"], &error["rule"]),
            (&json!(pointer), &json!(rule))
        );
    }
    for _ in 0..5 {
        ask(&archive);
    }
    let refused = archive.anybody().post_json(REQUESTS, &wanted());
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too-many-requests")
    );
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((3_000..=3_600).contains(&seconds), "{seconds}");
}

#[test]
fn requests_are_decided_on_the_command_line_with_own_holidays() {
    let folder = tempfile::tempdir().unwrap();
    let holidays = folder.path().join("holidays.json");
    std::fs::write(&holidays, r#"{ "holidays": [{ "day": "2999-01-01" }] }"#).unwrap();
    let setting = holidays.to_str().unwrap();
    let archive = Archive::start_with(&[("KHOCHUNG__ACCESS_REQUESTS__HOLIDAYS_FILE", setting)]);
    let (path, _) = ask(&archive);
    let id = path.rsplit('/').next().unwrap();
    let run = |arguments: &[&str]| {
        let output = command()
            .arg("request")
            .args(arguments)
            .arg("--data")
            .arg(archive.data())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    };
    let listed = run(&["list"]);
    let columns: Vec<&str> = listed.split('\t').collect();
    assert_eq!(
        (columns[0], columns[1], columns[4], columns[5]),
        (id, "received", "-", "station")
    );
    assert!(run(&["review", id]).contains("\tin-review\t"));
    let link = run(&["grant", id, "--organisation", "radio-tv"]);
    let body = json!({ "link": link });
    assert_eq!(
        archive
            .anybody()
            .post_json("/api/v1/access-handovers", &body)
            .status,
        201
    );
    let (path, _) = ask(&archive);
    let id = path.rsplit('/').next().unwrap();
    assert!(run(&["refuse", id, "--reason", "Trùng"]).contains("\trefused\t"));
}

pub(crate) fn access_requests(archive: &archive::Archive) -> AccessRequests {
    let rules = Rules {
        decide_within: 2,
        keep_contact_days: 30,
        calendar: WorkingDays::viet_nam().unwrap(),
    };
    AccessRequests::new(
        archive.catalog.clone(),
        AuditTrail::new(archive.catalog.clone(), archive.clock.clone()),
        Arc::clone(&archive.keys),
        Arc::clone(&archive.tokens),
        Mail::new(None, mail::compose, ""),
        archive.clock.clone(),
        rules,
    )
}

/// A request that is taken in now.
pub(crate) async fn submitted(requests: &AccessRequests, body: &str) -> (Secret, AccessRequest) {
    let wanted = NewAccessRequest {
        role: Role::Station,
        body: body.to_owned(),
        purpose: "Phát lại".into(),
        contact: "vanthu@iagrai.example".into(),
    };
    let network = Some(IpAddr::from([127, 0, 0, 1]));
    requests.submit(wanted, network).await.unwrap()
}

#[tokio::test]
async fn an_address_is_forgotten_with_its_key_whenever_a_run_was_killed() {
    let archive = archive::Archive::new();
    let requests = access_requests(&archive);
    let (receipt, request) = submitted(&requests, "Đài").await;
    let id = request.id.as_str();
    requests.withdraw(id, receipt.reveal()).await.unwrap();
    let contact = || async { requests.read(&Actor::System, id).await.unwrap().contact };
    assert_eq!(requests.forget_contacts().await.unwrap(), 0);
    assert!(contact().await.is_some());
    let due = archive::MORNING.plus_seconds(30 * 86_400);
    archive.clock.set(due);
    // Killed behind the key: the record still has what nobody can read.
    archive.keys.remove(id).unwrap();
    assert_eq!(contact().await, None);
    assert_eq!(requests.forget_contacts().await.unwrap(), 1);
    assert_eq!(requests.forget_contacts().await.unwrap(), 0);
    // A key that was left behind goes, too.
    archive.keys.ensure(id, [9; 32]).unwrap();
    assert_eq!(requests.forget_contacts().await.unwrap(), 1);
    assert_eq!(archive.keys.of(id), None);
}

#[tokio::test]
async fn a_request_is_overdue_when_more_than_two_working_days_have_passed() {
    let archive = archive::Archive::new();
    let requests = access_requests(&archive);
    let at = |text: &str| archive.clock.set(Timestamp::parse(text).unwrap());
    // Monday 23 November 2026: Tuesday and Wednesday are two working days.
    let (_, monday) = submitted(&requests, "Thứ Hai").await;
    let decided = submitted(&requests, "Đã trả lời").await.1;
    let refused = requests.refuse(&Actor::System, &decided.id, "Trùng").await;
    refused.unwrap();
    assert_eq!(monday.due_on.to_string(), "2026-11-25");
    at("2026-11-25T23:59:59+07:00");
    assert!(!read(&requests, &monday.id).await.is_overdue);
    at("2026-11-26T00:00:00+07:00");
    let overdue = read(&requests, &monday.id).await;
    assert!(overdue.is_overdue);
    assert_eq!(overdue.working_days, 3);
    // A decided one is not, however long ago it came.
    assert!(!read(&requests, &decided.id).await.is_overdue);
    // Friday: Saturday and Sunday are no working days.
    at("2026-11-27T16:00:00+07:00");
    let (_, friday) = submitted(&requests, "Thứ Sáu").await;
    assert_eq!(friday.due_on.to_string(), "2026-12-01");
    at("2026-12-01T23:59:59+07:00");
    assert!(!read(&requests, &friday.id).await.is_overdue);
    let listed = requests.list(&Actor::System).await.unwrap();
    let listed: Vec<(&str, bool)> = listed
        .iter()
        .map(|request| (request.body.as_str(), request.is_overdue))
        .collect();
    assert_eq!(
        listed,
        [("Thứ Hai", true), ("Thứ Sáu", false), ("Đã trả lời", false)]
    );
    at("2026-12-02T00:00:00+07:00");
    assert!(read(&requests, &friday.id).await.is_overdue);
}

async fn read(requests: &AccessRequests, id: &str) -> AccessRequest {
    requests.read(&Actor::System, id).await.unwrap()
}
