//! Dangerous acts need a proof of identity that is not older than ten minutes.

use std::path::Path;

use khochung::domain::Timestamp;
use khochung::domain::access::Actor;
use khochung::domain::asset::Revision;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, KeyRange, KeyedRecord, Write};
use serde_json::{Value, json};

use crate::support::Archive;
use crate::support::browser::Browser;

const LOGIN: &str = "quan-tri";
const PASSWORD: &str = "trời xanh 7 quả đồi";

/// Makes the proofs of all sessions so much older, as if time had passed while the archive was stopped.
async fn age_proofs(data: &Path, seconds: i64) {
    let catalog = EmbeddedCatalog::open(&data.join("catalog"), Options::default()).unwrap();
    let sessions = catalog
        .records("sessions", KeyRange::default(), 9)
        .await
        .unwrap();
    for KeyedRecord {
        key,
        revision,
        mut value,
        held,
    } in sessions
    {
        let proof = &mut value["v1"]["authenticated_at_ms"];
        *proof = json!(proof.as_i64().unwrap() - seconds * 1_000);
        let aged = KeyedRecord {
            key,
            revision: Revision(revision.0 + 1),
            value,
            held,
        };
        let changes = ChangeSet::by(&Actor::System, Timestamp::from_millis(0));
        catalog
            .commit(changes.write(Write::Record(aged)))
            .await
            .unwrap();
    }
    catalog.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_proof_is_refused_and_a_new_one_opens() {
    let archive = Archive::start();
    let wanted = json!({ "login": LOGIN, "role": "admin" });
    let made = archive.operator().post_json("/api/v1/accounts", &wanted);
    let body = json!({ "link": made.json()["link"], "password": PASSWORD });
    archive.anybody().post_json("/api/v1/account-links", &body);
    let browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let data = archive.stop();
    age_proofs(data.path(), 540).await;
    let archive = Archive::start_in(data, &[]);
    let in_time = request(&archive, &browser, "b@x.example").1;
    assert_eq!(in_time, (201, String::new()));
    let data = archive.stop();
    age_proofs(data.path(), 60).await;
    let archive = Archive::start_in(data, &[]);
    let (mut browser, refused) = request(&archive, &browser, "c@x.example");
    assert_eq!(refused, (403, "reauthentication-required".to_owned()));
    // What is not dangerous goes on.
    assert_eq!(browser.get("/api/v1/accounts").status, 200);
    let generator = browser.send("POST", "/api/v1/account/totp", &Value::Null);
    assert_eq!(generator.status, 403, "{}", generator.text());
    let proof = json!({ "password": PASSWORD });
    assert_eq!(
        browser.send("POST", "/api/v1/session/proof", &proof).status,
        200
    );
    let (_, opened) = request(&archive, &browser, "c@x.example");
    assert_eq!(opened, (201, String::new()));
}

/// Invites an account with the session of a browser; its state afterwards, status, and problem.
fn request(archive: &Archive, session: &Browser, login: &str) -> (Browser, (u16, String)) {
    let mut browser = Browser::new(archive.anybody());
    browser.cookie.clone_from(&session.cookie);
    browser.get("/api/v1/session");
    let wanted = json!({ "login": login, "role": "editor" });
    let answer = browser.send("POST", "/api/v1/accounts", &wanted);
    let problem = if answer.status == 201 {
        String::new()
    } else {
        answer.problem()
    };
    (browser, (answer.status, problem))
}
