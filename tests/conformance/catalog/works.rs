//! Works, tombstones, identifiers and the event log.

use khochung::domain::asset::{Asset, Revision};
use khochung::storage::catalog::{
    CatalogError, Counts, Entry, Event, EventKind, EventNumber, Receipt, Subject, Write,
};

use super::Bench;
use super::given::{
    asset, at, changes, changes_at, id, identifier, next, tombstone, with_identifiers,
};

on_every_back_end! {
    a_committed_work_is_readable_at_once_and_after_reopening,
    a_stale_revision_is_refused_and_tells_the_present_one,
    no_work_goes_back_a_revision_or_comes_back_from_deletion,
    deleting_leaves_a_tombstone_and_frees_the_identifiers,
    works_are_found_by_exactly_their_identifiers,
    entries_come_in_the_order_asked_and_lists_in_the_order_of_ids,
    a_change_set_is_one_step_and_sees_its_own_writes,
    an_empty_change_set_only_checks,
    the_log_is_read_in_pages_and_tells_who_did_what_when,
    every_commit_wakes_those_who_watch_the_log,
}

fn entry(asset: &Asset) -> Entry {
    Entry::Asset(Box::new(asset.clone()))
}

async fn stored(bench: &Bench, asset: Asset) -> Asset {
    bench
        .commit(changes().put(asset.clone(), EventKind::Created))
        .await;
    asset
}

async fn a_committed_work_is_readable_at_once_and_after_reopening(bench: Bench) {
    let work = asset(1);
    let receipt = bench
        .commit(changes().put(work.clone(), EventKind::Created))
        .await;
    assert_eq!(
        receipt,
        Receipt {
            last_event: EventNumber(1),
            jobs: Vec::new()
        }
    );
    assert_eq!(
        bench.catalog().entry(id(1)).await.unwrap(),
        Some(entry(&work))
    );
    assert_eq!(bench.catalog().entry(id(2)).await.unwrap(), None);
    let bench = bench.reopen().await;
    assert_eq!(
        bench.catalog().entry(id(1)).await.unwrap(),
        Some(entry(&work))
    );
    let described = next(&work);
    let receipt = bench
        .commit(
            changes()
                .expect(id(1), Revision(1))
                .put(described.clone(), EventKind::Described),
        )
        .await;
    assert_eq!(receipt.last_event, EventNumber(2));
    assert_eq!(
        bench.catalog().entry(id(1)).await.unwrap(),
        Some(entry(&described))
    );
}

async fn a_stale_revision_is_refused_and_tells_the_present_one(bench: Bench) {
    let first = stored(&bench, asset(1)).await;
    let second = next(&first);
    bench
        .commit(changes().put(second.clone(), EventKind::Described))
        .await;
    let third = next(&second);
    for (stale, current) in [(id(1), Some(Revision(2))), (id(7), None)] {
        let set = changes()
            .put(asset(8), EventKind::Created)
            .expect(stale, Revision(1))
            .put(third.clone(), EventKind::Described);
        let error = bench.refused(set).await;
        assert!(
            matches!(error, CatalogError::Conflict { id, current: c } if id == stale && c == current),
            "{error:?}"
        );
    }
}

async fn no_work_goes_back_a_revision_or_comes_back_from_deletion(bench: Bench) {
    let first = stored(&bench, asset(1)).await;
    let error = bench
        .refused(changes().put(first.clone(), EventKind::Described))
        .await;
    assert!(matches!(error, CatalogError::Conflict { .. }), "{error:?}");
    let gone = tombstone(&first);
    bench
        .commit(changes().write(Write::Tombstone(gone.clone())))
        .await;
    let mut again = next(&next(&first));
    for set in [
        changes().put(again.clone(), EventKind::Described),
        changes().expect_absent(id(1)),
        changes().expect(id(1), gone.revision),
        changes().write(Write::Tombstone(gone.clone())),
    ] {
        let error = bench.refused(set).await;
        assert!(matches!(error, CatalogError::Conflict { .. }), "{error:?}");
    }
    again.id = id(2);
    bench
        .commit(
            changes()
                .expect_absent(id(2))
                .put(again, EventKind::Created),
        )
        .await;
    let kept = bench.catalog().entry(id(1)).await.unwrap();
    assert_eq!(kept, Some(Entry::Tombstone(gone)));
}

async fn deleting_leaves_a_tombstone_and_frees_the_identifiers(bench: Bench) {
    let name = identifier("document-number", "155/KH-UBND");
    let work = stored(
        &bench,
        with_identifiers(&asset(1), std::slice::from_ref(&name)),
    )
    .await;
    let error = bench.refused(changes().expect_unused(name.clone())).await;
    assert!(matches!(error, CatalogError::IdentifierTaken { owner } if owner == id(1)));
    let gone = tombstone(&work);
    bench
        .commit(
            changes()
                .expect(id(1), Revision(1))
                .write(Write::Tombstone(gone.clone())),
        )
        .await;
    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    assert_eq!(
        catalog.entry(id(1)).await.unwrap(),
        Some(Entry::Tombstone(gone))
    );
    assert!(catalog.with_identifier(&name).await.unwrap().is_empty());
    bench.commit(changes().expect_unused(name)).await;
    let counts = catalog.counts().await.unwrap();
    let expected = Counts {
        assets: 0,
        tombstones: 1,
        events: 2,
        ..Counts::default()
    };
    assert_eq!(counts, expected);
    let events = catalog.events(EventNumber(1), 10).await.unwrap();
    assert_eq!(
        events,
        [Event {
            number: EventNumber(2),
            at: at(0),
            by: "system".into(),
            subject: Subject::Asset(id(1), Revision(2)),
            kind: EventKind::Deleted,
        }]
    );
}

async fn works_are_found_by_exactly_their_identifiers(bench: Bench) {
    let one = identifier("sample", "udhr-vi-1");
    let long = identifier("sample", "udhr-vi-10");
    let other = identifier("sample-udhr", "vi-1");
    let first = stored(
        &bench,
        with_identifiers(&asset(2), &[one.clone(), long.clone()]),
    )
    .await;
    stored(
        &bench,
        with_identifiers(&asset(1), &[one.clone(), other.clone()]),
    )
    .await;
    let find = async |identifier| bench.catalog().with_identifier(identifier).await.unwrap();
    assert_eq!(find(&one).await, [id(1), id(2)]);
    assert_eq!(find(&long).await, [id(2)]);
    assert_eq!(find(&other).await, [id(1)]);
    let nobodys = identifier("sample", "udhr-vi");
    let all = [other.clone(), one.clone(), nobodys, long.clone()];
    let found = bench.catalog().with_identifiers(&all).await.unwrap();
    let expected: [&[_]; 4] = [&[id(1)], &[id(1), id(2)], &[], &[id(2)]];
    assert_eq!(found, expected);
    let renamed = with_identifiers(&next(&first), std::slice::from_ref(&other));
    bench
        .commit(changes().put(renamed, EventKind::Described))
        .await;
    assert_eq!(find(&one).await, [id(1)]);
    assert!(find(&long).await.is_empty());
    assert_eq!(find(&other).await, [id(1), id(2)]);
}

async fn entries_come_in_the_order_asked_and_lists_in_the_order_of_ids(bench: Bench) {
    for number in [5, 3, 9, 1] {
        stored(&bench, asset(number)).await;
    }
    let gone = tombstone(&asset(3));
    bench
        .commit(changes().write(Write::Tombstone(gone.clone())))
        .await;
    let catalog = bench.catalog();
    let ids = [id(9), id(4), id(3), id(9)];
    let nine = Some(entry(&asset(9)));
    let expected = [
        nine.clone(),
        None,
        Some(Entry::Tombstone(gone.clone())),
        nine,
    ];
    assert_eq!(catalog.entries(&ids).await.unwrap(), expected);

    let page = catalog.list(None, 2).await.unwrap();
    assert_eq!(page, [entry(&asset(1)), Entry::Tombstone(gone)]);
    let page = catalog.list(Some(id(3)), 2).await.unwrap();
    assert_eq!(page, [entry(&asset(5)), entry(&asset(9))]);
    // A cursor need not be the id of anything.
    assert_eq!(
        catalog.list(Some(id(6)), 2).await.unwrap(),
        [entry(&asset(9))]
    );
    assert!(catalog.list(Some(id(9)), 2).await.unwrap().is_empty());
}

async fn a_change_set_is_one_step_and_sees_its_own_writes(bench: Bench) {
    let name = identifier("sample", "1");
    let first = with_identifiers(&asset(1), std::slice::from_ref(&name));
    let second = with_identifiers(&next(&first), &[]);
    let receipt = bench
        .commit(
            changes()
                .expect_absent(id(1))
                .expect_unused(name.clone())
                .put(first, EventKind::Created)
                .put(second.clone(), EventKind::Described)
                .put(asset(2), EventKind::Created),
        )
        .await;
    assert_eq!(receipt.last_event, EventNumber(3));
    let catalog = bench.catalog();
    assert_eq!(catalog.entry(id(1)).await.unwrap(), Some(entry(&second)));
    assert!(catalog.with_identifier(&name).await.unwrap().is_empty());
    assert_eq!(catalog.counts().await.unwrap().assets, 2);
    let kinds: Vec<_> = catalog
        .events(EventNumber(0), 10)
        .await
        .unwrap()
        .into_iter()
        .map(|event| (event.number.0, event.kind))
        .collect();
    let expected = [
        (1, EventKind::Created),
        (2, EventKind::Described),
        (3, EventKind::Created),
    ];
    assert_eq!(kinds, expected);
    // The last write fails, so the first leaves nothing behind.
    let set = changes()
        .put(asset(3), EventKind::Created)
        .put(asset(2), EventKind::Created);
    bench.refused(set).await;
}

async fn an_empty_change_set_only_checks(bench: Bench) {
    stored(&bench, asset(1)).await;
    let receipt = bench.commit(changes().expect(id(1), Revision(1))).await;
    assert_eq!(receipt.last_event, EventNumber(1));
    bench.refused(changes().expect(id(1), Revision(2))).await;
}

async fn the_log_is_read_in_pages_and_tells_who_did_what_when(bench: Bench) {
    for number in 1..=5 {
        bench
            .commit(changes_at(number).put(asset(number as u128), EventKind::Created))
            .await;
    }
    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    let numbers = async |after, limit| -> Vec<u64> {
        let events = catalog.events(EventNumber(after), limit).await.unwrap();
        events.iter().map(|event| event.number.0).collect()
    };
    assert_eq!(numbers(0, 2).await, [1, 2]);
    assert_eq!(numbers(2, 10).await, [3, 4, 5]);
    assert!(numbers(5, 10).await.is_empty());
    assert!(numbers(u64::MAX, 10).await.is_empty());
    let event = catalog.events(EventNumber(3), 1).await.unwrap().remove(0);
    assert_eq!((event.at, event.by.as_str()), (at(4), "system"));
    assert_eq!(event.subject, Subject::Asset(id(4), Revision(1)));
}

async fn every_commit_wakes_those_who_watch_the_log(bench: Bench) {
    let mut watched = bench.catalog().watch_events();
    assert_eq!(*watched.borrow_and_update(), EventNumber(0));
    stored(&bench, asset(1)).await;
    assert_eq!(*watched.borrow(), EventNumber(1));
    watched.changed().await.unwrap();
    assert_eq!(*watched.borrow_and_update(), EventNumber(1));
    let bench = bench.reopen().await;
    assert_eq!(*bench.catalog().watch_events().borrow(), EventNumber(1));
}
