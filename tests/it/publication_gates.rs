//! What keeps a work from being published, and from changing once it is.

use khochung::domain::asset::TransitionError;
use khochung::services::works::ChangeError;
use serde_json::{Value, json};

use crate::archive::{Archive, JPEG, complete_work, complete_work_but, contributor, editor};

/// The unmet conditions as `pointer Rule`, in order; anything else as it is.
fn unmet<T: std::fmt::Debug>(result: Result<T, ChangeError>) -> Vec<String> {
    let Err(ChangeError::Transition(TransitionError::Unmet(violations))) = result else {
        return vec![format!("{result:?}")];
    };
    let described = violations.listed().iter().map(|violation| {
        let rule = format!("{:?}", violation.rule);
        let name = rule.split([' ', '{']).next().unwrap_or_default();
        format!("{} {name}", violation.pointer)
    });
    described.collect()
}

#[tokio::test]
async fn every_missing_condition_is_named_at_once() {
    let archive = Archive::new();
    let bare = archive
        .create(&editor(), &json!({"titles": {"vi": "Tin"}}))
        .await;
    let refused = archive.curation.publish(&editor(), bare.id, None).await;
    assert_eq!(
        unmet(refused),
        [
            "/kind Required",
            "/organisation Required",
            "/languages Required",
            "/strand Required",
            "/themes Required",
            "/credit_line Required",
            "/reuse_terms RightsNotReviewed",
            "/people_shown PeopleNotAssessed",
            "/files NothingToPublish",
        ]
    );
}

#[tokio::test]
async fn a_single_gap_is_enough_to_hold_a_work_back() {
    let archive = Archive::new();
    for (change, expected) in [
        (json!({"credit_line": null}), "/credit_line Required"),
        (
            json!({"reuse_terms": "rights-not-reviewed"}),
            "/reuse_terms RightsNotReviewed",
        ),
        (
            json!({"people_shown": "not-assessed", "minors_shown": true}),
            "/people_shown PeopleNotAssessed",
        ),
        (
            json!({"people_shown": "consent-on-file", "minors_shown": true}),
            "/people_shown MinorWithoutGuardianConsent",
        ),
        (json!({"body": null}), "/files NothingToPublish"),
        // Terms for state bodies only do not go with open access.
        (
            json!({"reuse_terms": "internal-state-use"}),
            "/access NotOneOf",
        ),
    ] {
        let work = archive.create(&editor(), &complete_work_but(&change)).await;
        let refused = archive.curation.publish(&editor(), work.id, None).await;
        let mut unmet = unmet(refused);
        if change["minors_shown"] == true {
            assert_eq!(unmet.pop().unwrap(), "/minors_shown SecondApprovalMissing");
        }
        assert_eq!(unmet, [expected], "{change}");
        assert_eq!(archive.revision(work.id).await, 1, "{change}");
    }
}

#[tokio::test]
async fn what_meets_the_conditions_is_published() {
    let archive = Archive::new();
    for change in [
        json!({}),
        json!({"reuse_terms": "internal-state-use", "access": "state-internal"}),
        json!({"reuse_terms": "broadcast-only"}),
        json!({"reuse_terms": "link-only", "body": null}),
        json!({"kind": "exhibition", "body": null}),
    ] {
        let work = archive.published(&complete_work_but(&change)).await;
        assert_eq!((work.state.name(), work.revision.0), ("published", 2));
        assert_eq!(work.published_at, Some(archive.clock.now()));
    }
}

#[tokio::test]
async fn files_must_fit_and_images_need_words() {
    let archive = Archive::new();
    let alt = json!({"alt": {"vi": "Lớp học ở Chư Sê"}});
    for (kind, words, expected) in [
        (
            "propaganda-poster",
            json!({}),
            vec!["/files/0/alt MissingAltText"],
        ),
        (
            "radio-play",
            alt.clone(),
            vec!["/files/0 FileDoesNotFitKind"],
        ),
        ("radio-play", json!({"role": "attachment"}), vec![]),
        ("propaganda-poster", alt, vec![]),
    ] {
        let work = complete_work_but(&json!({"kind": kind}));
        let work = archive.create(&editor(), &work).await;
        let attached = archive
            .attach(&editor(), &work, JPEG, "a.jpg", &words, None)
            .await
            .unwrap();
        archive.make_public_copy(&attached).await;
        let published = archive.curation.publish(&editor(), work.id, None).await;
        if expected.is_empty() {
            assert_eq!(published.unwrap().state.name(), "published");
        } else {
            assert_eq!(unmet(published), expected, "{kind} {words}");
        }
    }
}

#[tokio::test]
async fn a_link_only_work_hands_out_no_files() {
    let archive = Archive::new();
    let work = complete_work_but(&json!({"reuse_terms": "link-only"}));
    let work = archive.create(&editor(), &work).await;
    let words = json!({"alt": {"vi": "Ảnh"}});
    let attached = archive
        .attach(&editor(), &work, JPEG, "a.jpg", &words, None)
        .await
        .unwrap();
    archive.make_public_copy(&attached).await;
    let refused = archive.curation.publish(&editor(), work.id, None).await;
    assert_eq!(unmet(refused), ["/files LinkOnlyWithFiles"]);
}

#[tokio::test]
async fn a_published_work_stays_publishable() {
    let archive = Archive::new();
    let work = archive.published(&complete_work()).await;
    for (change, expected) in [
        (json!({"credit_line": null}), vec!["/credit_line Required"]),
        (
            json!({"body": null, "themes": []}),
            vec!["/themes Required", "/files NothingToPublish"],
        ),
    ] {
        let deposit = archive.deposit(&complete_work_but(&change));
        let refused = archive
            .curation
            .describe(&editor(), work.id, None, deposit)
            .await;
        assert_eq!(unmet(refused), expected);
    }
    let without_words = archive
        .attach(&editor(), &work, JPEG, "a.jpg", &json!({}), None)
        .await;
    assert_eq!(unmet(without_words), ["/files/0/alt MissingAltText"]);
    assert_eq!(archive.revision(work.id).await, 2);
}

#[tokio::test]
async fn the_states_follow_each_other_as_drawn() {
    let archive = Archive::new();
    let (actor, curation) = (editor(), &archive.curation);
    let id = archive.create(&contributor(), &complete_work()).await.id;
    let refused = |result: Result<_, ChangeError>| match result {
        Err(ChangeError::Transition(TransitionError::NotAllowed { from, to })) => {
            (from.name(), to.name())
        }
        other => panic!("{other:?}"),
    };
    let from_draft = curation.recall(&actor, id, None).await;
    assert_eq!(refused(from_draft), ("draft", "draft"));
    let early = curation.withdraw(&actor, id, None, "sai").await;
    assert_eq!(refused(early), ("draft", "withdrawn"));
    curation.submit(&contributor(), id, None).await.unwrap();
    curation.recall(&actor, id, None).await.unwrap();
    curation.submit(&contributor(), id, None).await.unwrap();
    curation.publish(&actor, id, None).await.unwrap();
    let back = curation.recall(&actor, id, None).await;
    assert_eq!(refused(back), ("published", "draft"));
    curation
        .withdraw(&actor, id, None, "sai tên")
        .await
        .unwrap();
    let again = curation.publish(&actor, id, None).await;
    assert_eq!(refused(again), ("withdrawn", "published"));
    let returned = curation.reopen(&actor, id, None).await.unwrap();
    assert_eq!((returned.state.name(), returned.revision.0), ("draft", 7));
}

#[tokio::test]
async fn a_withdrawal_needs_a_reason_and_shows_it() {
    let archive = Archive::new();
    let work = archive.published(&complete_work()).await;
    let curation = &archive.curation;
    let silent = curation.withdraw(&editor(), work.id, None, " ").await;
    let Err(ChangeError::Invalid(violations)) = silent else {
        panic!("{silent:?}");
    };
    assert_eq!(violations.listed()[0].pointer, "/reason");
    let withdrawn = curation
        .withdraw(&editor(), work.id, None, "Sai ngày")
        .await;
    assert_eq!(withdrawn.unwrap().state.name(), "withdrawn");
    let value: Value = serde_json::to_value(khochung::interfaces::wire::AssetDto::render(
        archive.sharing.read(&editor(), work.id).await.unwrap(),
        &editor(),
    ))
    .unwrap();
    assert_eq!(value["withdrawn_reason"], "Sai ngày");
}
