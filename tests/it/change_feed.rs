//! The change feed: each reader learns of what is theirs, of what went away, and of nothing else.

use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::StateName;
use khochung::services::sharing::Filter;
use khochung::storage::catalog::EventNumber;
use serde_json::json;

use crate::archive::{
    Archive, complete_work, complete_work_but, contributor, editor, holder, partner,
};

/// The whole feed of a reader from a cursor, as `number kind state`.
async fn feed(archive: &Archive, reader: &Actor, after: u64) -> Vec<String> {
    let changes = archive.sharing.changes(reader, EventNumber(after), 100);
    let changes = changes.await.unwrap();
    assert!(changes.is_at_end);
    changes
        .items
        .iter()
        .map(|change| {
            let (kind, state) = (change.kind.name(), change.presence.name());
            format!("{} {kind} {state}", change.number.0)
        })
        .collect()
}

#[tokio::test]
async fn drafts_show_to_their_body_and_editors_only() {
    let archive = Archive::new();
    archive.create(&contributor(), &complete_work()).await;
    let elsewhere = holder("c2", Role::Contributor, Some("provincial-police"));
    for (reader, expected) in [
        (Actor::Anonymous, vec![]),
        (partner(), vec![]),
        (elsewhere, vec![]),
        (contributor(), vec!["1 created available"]),
        (editor(), vec!["1 created available"]),
    ] {
        assert_eq!(feed(&archive, &reader, 0).await, expected, "{reader}");
    }
}

#[tokio::test]
async fn a_withdrawal_is_shown_to_those_who_could_see_the_work() {
    let archive = Archive::new();
    let open = archive.published(&complete_work()).await;
    let narrow = complete_work_but(&json!({"access": "partner"}));
    let narrow = archive.published(&narrow).await;
    let public = feed(&archive, &Actor::Anonymous, 0).await;
    assert_eq!(public, ["1 created available", "2 published available"]);
    for id in [open.id, narrow.id] {
        archive
            .curation
            .withdraw(&editor(), id, None, "sai")
            .await
            .unwrap();
    }
    // An edit behind closed doors does not show.
    let edit = archive.deposit(&complete_work_but(&json!({"made": "2024"})));
    archive
        .curation
        .describe(&editor(), open.id, None, edit)
        .await
        .unwrap();
    for (reader, expected) in [
        (Actor::Anonymous, vec!["5 withdrawn gone"]),
        (partner(), vec!["5 withdrawn gone", "6 withdrawn gone"]),
    ] {
        assert_eq!(feed(&archive, &reader, 2).await, expected, "{reader}");
        // Who comes late does not learn that it was there.
        assert_eq!(feed(&archive, &reader, 0).await, expected, "{reader}");
    }
}

#[tokio::test]
async fn narrowing_and_deleting_reach_those_who_lose_the_work() {
    let archive = Archive::new();
    let id = archive.published(&complete_work()).await.id;
    let narrowed = archive.deposit(&complete_work_but(&json!({"access": "state-internal"})));
    archive
        .curation
        .describe(&editor(), id, None, narrowed)
        .await
        .unwrap();
    let lost = ["3 described gone"];
    assert_eq!(feed(&archive, &Actor::Anonymous, 0).await, lost);
    assert_eq!(feed(&archive, &partner(), 2).await, lost);
    assert_eq!(
        feed(&archive, &contributor(), 2).await,
        ["3 described available"]
    );
    archive.curation.delete(&editor(), id, None).await.unwrap();
    for reader in [Actor::Anonymous, partner(), contributor(), editor()] {
        assert_eq!(
            feed(&archive, &reader, 2).await,
            ["4 deleted gone"],
            "{reader}"
        );
    }
}

#[tokio::test]
async fn a_work_nobody_saw_leaves_without_a_trace() {
    let archive = Archive::new();
    let draft = archive.create(&contributor(), &complete_work()).await;
    archive
        .curation
        .delete(&contributor(), draft.id, None)
        .await
        .unwrap();
    let later = complete_work_but(&json!({"embargo_until": "2026-12-01T00:00:00+07:00"}));
    let under_embargo = archive.published(&later).await;
    archive
        .curation
        .withdraw(&editor(), under_embargo.id, None, "sai")
        .await
        .unwrap();
    assert_eq!(
        feed(&archive, &Actor::Anonymous, 0).await,
        Vec::<String>::new()
    );
    assert_eq!(feed(&archive, &partner(), 0).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reader_without_rights_still_moves_on() {
    let archive = Archive::new();
    for _ in 0..5 {
        archive.create(&editor(), &complete_work()).await;
    }
    let seen = archive.published(&complete_work()).await;
    let anonymous = Actor::Anonymous;
    let first = archive
        .sharing
        .changes(&anonymous, EventNumber(0), 1)
        .await
        .unwrap();
    assert_eq!((first.items.len(), first.next.0), (1, 6));
    assert!(!first.is_at_end);
    let second = archive
        .sharing
        .changes(&anonymous, first.next, 1)
        .await
        .unwrap();
    assert_eq!((second.items[0].asset, second.next.0), (seen.id, 7));
    archive.create(&editor(), &complete_work()).await;
    let third = archive
        .sharing
        .changes(&anonymous, second.next, 1)
        .await
        .unwrap();
    assert_eq!(
        (third.items.len(), third.next.0, third.is_at_end),
        (0, 8, true)
    );
}

#[tokio::test]
async fn lists_hold_what_a_reader_may_see_in_pages() {
    let archive = Archive::new();
    let mut visible = Vec::new();
    for index in 0..7 {
        if index % 2 == 0 {
            visible.push(archive.published(&complete_work()).await.id);
        } else {
            archive.create(&editor(), &complete_work()).await;
        }
    }
    let (anonymous, everything) = (Actor::Anonymous, Filter::default());
    let (mut after, mut ids, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = archive
            .sharing
            .list(&anonymous, after, 3, &everything)
            .await
            .unwrap();
        ids.extend(page.items.iter().map(|asset| asset.id));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((ids, pages), (visible, 2));
    for (state, kind, count) in [
        (Some("draft"), None, 3),
        (Some("published"), Some("article"), 4),
        (None, Some("book"), 0),
    ] {
        let filter = Filter {
            state: state.and_then(StateName::from_name),
            kind: kind.map(|slug| khochung::domain::Slug::parse(slug).unwrap()),
            ..Filter::default()
        };
        let page = archive
            .sharing
            .list(&editor(), None, 50, &filter)
            .await
            .unwrap();
        assert_eq!(page.items.len(), count, "{filter:?}");
    }
}
