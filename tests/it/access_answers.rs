//! Who asked for access gets the answer by mail.

use khochung::domain::access::Actor;
use khochung::services::access_requests::MailAccessAnswer;
use khochung::services::jobs::{Handler as _, JobFailure};
use khochung::storage::catalog::{ChangeSet, JobKind, JobState, NewJob};
use serde_json::{Value, json};

use crate::access_requests::{access_requests, submitted};
use crate::archive::{self, MORNING};
use crate::support::smtp::{Behaviour, Delivery, MailServer};
use crate::support::{Archive, eventually};

const REQUESTS: &str = "/api/v1/access-requests";
const OFFICE: &str = "VanThu@Iagrai.example";

fn archive_with(server: &MailServer) -> Archive {
    let settings = server.settings();
    let environment: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    Archive::start_with(&environment)
}

/// The id of a request with this contact.
fn ask(archive: &Archive, contact: &str) -> String {
    let wanted = json!({ "role": "station", "body": "Đài Ia Grai", "purpose": "Phát lại", "contact": contact });
    let made = archive.anybody().post_json(REQUESTS, &wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["request"]["id"].as_str().unwrap().to_owned()
}

fn decide(archive: &Archive, id: &str, decision: &Value) -> Value {
    let headers = [("content-type", "application/json")];
    let path = format!("{REQUESTS}/{id}/decision");
    let bytes = decision.to_string();
    let operator = archive.operator();
    let decided = operator.send("PUT", &path, &headers, bytes.as_bytes());
    assert_eq!(decided.status, 200, "{}", decided.text());
    decided.json()
}

fn body_of(delivery: &Delivery) -> String {
    delivery.read()["body"].as_str().unwrap().to_owned()
}

#[test]
fn a_grant_is_mailed_without_its_link_and_a_refusal_with_its_reason() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server);
    let granted = ask(&archive, OFFICE);
    let link = decide(&archive, &granted, &json!({ "decision": "granted" }))["link"].clone();
    let delivery = server.wait_for(1).remove(0);
    assert_eq!(delivery.to, [OFFICE]);
    let message = delivery.read();
    let expected = "Kho Chung: yêu cầu truy cập được chấp thuận / access granted";
    assert_eq!(message["headers"]["subject"], json!([expected]));
    let expected = format!("http://kho.example.vn{REQUESTS}/{granted}");
    assert_eq!(delivery.address(), expected);
    let body = body_of(&delivery);
    assert!(body.contains("Đài Ia Grai"), "{body}");
    let secret = link
        .as_str()
        .unwrap()
        .rsplit('.')
        .next()
        .unwrap()
        .to_owned();
    assert!(!body.contains(&secret), "{body}");

    let refused = ask(&archive, OFFICE);
    let reason = "Chưa có văn bản của cơ quan";
    decide(
        &archive,
        &refused,
        &json!({ "decision": "refused", "reason": reason }),
    );
    let delivery = server.wait_for(2).remove(1);
    assert!(body_of(&delivery).contains(reason));
    let headers = &delivery.read()["headers"];
    assert_ne!(headers["message-id"], message["headers"]["message-id"]);
    let journal = archive.journal();
    for hidden in [OFFICE, &OFFICE.to_lowercase(), secret.as_str()] {
        assert!(!journal.contains(hidden), "{hidden} lies in the journal");
    }
}

#[test]
fn who_left_no_mail_address_or_withdrew_gets_no_mail() {
    let server = MailServer::start(Behaviour::default());
    let archive = archive_with(&server);
    let dispatch = ask(&archive, "Văn thư xã Ia Grai, 02 Hùng Vương");
    decide(&archive, &dispatch, &json!({ "decision": "granted" }));
    let wanted =
        json!({ "role": "station", "body": "Đài", "purpose": "Phát lại", "contact": OFFICE });
    let made = archive.anybody().post_json(REQUESTS, &wanted).json();
    let path = format!("{REQUESTS}/{}", made["request"]["id"].as_str().unwrap());
    let receipt = [("access-receipt", made["receipt"].as_str().unwrap())];
    let withdrawn = archive.anybody().send("DELETE", &path, &receipt, b"");
    assert_eq!(withdrawn.status, 204, "{}", withdrawn.text());
    let last = ask(&archive, OFFICE);
    decide(&archive, &last, &json!({ "decision": "granted" }));
    let delivery = server.wait_for(1).remove(0);
    assert!(delivery.address().ends_with(&last));
    // Nothing waits any more, and nothing else was sent.
    let jobs = || archive.operator().get("/api/v1/jobs?limit=200").json();
    eventually("the job to be done", || {
        let jobs = jobs();
        let all = jobs["items"].as_array().unwrap().iter();
        let mut answers = all.filter(|job| job["kind"] == "mail-access-answer");
        let only = answers.next().unwrap();
        assert!(answers.next().is_none(), "{jobs}");
        (only["state"] == "done").then_some(())
    });
    assert_eq!(server.deliveries().len(), 1);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_not_sent() {
    let archive = archive::Archive::new();
    let requests = access_requests(&archive);
    let (_, request) = submitted(&requests, "Đài").await;
    requests
        .refuse(&Actor::System, &request.id, "Trùng")
        .await
        .unwrap();
    // Without mail there is no job: this is one of an archive that had mail when it decided.
    let none = archive.catalog.jobs(None, None, 100).await.unwrap();
    assert!(none.iter().all(|job| job.kind.0 != "mail-access-answer"));
    let job = NewJob {
        kind: JobKind("mail-access-answer".into()),
        payload: json!({ "request": request.id }).to_string(),
        run_at: MORNING,
        unique_key: None,
    };
    let changes = ChangeSet::by(&Actor::System, archive.clock.now()).job(job);
    archive.catalog.commit(changes).await.unwrap();
    let jobs = archive.catalog.jobs(Some(JobState::Waiting), None, 100);
    let jobs = jobs.await.unwrap();
    let job = jobs
        .iter()
        .find(|job| job.kind.0 == "mail-access-answer")
        .unwrap();
    let handler = MailAccessAnswer::new(requests.clone());
    let tried = handler.run(job, &archive.clock).await;
    assert!(
        matches!(tried, Err(JobFailure::Retry(_) | JobFailure::GiveUp(_))),
        "there is a message, and no server for it"
    );
    archive.clock.set(MORNING.plus_seconds(30 * 86_400));
    assert_eq!(requests.forget_contacts().await.unwrap(), 1);
    let nothing = ChangeSet::by(&Actor::System, archive.clock.now());
    assert_eq!(handler.run(job, &archive.clock).await.ok(), Some(nothing));
}
