//! Consent to show people: its limits are conditions of publication, and its end takes a work from the public.

use khochung::domain::Timestamp;
use khochung::domain::access::Actor;
use khochung::domain::asset::{Asset, PeopleShown, State, TransitionError};
use khochung::services::works::{ChangeError, FindError, ScheduledChange};
use khochung::storage::catalog::{EventKind, EventNumber, JobState};
use serde_json::{Value, json};

use crate::archive::{Archive, JPEG, complete_work_but, editor};

/// A complete work on which people agreed, within these limits.
fn agreed(consent: &Value) -> Value {
    complete_work_but(&json!({"people_shown": "consent-on-file", "consent": consent}))
}

fn unmet<T: std::fmt::Debug>(result: Result<T, ChangeError>) -> Vec<String> {
    match result {
        Err(ChangeError::Transition(TransitionError::Unmet(violations))) => violations
            .listed()
            .iter()
            .map(|violation| format!("{} {:?}", violation.pointer, violation.rule))
            .collect(),
        other => vec![format!("{other:?}")],
    }
}

async fn accepted(archive: &Archive, work: &Value) -> Asset {
    let draft = archive.create(&editor(), work).await;
    let submitted = archive.curation.submit(&editor(), draft.id, None).await;
    submitted.unwrap();
    let accepted = archive.curation.accept(&editor(), draft.id, None).await;
    accepted.unwrap()
}

#[tokio::test]
async fn a_work_outside_its_consent_is_not_published() {
    let archive = Archive::new();
    for (consent, changes, expected) in [
        (
            json!({"ends_on": "2026-11-22"}),
            json!({}),
            vec!["/consent/ends_on ConsentEnded"],
        ),
        (json!({"ends_on": "2026-11-23"}), json!({}), vec![]),
        (json!({"ends_on": "2026"}), json!({}), vec![]),
        (
            json!({"languages": ["jra"]}),
            json!({}),
            vec!["/languages OutsideConsent"],
        ),
        (json!({"languages": ["vi", "jra"]}), json!({}), vec![]),
        (
            json!({"channels": ["broadcast", "print"]}),
            json!({}),
            vec!["/access OutsideConsent"],
        ),
        (
            json!({"channels": ["broadcast"]}),
            json!({"access": "partner"}),
            vec![],
        ),
        (
            json!({"channels": ["print"]}),
            json!({"access": "partner"}),
            vec!["/access OutsideConsent"],
        ),
        (
            json!({"channels": ["print"]}),
            json!({"access": "state-internal"}),
            vec![],
        ),
        (json!({"channels": ["online"]}), json!({}), vec![]),
        // Nobody's consent is needed where nobody can be recognised.
        (
            json!({"ends_on": "2020"}),
            json!({"people_shown": "none-identifiable"}),
            vec![],
        ),
    ] {
        let mut work = agreed(&consent);
        for (name, value) in changes.as_object().unwrap() {
            work[name] = value.clone();
        }
        let draft = archive.create(&editor(), &work).await;
        let published = archive.curation.publish(&editor(), draft.id, None).await;
        if expected.is_empty() {
            assert_eq!(published.unwrap().state, State::Published, "{work}");
        } else {
            assert_eq!(unmet(published), expected, "{work}");
        }
    }
}

#[tokio::test]
async fn nobody_sees_a_work_from_the_end_of_its_consent_on() {
    let archive = Archive::new();
    let work = archive
        .published(&agreed(&json!({"ends_on": "2026-11-30"})))
        .await;
    let waiting = archive
        .catalog
        .jobs(Some(JobState::Waiting), None, 10)
        .await
        .unwrap();
    // The end is less than a month away: nobody is told before.
    let [job] = waiting.as_slice() else {
        panic!("{waiting:?}");
    };
    let end = Timestamp::parse("2026-12-01T00:00:00+07:00").unwrap();
    assert_eq!((job.kind.0.as_str(), job.run_at), ("end-consent", end));

    archive.clock.set(end.plus_seconds(-1));
    archive
        .curation
        .make_scheduled_change(ScheduledChange::EndConsent, work.id)
        .await
        .unwrap();
    let seen = archive.sharing.read(&Actor::Anonymous, work.id).await;
    assert_eq!(seen.unwrap().id, work.id);
    assert_eq!(archive.revision(work.id).await, 2);

    // At the moment itself, whether the job has run or not.
    archive.clock.set(end);
    let read = archive.sharing.read(&Actor::Anonymous, work.id).await;
    assert!(
        matches!(read, Err(FindError::Gone { reason: None })),
        "{read:?}"
    );
    let seen = archive.sharing.read(&editor(), work.id).await.unwrap();
    assert_eq!((seen.id, seen.state), (work.id, State::Published));

    for _ in 0..2 {
        archive
            .curation
            .make_scheduled_change(ScheduledChange::EndConsent, work.id)
            .await
            .unwrap();
    }
    assert_eq!(archive.revision(work.id).await, 3);
    match archive.sharing.read(&Actor::Anonymous, work.id).await {
        Err(FindError::Gone {
            reason: Some(reason),
        }) => {
            assert!(reason.starts_with("Thời hạn đồng ý"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    let changes = archive
        .sharing
        .changes(&Actor::Anonymous, EventNumber(0), 10)
        .await
        .unwrap();
    let kinds: Vec<_> = changes.items.iter().map(|change| change.kind).collect();
    assert_eq!(kinds.last(), Some(&EventKind::Withdrawn));
}

#[tokio::test]
async fn after_its_end_a_work_comes_back_only_with_a_consent_that_holds() {
    let archive = Archive::new();
    let work = archive
        .published(&agreed(&json!({"ends_on": "2026-11-30"})))
        .await;
    archive
        .clock
        .set(Timestamp::parse("2026-12-01T00:00:00+07:00").unwrap());
    archive
        .curation
        .make_scheduled_change(ScheduledChange::EndConsent, work.id)
        .await
        .unwrap();
    archive
        .curation
        .reopen(&editor(), work.id, None)
        .await
        .unwrap();
    let refused = archive.curation.publish(&editor(), work.id, None).await;
    assert_eq!(unmet(refused), ["/consent/ends_on ConsentEnded"]);
}

#[tokio::test]
async fn a_withdrawn_consent_withdraws_the_work_until_people_are_assessed_anew() {
    let archive = Archive::new();
    let work = archive
        .published(&agreed(&json!({"channels": ["online"]})))
        .await;
    let withdrawn = archive
        .curation
        .withdraw_consent(&editor(), work.id, None, "Người trong ảnh rút lại đồng ý")
        .await
        .unwrap();
    assert!(matches!(withdrawn.state, State::Withdrawn { .. }));
    assert_eq!(withdrawn.work.consent, None);
    match archive.sharing.read(&Actor::Anonymous, work.id).await {
        Err(FindError::Gone { reason }) => {
            assert_eq!(reason.as_deref(), Some("Người trong ảnh rút lại đồng ý"));
        }
        other => panic!("{other:?}"),
    }
    archive
        .curation
        .reopen(&editor(), work.id, None)
        .await
        .unwrap();
    let refused = archive.curation.publish(&editor(), work.id, None).await;
    assert_eq!(unmet(refused), ["/people_shown ConsentWithdrawn"]);
    // An earlier revision does not bring the consent back.
    archive
        .curation
        .restore(&editor(), work.id, None, work.revision)
        .await
        .unwrap();
    let refused = archive.curation.publish(&editor(), work.id, None).await;
    assert_eq!(unmet(refused), ["/people_shown ConsentWithdrawn"]);
    // A new assessment does.
    let covered = complete_work_but(&json!({"people_shown": "none-identifiable"}));
    let covered = archive.deposit(&covered);
    archive
        .curation
        .describe(&editor(), work.id, None, covered)
        .await
        .unwrap();
    archive
        .curation
        .publish(&editor(), work.id, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_withdrawn_consent_stays_withdrawn_when_an_older_revision_is_restored_after_a_new_assessment()
 {
    let archive = Archive::new();
    let curation = &archive.curation;
    let draft = archive.create(&editor(), &agreed(&json!({}))).await;
    let words = json!({ "alt": { "vi": "Lớp học" } });
    let attached = archive
        .attach(&editor(), &draft, JPEG, "anh.jpg", &words, None)
        .await
        .unwrap();
    let agreed_with_photo = attached.asset.revision;
    curation
        .withdraw_consent(&editor(), draft.id, None, "Rút lại đồng ý")
        .await
        .unwrap();
    // The photo is taken out, and what is left shows nobody.
    curation
        .detach(&editor(), draft.id, None, attached.file)
        .await
        .unwrap();
    let nobody = complete_work_but(&json!({ "people_shown": "none-identifiable" }));
    let nobody = archive.deposit(&nobody);
    curation
        .describe(&editor(), draft.id, None, nobody)
        .await
        .unwrap();
    // With the same files the new assessment stays.
    let restored = curation
        .restore(&editor(), draft.id, None, draft.revision)
        .await
        .unwrap();
    assert_eq!(restored.work.people_shown, PeopleShown::NoneIdentifiable);
    assert_eq!(restored.work.consent, None);
    // With the photo there is neither consent nor assessment.
    let restored = curation
        .restore(&editor(), draft.id, None, agreed_with_photo)
        .await
        .unwrap();
    assert_eq!(restored.files.len(), 1);
    assert_eq!(restored.work.people_shown, PeopleShown::NotAssessed);
    assert_eq!(restored.work.consent, None);
    let refused = curation.publish(&editor(), draft.id, None).await;
    assert!(
        unmet(refused).contains(&"/people_shown ConsentWithdrawn".to_owned()),
        "{restored:?}"
    );
}

#[tokio::test]
async fn without_a_consent_there_is_none_to_withdraw() {
    let archive = Archive::new();
    let work = archive
        .published(&complete_work_but(&json!({"people_shown": "public-event"})))
        .await;
    let refused = archive
        .curation
        .withdraw_consent(&editor(), work.id, None, "lý do")
        .await;
    assert!(
        matches!(
            refused,
            Err(ChangeError::Transition(TransitionError::NoConsent))
        ),
        "{refused:?}"
    );
    // An accepted work goes back to its editors.
    let draft = accepted(&archive, &agreed(&json!({}))).await;
    let returned = archive
        .curation
        .withdraw_consent(&editor(), draft.id, None, "lý do")
        .await
        .unwrap();
    assert_eq!(returned.state, State::Submitted);
    assert_eq!(returned.review.accepted, None);
}

#[tokio::test]
async fn a_published_work_may_get_less_consent_but_not_more_than_was_approved() {
    let archive = Archive::new();
    let minor = |consent: Value| {
        complete_work_but(&json!({
            "people_shown": "minor-with-guardian-consent",
            "minors_shown": true,
            "consent": consent,
        }))
    };
    let limits = json!({"channels": ["online", "broadcast"], "ends_on": "2027-06-30"});
    let draft = accepted(&archive, &minor(limits)).await;
    archive
        .curation
        .approve(&crate::archive::reviewer(), draft.id, None)
        .await
        .unwrap();
    archive
        .curation
        .publish(&editor(), draft.id, None)
        .await
        .unwrap();

    let less = archive.deposit(&minor(
        json!({"channels": ["online"], "ends_on": "2026-12-31"}),
    ));
    let less = archive
        .curation
        .describe(&editor(), draft.id, None, less)
        .await
        .unwrap();
    assert_eq!(less.state, State::Published);
    for more in [
        json!({"channels": ["online"], "ends_on": "2027-01-31"}),
        json!(null),
    ] {
        let more = archive.deposit(&minor(more));
        let refused = archive
            .curation
            .describe(&editor(), draft.id, None, more)
            .await;
        assert_eq!(unmet(refused), ["/minors_shown SecondApprovalMissing"]);
    }
}
