//! Works that may not be seen before a moment.

use khochung::domain::Timestamp;
use khochung::domain::access::Actor;
use khochung::services::works::{FindError, ScheduledChange};
use khochung::storage::catalog::{EventKind, EventNumber, JobState};
use serde_json::json;

use crate::archive::{Archive, complete_work_but, editor};

const NOON: &str = "2026-11-23T12:00:00+07:00";

#[tokio::test]
async fn an_embargo_ends_at_its_moment_and_its_readers_learn_it_once() {
    let archive = Archive::new();
    let work = archive
        .published(&complete_work_but(&json!({"embargo_until": NOON})))
        .await;
    let anonymous = Actor::Anonymous;
    let before = archive.sharing.read(&anonymous, work.id).await;
    assert!(matches!(before, Err(FindError::NotFound)), "{before:?}");
    archive
        .curation
        .make_scheduled_change(ScheduledChange::ReleaseEmbargo, work.id)
        .await
        .unwrap();
    assert_eq!(archive.revision(work.id).await, 2);

    archive.clock.set(Timestamp::parse(NOON).unwrap());
    assert!(archive.sharing.read(&anonymous, work.id).await.is_ok());
    for _ in 0..2 {
        archive
            .curation
            .make_scheduled_change(ScheduledChange::ReleaseEmbargo, work.id)
            .await
            .unwrap();
    }
    let changes = archive
        .sharing
        .changes(&anonymous, EventNumber(2), 10)
        .await
        .unwrap();
    let kinds: Vec<_> = changes.items.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [EventKind::EmbargoLifted]);
    assert_eq!(archive.revision(work.id).await, 3);
}

#[tokio::test]
async fn the_end_is_a_job_that_waits_for_its_moment() {
    let archive = Archive::new();
    let work = archive
        .published(&complete_work_but(&json!({"embargo_until": NOON})))
        .await;
    let waiting = archive
        .catalog
        .jobs(Some(JobState::Waiting), None, 10)
        .await
        .unwrap();
    let [job] = waiting.as_slice() else {
        panic!("{waiting:?}");
    };
    assert_eq!(job.kind.0, ScheduledChange::ReleaseEmbargo.job_kind());
    assert_eq!(job.run_at, Timestamp::parse(NOON).unwrap());
    let payload: serde_json::Value = serde_json::from_str(&job.payload).unwrap();
    assert_eq!(payload, json!({"asset": work.id.to_string()}));
    // Moved to the afternoon: another job for the new moment.
    let moved = complete_work_but(&json!({"embargo_until": "2026-11-23T15:00:00+07:00"}));
    let moved = archive.deposit(&moved);
    archive
        .curation
        .describe(&editor(), work.id, None, moved)
        .await
        .unwrap();
    let waiting = archive
        .catalog
        .jobs(Some(JobState::Waiting), None, 10)
        .await
        .unwrap();
    assert_eq!(waiting.len(), 2);
}

#[tokio::test]
async fn whoever_could_read_after_the_end_learns_of_a_withdrawal() {
    let archive = Archive::new();
    let work = archive
        .published(&complete_work_but(&json!({"embargo_until": NOON})))
        .await;
    // The job is late: the work is withdrawn a minute after the end.
    archive
        .clock
        .set(Timestamp::parse(NOON).unwrap().plus_seconds(60));
    archive
        .curation
        .withdraw(&editor(), work.id, None, "sai ngày")
        .await
        .unwrap();
    match archive.sharing.read(&Actor::Anonymous, work.id).await {
        Err(FindError::Gone { reason }) => assert_eq!(reason.as_deref(), Some("sai ngày")),
        other => panic!("{other:?}"),
    }
}
