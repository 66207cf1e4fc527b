//! Files and works coming in, and who may do what to them.

use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::{Revision, TransitionError};
use khochung::services::works::{ChangeError, FindError};
use khochung::storage::blobs::BlobStore as _;
use serde_json::json;

use crate::archive::{
    Archive, JPEG, complete_work, complete_work_but, contributor, editor, holder, partner,
};

#[tokio::test]
async fn equal_bytes_are_stored_once_and_the_answer_names_who_has_them() {
    let archive = Archive::new();
    let police = holder("c2", Role::Contributor, Some("provincial-police"));
    let theirs = complete_work_but(&json!({"organisation": "provincial-police"}));
    let theirs = archive.create(&police, &theirs).await;
    let ours = archive.create(&contributor(), &complete_work()).await;
    archive
        .attach(&police, &theirs, JPEG, "a.jpg", &json!({}), None)
        .await
        .unwrap();
    let again = archive
        .attach(&contributor(), &ours, JPEG, "b.jpg", &json!({}), None)
        .await;
    // A draft of another body stays unknown.
    assert_eq!(again.unwrap().duplicates, []);
    let third = archive.create(&editor(), &complete_work()).await;
    let seen = archive
        .attach(&editor(), &third, JPEG, "c.jpg", &json!({}), None)
        .await;
    assert_eq!(seen.unwrap().duplicates, [theirs.id, ours.id]);
    assert_eq!(archive.blobs.list(None, 10).await.unwrap().len(), 1);
    let jobs = archive.catalog.jobs(None, None, 10).await.unwrap();
    assert!(
        jobs.iter()
            .all(|job| ["render-previews", "read-text"].contains(&job.kind.0.as_str())),
        "{jobs:?}"
    );
    assert!(!jobs.is_empty());
}

#[tokio::test]
async fn the_same_bytes_twice_on_one_work_are_refused() {
    let archive = Archive::new();
    let work = archive.create(&editor(), &complete_work()).await;
    let once = archive
        .attach(&editor(), &work, JPEG, "a.jpg", &json!({}), None)
        .await
        .unwrap();
    let twice = archive
        .attach(&editor(), &once.asset, JPEG, "b.jpg", &json!({}), None)
        .await;
    let expected = TransitionError::AlreadyAttached(once.file);
    assert!(
        matches!(&twice, Err(ChangeError::Transition(error)) if *error == expected),
        "{twice:?}"
    );
}

#[tokio::test]
async fn bytes_that_are_not_taken_leave_nothing_behind() {
    let archive = Archive::new();
    let work = archive.create(&editor(), &complete_work()).await;
    let program = b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00";
    let refused = archive
        .attach(&editor(), &work, program, "a.jpg", &json!({}), None)
        .await;
    assert!(
        matches!(refused, Err(ChangeError::UnsupportedType { .. })),
        "{refused:?}"
    );
    let secret = "UBND TỈNH\nTỐI MẬT\nKế hoạch".as_bytes();
    let refused = archive
        .attach(&editor(), &work, secret, "a.txt", &json!({}), None)
        .await;
    assert!(
        matches!(refused, Err(ChangeError::Invalid(_))),
        "{refused:?}"
    );
    assert_eq!(archive.blobs.list(None, 10).await.unwrap(), []);
    assert_eq!(archive.revision(work.id).await, 1);
}

#[tokio::test]
async fn names_are_cleaned_and_hidden_from_the_public_where_they_tell_of_people() {
    let archive = Archive::new();
    let work = archive.create(&editor(), &complete_work()).await;
    let words = json!({"alt": {"vi": "Ảnh"}, "role": "attachment"});
    let name = "../Canon_Nguyen An\u{202E}.JPG";
    let attached = archive
        .attach(&editor(), &work, JPEG, name, &words, None)
        .await
        .unwrap();
    archive.make_public_copy(&attached).await;
    archive
        .curation
        .publish(&editor(), work.id, None)
        .await
        .unwrap();
    for (reader, expected) in [
        (editor(), "Canon_Nguyen An.JPG"),
        (contributor(), "Canon_Nguyen An.JPG"),
        // The beginning of what sha256sum says of the bytes.
        (Actor::Anonymous, "d20f6ffd523b78a8.jpg"),
        (partner(), "d20f6ffd523b78a8.jpg"),
    ] {
        let record = archive.record(&reader, work.id).await;
        assert_eq!(record.files[0].name, expected, "{reader}");
        let available = record.files[0].available.as_ref().unwrap();
        assert!(!available.name.contains("Nguyen") || expected.contains("Nguyen"));
    }
}

#[tokio::test]
async fn a_stale_revision_changes_nothing() {
    let archive = Archive::new();
    let work = archive.create(&editor(), &complete_work()).await;
    let change = || archive.deposit(&complete_work_but(&json!({"made": "2024"})));
    let (actor, known) = (editor(), Some(Revision(1)));
    archive
        .curation
        .describe(&actor, work.id, known, change())
        .await
        .unwrap();
    let stale = archive.curation.submit(&actor, work.id, known).await;
    assert!(
        matches!(
            stale,
            Err(ChangeError::Stale {
                current: Revision(2)
            })
        ),
        "{stale:?}"
    );
    // An equal description changes nothing either, and is no error.
    let same = archive
        .curation
        .describe(&actor, work.id, None, change())
        .await;
    assert_eq!(same.unwrap().revision.0, 2);
}

#[tokio::test]
async fn of_two_writers_at_once_one_wins() {
    let archive = Archive::new();
    let work = archive.create(&editor(), &complete_work()).await;
    let actor = editor();
    let changes = (0..8).map(|year| {
        let change = json!({"made": format!("20{year:02}")});
        let deposit = archive.deposit(&complete_work_but(&change));
        archive
            .curation
            .describe(&actor, work.id, Some(work.revision), deposit)
    });
    let answers = futures_util::future::join_all(changes).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, ChangeError::Stale { .. }), "{refused:?}");
    }
    assert_eq!(archive.revision(work.id).await, 2);
}

#[tokio::test]
async fn contributors_work_in_the_name_of_their_own_body() {
    let archive = Archive::new();
    let unnamed = complete_work_but(&json!({"organisation": null}));
    let own = archive.create(&contributor(), &unnamed).await;
    assert_eq!(own.work.organisation.unwrap().as_str(), "dic");
    let other = archive.deposit(&complete_work_but(
        &json!({"organisation": "provincial-police"}),
    ));
    let foreign = archive
        .intake
        .create(&contributor(), other.clone(), None)
        .await;
    assert!(
        matches!(foreign, Err(ChangeError::Forbidden)),
        "{foreign:?}"
    );
    let given_away = archive
        .curation
        .describe(&contributor(), own.id, None, other)
        .await;
    assert!(
        matches!(given_away, Err(ChangeError::Forbidden)),
        "{given_away:?}"
    );
    let by_reader = archive
        .intake
        .create(&partner(), archive.deposit(&unnamed), None)
        .await;
    assert!(
        matches!(by_reader, Err(ChangeError::Forbidden)),
        "{by_reader:?}"
    );
}

#[tokio::test]
async fn works_of_others_do_not_exist_until_they_are_seen() {
    let archive = Archive::new();
    let police = holder("c2", Role::Contributor, Some("provincial-police"));
    let work = archive.create(&contributor(), &complete_work()).await;
    let hidden = archive.curation.submit(&police, work.id, None).await;
    assert!(
        matches!(hidden, Err(ChangeError::Find(FindError::NotFound))),
        "{hidden:?}"
    );
    archive
        .curation
        .publish(&editor(), work.id, None)
        .await
        .unwrap();
    for actor in [police, contributor(), partner()] {
        let refused = archive.curation.withdraw(&actor, work.id, None, "x").await;
        assert!(
            matches!(refused, Err(ChangeError::Forbidden)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn relations_point_at_works_the_actor_can_see() {
    let archive = Archive::new();
    let numbered = json!({"identifiers": [{"scheme": "document-number", "value": "155/KH-UBND"}]});
    let target = archive
        .create(&contributor(), &complete_work_but(&numbered))
        .await;
    let police = holder("c2", Role::Contributor, Some("provincial-police"));
    let relate = |to: String| {
        archive.deposit(&complete_work_but(&json!({
            "organisation": null,
            "relations": [{"type": "clarifies", "target": to}]
        })))
    };
    for to in [
        target.id.to_string(),
        "document-number:155/KH-UBND".to_owned(),
    ] {
        let related = archive
            .intake
            .create(&contributor(), relate(to.clone()), None)
            .await;
        assert_eq!(related.unwrap().result.work.relations[0].target, target.id);
        let blind = archive.intake.create(&police, relate(to), None).await;
        assert!(matches!(blind, Err(ChangeError::Invalid(_))), "{blind:?}");
    }
    let to_itself = relate(target.id.to_string());
    let refused = archive
        .curation
        .describe(&contributor(), target.id, None, to_itself)
        .await;
    assert!(
        matches!(refused, Err(ChangeError::Invalid(_))),
        "{refused:?}"
    );
}
