//! A succession whose earlier attempt was killed, through the services.

use std::sync::Arc;
use std::time::Duration;

use khochung::domain::Slug;
use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::Revision;
use khochung::services::accounts::{AccountsError, NewAccount, NewToken};
use khochung::services::audit::AuditTrail;
use khochung::services::jobs::{Handler as _, JobFailure};
use khochung::services::sharing::SavedSearches;
use khochung::services::successions::{
    NewSuccession, PassOn, Phase, SuccessionState, Successions, Successors,
};
use khochung::services::works::WorkAccess;
use khochung::storage::catalog::{ChangeSet, JobState, KeyedRecord, RecordKey, Write};
use serde_json::json;

use crate::access_requests::access_requests;
use crate::accounts::{LOGIN, PASSWORD, active, contributor, signed_in};
use crate::archive::{Archive, MORNING, editor};

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn trail(archive: &Archive) -> AuditTrail {
    AuditTrail::new(archive.catalog.clone(), archive.clock.clone())
}

fn successors(archive: &Archive) -> Successors {
    Successors {
        works: WorkAccess::new(
            archive.catalog.clone(),
            trail(archive),
            archive.vocabularies.clone(),
            archive.clock.clone(),
        ),
        curation: archive.curation.clone(),
        accounts: archive.accounts.clone(),
        tokens: Arc::clone(&archive.tokens),
        access_requests: access_requests(archive),
        saved_searches: SavedSearches::new(archive.catalog.clone(), archive.clock.clone()),
    }
}

async fn planned(successions: &Successions) -> SuccessionState {
    planned_on(successions, "dic", "docst", "2025-03-01").await
}

async fn planned_on(successions: &Successions, from: &str, to: &str, on: &str) -> SuccessionState {
    let wanted = NewSuccession {
        from: vec![slug(from)],
        to: slug(to),
        parts: Vec::new(),
        on: on.parse().unwrap(),
        reason: None,
    };
    successions.plan(&Actor::System, wanted).await.unwrap()
}

async fn run(archive: &Archive, plan: &SuccessionState) {
    try_run(archive, plan).await.unwrap();
}

async fn try_run(archive: &Archive, plan: &SuccessionState) -> Result<(), JobFailure> {
    let waiting = archive
        .catalog
        .jobs(Some(JobState::Waiting), None, 100)
        .await
        .unwrap();
    let job = waiting.iter().find(|job| job.payload.contains(&plan.id));
    let handler = PassOn::new(successors(archive), trail(archive));
    let ran = handler.run(job.unwrap(), &archive.clock);
    let ran = tokio::time::timeout(Duration::from_secs(30), ran).await;
    ran.unwrap().map(drop)
}

fn passed_key(succession: &str, kind: &str, subject: &str) -> RecordKey {
    RecordKey {
        table: "succession-passed".into(),
        key: format!("{succession}/{kind}/{subject}"),
    }
}

/// Writes what an earlier attempt wrote of what it had passed on.
async fn commit_passed(archive: &Archive, plan: &SuccessionState, passed: &[(&str, String)]) {
    let mut changes = ChangeSet::by(&Actor::System, archive.clock.now());
    for (kind, subject) in passed {
        changes = changes.write(Write::Record(KeyedRecord {
            key: passed_key(&plan.id, kind, subject),
            revision: Revision::FIRST,
            held: None,
            value: json!({ "v1": { "succession": plan.id, "kind": kind, "subject": subject } }),
        }));
    }
    archive.catalog.commit(changes).await.unwrap();
}

#[tokio::test]
async fn what_was_given_back_after_a_kill_passes_again_and_counts_once() {
    let archive = Archive::new();
    let successions = Successions::new(successors(&archive), trail(&archive));
    let draft = json!({ "titles": { "vi": "Nháp" }, "organisation": "dic" });
    let work = archive.create(&editor(), &draft).await;
    let wanted = NewToken {
        role: Role::Contributor,
        organisation: Some(slug("dic")),
        label: "máy quét".into(),
        expires_at: None,
        permissions: None,
    };
    let (_, token) = archive.tokens.create(&Actor::System, wanted).await.unwrap();
    let plan = planned(&successions).await;
    // The first attempt passed both on; somebody gave them back before the second one.
    let passed = [("work", work.id.to_string()), ("token", token.id.0)];
    commit_passed(&archive, &plan, &passed).await;
    run(&archive, &plan).await;
    let read = archive.sharing.read(&editor(), work.id).await.unwrap();
    assert_eq!(read.work.organisation, Some(slug("docst")));
    let tokens = archive.catalog.tokens().await.unwrap();
    assert_eq!(tokens[0].organisation, Some(slug("docst")));
    let done = successions.read(&Actor::System, &plan.id).await.unwrap();
    assert_eq!(done.phase, Phase::Done);
    assert_eq!((done.passed.works, done.passed.tokens), (1, 1));
}

#[tokio::test]
async fn the_counts_of_a_succession_that_is_done_are_in_its_record() {
    let archive = Archive::new();
    let successions = Successions::new(successors(&archive), trail(&archive));
    let draft = json!({ "titles": { "vi": "Nháp" }, "organisation": "dic" });
    let work = archive.create(&editor(), &draft).await;
    let plan = planned(&successions).await;
    run(&archive, &plan).await;
    let key = passed_key(&plan.id, "work", &work.id.to_string());
    let changes = ChangeSet::by(&Actor::System, archive.clock.now());
    let changes = changes.write(Write::DropRecord(key));
    archive.catalog.commit(changes).await.unwrap();
    let listed = successions.list(&Actor::System).await.unwrap();
    assert_eq!(listed[0].passed.works, 1);
}

#[tokio::test]
async fn sessions_end_though_a_run_was_killed_before_it_ended_them() {
    let archive = Archive::new();
    let successions = Successions::new(successors(&archive), trail(&archive));
    let plan = planned(&successions).await;
    // The first attempt gave the account its new body and was killed.
    let wanted = NewAccount {
        organisation: Some(slug("docst")),
        ..contributor(LOGIN)
    };
    let account = active(&archive, wanted).await;
    let (cookie, _) = signed_in(&archive, LOGIN, PASSWORD).await;
    commit_passed(&archive, &plan, &[("account", account.id.to_string())]).await;
    run(&archive, &plan).await;
    let found = archive.accounts.sessions.find(&cookie).await;
    assert!(matches!(found, Err(AccountsError::NotValid)), "{found:?}");
}

#[tokio::test]
async fn the_later_one_of_a_chain_waits_for_the_earlier_one() {
    let archive = Archive::new();
    let successions = Successions::new(successors(&archive), trail(&archive));
    let draft = json!({ "titles": { "vi": "Nháp" }, "organisation": "dic" });
    let work = archive.create(&editor(), &draft).await;
    let first = planned_on(&successions, "dic", "docst", "2026-11-24").await;
    let second = planned_on(&successions, "docst", "dof", "2026-11-25").await;
    // The archive did not run on these days.
    archive.clock.set(MORNING.plus_seconds(5 * 86_400));
    let refused = try_run(&archive, &second).await;
    assert!(matches!(refused, Err(JobFailure::Retry(_))), "{refused:?}");
    run(&archive, &first).await;
    run(&archive, &second).await;
    let read = archive.sharing.read(&editor(), work.id).await.unwrap();
    assert_eq!(read.work.organisation, Some(slug("dof")));
}
