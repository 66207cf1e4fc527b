//! Notifications: who is told of what, in the inbox and by mail, and what nobody learns.

use std::time::Duration;

use khochung::domain::Timestamp;
use khochung::domain::access::{AccountId, Actor, Credential, Role};
use khochung::domain::asset::{ReturnReason, Revision};
use khochung::interfaces::messages::mail::compose;
use khochung::services::curation::MakeScheduledChanges;
use khochung::services::jobs::Handler as _;
use khochung::services::mail::{Mail, Mailer, Security, Settings};
use khochung::services::notifications::{Inbox, MailDigest, MailNotification, Notifications};
use khochung::services::works::ScheduledChange;
use khochung::storage::catalog::{
    ChangeSet, Job, JobId, JobKind, JobState, KeyRange, KeyedRecord, RecordKey, Write,
};
use serde_json::{Value, json};

use crate::accounts::{active, contributor as contributor_account};
use crate::archive::{Archive as Services, MORNING, complete_work, complete_work_but, editor};
use crate::sign_in::PASSWORD;
use crate::support::browser::Browser;
use crate::support::smtp::{Behaviour, Delivery, MailServer};
use crate::support::{Answer, Archive, eventually};

const INBOX: &str = "/api/v1/account/notifications";
const PREFERENCES: &str = "/api/v1/account/preferences";

/// A signed-in account.
fn account(archive: &Archive, login: &str, role: &str, organisation: Option<&str>) -> Browser {
    let mut wanted = json!({ "login": login, "role": role, "language": "en" });
    if let Some(organisation) = organisation {
        wanted["organisation"] = organisation.into();
    }
    let path = "/api/v1/accounts?hand_over=administrator";
    let made = archive.operator().post_json(path, &wanted).json();
    let body = json!({ "link": made["link"], "password": PASSWORD });
    assert_eq!(
        archive
            .anybody()
            .post_json("/api/v1/account-links", &body)
            .status,
        200
    );
    Browser::signed_in(archive.anybody(), login, PASSWORD)
}

fn contributor(archive: &Archive) -> Browser {
    account(archive, "vh@gialai.example", "contributor", Some("dic"))
}

/// Deposits and submits a work; gives its path.
fn submitted(depositor: &mut Browser, title: &str) -> String {
    let made = depositor.send(
        "POST",
        "/api/v1/assets",
        &json!({ "titles": { "vi": title } }),
    );
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/api/v1/assets/{}", made.json()["id"].as_str().unwrap());
    let tag = [("if-match", "\"1\"")];
    let sent = depositor.send_with("PUT", &format!("{path}/submission"), &Value::Null, &tag);
    assert_eq!(sent.status, 200, "{}", sent.text());
    path
}

fn returned(archive: &Archive, path: &str) {
    let body = json!({ "reasons": [{ "pointer": "/titles", "text": "Ghi rõ tên." }] });
    let answer = archive
        .holder("editor")
        .put_json(&format!("{path}/return"), "\"2\"", &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn inbox(browser: &mut Browser) -> (Vec<Value>, u64) {
    let answer = browser.get(INBOX);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.json();
    (
        page["items"].as_array().unwrap().clone(),
        page["unread"].as_u64().unwrap(),
    )
}

fn choose(browser: &mut Browser, ways: &Value) -> Answer {
    browser.send("PATCH", PREFERENCES, &json!({ "notifications": ways }))
}

#[test]
fn the_depositor_is_told_of_a_return_and_marks_it() {
    let archive = Archive::start();
    let mut depositor = contributor(&archive);
    assert_eq!(inbox(&mut depositor), (Vec::new(), 0));
    let path = submitted(&mut depositor, "Quyền trẻ em");
    assert_eq!(inbox(&mut depositor).1, 0, "nobody is told of its own acts");
    returned(&archive, &path);
    let (items, unread) = inbox(&mut depositor);
    assert_eq!((items.len(), unread), (1, 1));
    assert_eq!(items[0]["kind"], "returned");
    assert_eq!(items[0]["title"], "Quyền trẻ em");
    assert!(path.ends_with(items[0]["work"].as_str().unwrap()));
    assert_eq!(items[0]["is_read"], false);

    let mark = format!("{INBOX}/{}/read", items[0]["id"].as_str().unwrap());
    assert_eq!(depositor.send("PUT", &mark, &Value::Null).status, 204);
    assert_eq!(inbox(&mut depositor).1, 0);
    assert_eq!(depositor.send("DELETE", &mark, &Value::Null).status, 204);
    assert_eq!(inbox(&mut depositor).1, 1);
    let all = format!("{INBOX}/read");
    assert_eq!(depositor.send("POST", &all, &Value::Null).status, 204);
    assert_eq!(inbox(&mut depositor).1, 0);

    // Another account has neither the list nor the mark.
    let mut other = account(&archive, "bt@gialai.example", "editor", None);
    assert_eq!(inbox(&mut other), (Vec::new(), 0));
    assert_eq!(other.send("PUT", &mark, &Value::Null).status, 404);
    assert_eq!(
        archive.operator().get(INBOX).status,
        401,
        "a token has no inbox"
    );
}

#[test]
fn assignments_reach_an_account_and_everybody_at_a_post() {
    let archive = Archive::start();
    let mut depositor = contributor(&archive);
    let mut one = account(&archive, "mot@gialai.example", "editor", Some("dic"));
    let mut two = account(&archive, "hai@gialai.example", "editor", Some("dic"));
    let mut elsewhere = account(&archive, "ba@gialai.example", "reviewer", Some("dic"));
    let path = submitted(&mut depositor, "Phóng sự");
    let handling = format!("{path}/assignment");
    let tag = |number: u64| format!("\"{number}\"");
    let to_post = json!({ "role": "editor", "organisation": "dic" });
    let assigned = archive
        .holder("admin")
        .put_json(&handling, &tag(0), &to_post);
    assert_eq!(assigned.status, 200, "{}", assigned.text());
    assert_eq!(inbox(&mut one).0[0]["kind"], "assigned");
    assert_eq!(inbox(&mut two).1, 1);
    assert_eq!(inbox(&mut elsewhere).1, 0);
    let id = one.get("/api/v1/account").json()["id"].clone();
    let to_one = json!({ "holder": id });
    let assigned = archive
        .holder("admin")
        .put_json(&handling, &tag(1), &to_one);
    assert_eq!(assigned.status, 200, "{}", assigned.text());
    assert_eq!((inbox(&mut one).1, inbox(&mut two).1), (2, 1));
}

/// Who must not know of the work any more sees neither it nor that there was something.
#[test]
fn nobody_learns_of_a_work_that_it_may_not_see_any_more() {
    let archive = Archive::start();
    let mut depositor = contributor(&archive);
    let path = submitted(&mut depositor, "Của nơi khác");
    returned(&archive, &path);
    assert_eq!(inbox(&mut depositor).1, 1);
    let work = archive.operator().get(&path).json();
    let changed = archive.operator().patch(
        &path,
        &format!("\"{}\"", work["revision"]),
        &json!({ "organisation": "doj" }),
    );
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(depositor.get(&path).status, 404);
    assert_eq!(inbox(&mut depositor), (Vec::new(), 0));
}

#[test]
fn pages_lead_through_the_inbox() {
    let archive = Archive::start();
    let mut depositor = contributor(&archive);
    for number in 0..3 {
        let path = submitted(&mut depositor, &format!("Bài {number}"));
        returned(&archive, &path);
    }
    let first = depositor.get(&format!("{INBOX}?limit=2"));
    assert!(first.header("link").contains("rel=\"next\""));
    let page = first.json();
    assert_eq!(
        (page["items"].as_array().unwrap().len(), &page["unread"]),
        (2, &json!(3))
    );
    assert_eq!(page["items"][0]["title"], "Bài 2", "newest first");
    let next = page["next"].as_str().unwrap();
    let second = depositor
        .get(&format!("{INBOX}?limit=2&after={next}"))
        .json();
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["items"][0]["title"], "Bài 0");
    assert!(second["next"].is_null());
}

fn header(delivery: &Delivery, name: &str) -> String {
    let message = delivery.read();
    let values = message["headers"][name].as_array().unwrap().clone();
    assert_eq!(values.len(), 1, "{name}");
    values[0].as_str().unwrap().to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn a_kind_comes_by_mail_until_one_click_ends_it() {
    let server = MailServer::start(Behaviour::default());
    let settings = server.settings();
    let environment: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let archive = Archive::start_with(&environment);
    let mut depositor = contributor(&archive);
    let chosen = choose(
        &mut depositor,
        &json!({ "returned": "mail", "withdrawn": "none" }),
    );
    assert_eq!(
        chosen.json()["notifications"],
        json!({
            "returned": "mail", "assigned": "inbox", "withdrawn": "none", "consent-ending": "inbox"
        })
    );
    let refused = choose(&mut depositor, &json!({ "returned": "pigeon" }));
    assert_eq!(
        refused.json()["errors"][0]["pointer"],
        "/notifications/returned"
    );

    let path = submitted(&mut depositor, "Bcc: x@y.example");
    returned(&archive, &path);
    let delivery = server.wait_for(1).remove(0);
    assert_eq!(delivery.to, ["vh@gialai.example"]);
    let subject = "Kho Chung: A work that you deposited was returned";
    assert_eq!(header(&delivery, "subject"), subject);
    assert_eq!(
        header(&delivery, "list-unsubscribe-post"),
        "List-Unsubscribe=One-Click"
    );
    let body = delivery.read()["body"].as_str().unwrap().to_owned();
    assert!(
        body.contains("Bcc: x@y.example") && body.contains(&path),
        "{body}"
    );

    // RFC 8058: the address alone, by POST, without a session; looking at it does nothing.
    let address = header(&delivery, "list-unsubscribe");
    let address = address.trim_matches(['<', '>']);
    let path = address.strip_prefix("http://kho.example.vn").unwrap();
    assert!(body.contains(address), "{body}");
    assert_eq!(archive.anybody().get(path).status, 200);
    assert_eq!(
        depositor.get(PREFERENCES).json()["notifications"]["returned"],
        "mail"
    );
    let forged = format!("{}0", &path[..path.len() - 1]);
    let click = |path: &str| {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        archive
            .anybody()
            .send("POST", path, &form, b"List-Unsubscribe=One-Click")
            .status
    };
    if forged != path {
        assert_eq!(click(&forged), 404);
    }
    assert_eq!(click(&path.replace(".returned.", ".assigned.")), 404);
    assert_eq!(click("/unsubscribe/a-0123456789ab.returned.00"), 404);
    assert_eq!(
        depositor.get(PREFERENCES).json()["notifications"]["returned"],
        "mail"
    );
    assert_eq!((click(path), click(path)), (200, 200));
    assert_eq!(
        depositor.get(PREFERENCES).json()["notifications"]["returned"],
        "inbox"
    );
    let other = submitted(&mut depositor, "Bài khác");
    returned(&archive, &other);
    assert_eq!(inbox(&mut depositor).1, 2);
    assert_eq!(server.deliveries().len(), 1);
}

#[test]
fn a_digest_waits_for_its_hour_and_one_job_is_enough() {
    let server = MailServer::start(Behaviour::default());
    let settings = server.settings();
    let environment: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let archive = Archive::start_with(&environment);
    let mut depositor = contributor(&archive);
    choose(&mut depositor, &json!({ "returned": "digest" }));
    for title in ["Một", "Hai"] {
        let path = submitted(&mut depositor, title);
        returned(&archive, &path);
    }
    let jobs = archive
        .operator()
        .get("/api/v1/jobs?state=waiting&limit=200")
        .json();
    let items = jobs["items"].as_array().unwrap();
    let waiting: Vec<&Value> = items
        .iter()
        .filter(|job| job["kind"] == "mail-digest")
        .collect();
    assert_eq!(waiting.len(), 1, "{items:?}");
    let due = waiting[0]["run_at"].as_str().unwrap();
    assert!(due.contains("T07:00:00.000+07:00"), "{due}");
    assert_eq!(inbox(&mut depositor).1, 2);
    assert!(server.deliveries().is_empty());
}

#[test]
fn a_kill_right_after_the_act_loses_no_notification() {
    let archive = Archive::start();
    let mut depositor = contributor(&archive);
    let path = submitted(&mut depositor, "Trước khi tắt");
    returned(&archive, &path);
    let archive = Archive::start_in(archive.kill(), &[]);
    let mut depositor = Browser::signed_in(archive.anybody(), "vh@gialai.example", PASSWORD);
    let (items, unread) = eventually("the inbox", || Some(inbox(&mut depositor)));
    assert_eq!(
        (items[0]["title"].as_str(), unread),
        (Some("Trước khi tắt"), 1)
    );
}

/// A contributor with an account.
async fn depositor_with_account(archive: &Services) -> (AccountId, Actor) {
    let account = active(archive, contributor_account("vh@gialai.example")).await;
    let actor = Actor::Holder {
        credential: Credential::Account(account.id.clone()),
        role: Role::Contributor,
        organisation: account.organisation,
        subordinates: [].into(),
        narrowed_to: None,
    };
    (account.id, actor)
}

/// An account with two works that were returned to it.
async fn two_returned(archive: &Services) -> AccountId {
    let (own, depositor) = depositor_with_account(archive).await;
    for _ in 0..2 {
        let work = archive.create(&depositor, &complete_work()).await;
        archive
            .curation
            .submit(&depositor, work.id, None)
            .await
            .unwrap();
        let reason = ReturnReason {
            pointer: String::new(),
            requirement: None,
            text: Some("Ghi rõ tên.".to_owned()),
        };
        let reasons = vec![reason];
        let curation = &archive.curation;
        let editor = editor();
        let returned = curation.return_because(&editor, work.id, None, reasons);
        returned.await.unwrap();
    }
    own
}

/// Messages through this server.
fn mail_through(server: &MailServer) -> Mail {
    let settings = Settings {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        security: Security::Plain,
        authority: None,
        credentials: None,
        from: "kho@gialai.example".to_owned(),
        timeout: Duration::from_secs(30),
    };
    let mailer = Mailer::new(&settings).unwrap();
    Mail::new(Some(mailer), compose, "http://kho.example.vn")
}

fn job(kind: &str, payload: &Value) -> Job {
    Job {
        id: JobId(7),
        kind: JobKind(kind.to_owned()),
        payload: payload.to_string(),
        run_at: MORNING,
        unique_key: None,
        state: JobState::Waiting,
        failures: 0,
        last_error: None,
        created_at: MORNING,
        finished_at: None,
    }
}

fn digest_job(own: &AccountId) -> Job {
    job("mail-digest", &json!({ "account": own.as_str() }))
}

async fn stored(archive: &Services) -> Vec<KeyedRecord> {
    let found = archive
        .catalog
        .records("notifications", KeyRange::default(), 9);
    found.await.unwrap()
}

/// Changes a property of all notifications.
async fn set_all(archive: &Services, name: &str, value: bool) {
    let mut changes = ChangeSet::by(&Actor::System, MORNING);
    for mut record in stored(archive).await {
        record.value["v1"][name] = value.into();
        record.revision = record.revision.next();
        changes = changes.write(Write::Record(record));
    }
    archive.catalog.commit(changes).await.unwrap();
}

async fn choose_for(archive: &Services, own: &AccountId, way: &str) {
    let record = KeyedRecord {
        key: RecordKey {
            table: "account-preferences".to_owned(),
            key: own.to_string(),
        },
        revision: Revision::FIRST,
        held: None,
        value: json!({ "v1": {
            "account": own.as_str(), "language": "vi", "notifications": { "returned": way }
        } }),
    };
    let changes = ChangeSet::by(&Actor::System, MORNING).write(Write::Record(record));
    archive.catalog.commit(changes).await.unwrap();
}

fn mail_digest(archive: &Services, server: &MailServer) -> MailDigest {
    let inbox = Inbox::new(archive.catalog.clone(), archive.clock.clone());
    let recipients = archive.accounts.recipients.clone();
    MailDigest::new(inbox, recipients, mail_through(server))
}

#[tokio::test]
async fn a_digest_has_all_that_waits_and_nothing_twice() {
    let server = MailServer::start(Behaviour::default());
    let archive = Services::new();
    let own = two_returned(&archive).await;
    choose_for(&archive, &own, "digest").await;
    set_all(&archive, "awaits_digest", true).await;
    let digest = mail_digest(&archive, &server);
    let job = digest_job(&own);
    let changes = digest.run(&job, &archive.clock).await.unwrap();
    // A mark before the job ends does not make it run again.
    set_all(&archive, "is_read", true).await;
    archive.catalog.commit(changes).await.unwrap();
    let again = digest.run(&job, &archive.clock).await.unwrap();
    assert!(again.writes.is_empty());
    let deliveries = server.deliveries();
    assert_eq!(deliveries.len(), 1);
    let body = deliveries[0].read()["body"].as_str().unwrap().to_owned();
    assert_eq!(body.matches("Quyền học tập").count(), 2, "{body}");
    assert!(
        body.contains("/unsubscribe/a-") && body.contains(".digest."),
        "{body}"
    );
}

#[tokio::test]
async fn what_the_holder_chose_since_decides_whether_mail_is_sent() {
    let server = MailServer::start(Behaviour::default());
    let archive = Services::new();
    let own = two_returned(&archive).await;
    // As if they had been written while the holder wanted them by mail.
    set_all(&archive, "awaits_digest", true).await;
    let digest = mail_digest(&archive, &server);
    let changes = digest.run(&digest_job(&own), &archive.clock).await.unwrap();
    archive.catalog.commit(changes).await.unwrap();
    let records = stored(&archive).await;
    let mut awaiting = records.iter().map(|one| &one.value["v1"]["awaits_digest"]);
    assert!(awaiting.all(|awaits| *awaits == false));

    let id = &records[0].value["v1"]["id"];
    let payload = json!({ "account": own.as_str(), "id": id });
    let job = job("mail-notification", &payload);
    let inbox = Inbox::new(archive.catalog.clone(), archive.clock.clone());
    let recipients = archive.accounts.recipients.clone();
    let one = MailNotification::new(inbox, recipients, mail_through(&server));
    one.run(&job, &archive.clock).await.unwrap();
    assert_eq!(server.deliveries().len(), 0);
    choose_for(&archive, &own, "mail").await;
    one.run(&job, &archive.clock).await.unwrap();
    assert_eq!(server.deliveries().len(), 1);
}

#[tokio::test]
async fn the_depositor_is_told_once_that_a_consent_ends_in_a_month() {
    let archive = Services::new();
    let (own, depositor) = depositor_with_account(&archive).await;
    let agreed = |ends_on: &str| {
        complete_work_but(&json!({
            "people_shown": "consent-on-file", "consent": { "ends_on": ends_on }
        }))
    };
    let work = archive.create(&depositor, &agreed("2027-06-30")).await;
    let curation = &archive.curation;
    curation.publish(&editor(), work.id, None).await.unwrap();
    let warning = || async {
        let jobs = archive
            .catalog
            .jobs(Some(JobState::Waiting), None, 20)
            .await
            .unwrap();
        let mut of_kind = jobs
            .into_iter()
            .filter(|job| job.kind.0 == "warn-of-consent-end");
        of_kind.next_back().unwrap()
    };
    let first = warning().await;
    let a_month_before = Timestamp::parse("2027-06-01T00:00:00+07:00").unwrap();
    assert_eq!(first.run_at, a_month_before);
    let handler = MakeScheduledChanges::new(ScheduledChange::WarnOfConsentEnd, curation.clone());
    let run = |job: Job| async {
        let changes = handler.run(&{ job }, &archive.clock).await.unwrap();
        archive.catalog.commit(changes).await.unwrap();
        let told = archive
            .catalog
            .records("notifications", KeyRange::prefix(own.as_str()), 9);
        told.await.unwrap().len()
    };
    // Too early, and for an end that was moved: nobody is told.
    assert_eq!(run(first.clone()).await, 0);
    archive.clock.set(a_month_before);
    let longer = archive.deposit(&agreed("2027-12-31"));
    curation
        .describe(&editor(), work.id, None, longer)
        .await
        .unwrap();
    assert_eq!(run(first).await, 0);
    let second = warning().await;
    archive.clock.set(second.run_at);
    assert_eq!(run(second).await, 1);
    assert_eq!(archive.revision(work.id).await, 3);
}

#[tokio::test]
async fn old_notifications_and_those_of_closed_accounts_go() {
    let archive = Services::new();
    let notifications = Notifications::new(archive.catalog.clone(), archive.clock.clone(), false);
    let range = KeyRange::default;
    let records = async || {
        let found = archive.catalog.records("notifications", range(), 9).await;
        found.unwrap().len()
    };
    let own = two_returned(&archive).await;
    assert_eq!(records().await, 2);
    let now = archive.clock.now();
    assert_eq!(notifications.delete_old(now, MORNING).await.unwrap(), 0);
    let administration = &archive.accounts.administration;
    administration.close(&Actor::System, &own).await.unwrap();
    assert_eq!(notifications.delete_old(now, MORNING).await.unwrap(), 2);
    assert_eq!(records().await, 0);
}
