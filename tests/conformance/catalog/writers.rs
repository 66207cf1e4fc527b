//! Many at once.

use futures_util::future::join_all;
use khochung::domain::asset::Revision;
use khochung::storage::catalog::{Catalog, CatalogError, Entry, EventKind, EventNumber};

use super::Bench;
use super::given::{asset, changes, id, next};

on_every_back_end! {
    eight_writers_and_a_reader_who_sees_no_hole,
    of_writers_who_expect_the_same_revision_exactly_one_wins,
}

const WRITERS: u128 = 8;
const EACH: u128 = 40;

/// Writes works of its own, one commit each.
async fn write(catalog: &dyn Catalog, writer: u128) {
    for number in 0..EACH {
        let work = asset(writer * EACH + number);
        let receipt = catalog
            .commit(changes().put(work, EventKind::Created))
            .await
            .unwrap();
        // Acknowledged is readable, and the event is in the log.
        let event = catalog
            .events(EventNumber(receipt.last_event.0 - 1), 1)
            .await
            .unwrap();
        assert_eq!(event[0].number, receipt.last_event);
        let entry = catalog.entry(id(writer * EACH + number)).await.unwrap();
        assert!(matches!(entry, Some(Entry::Asset(_))));
    }
}

/// Follows the log until it has seen `until` events; gives their numbers.
async fn follow(catalog: &dyn Catalog, until: u64) -> Vec<u64> {
    let mut watched = catalog.watch_events();
    let mut seen = Vec::new();
    while (seen.len() as u64) < until {
        let announced = watched.borrow_and_update().0;
        let after = EventNumber(seen.last().copied().unwrap_or(0));
        let events = catalog.events(after, 7).await.unwrap();
        assert!(
            !events.is_empty() || announced <= after.0,
            "announced but not there"
        );
        let was_empty = events.is_empty();
        for event in events {
            let khochung::storage::catalog::Subject::Asset(work, revision) = event.subject else {
                panic!("{event:?}");
            };
            let entry = catalog.entry(work).await.unwrap();
            assert!(
                matches!(entry, Some(Entry::Asset(asset)) if asset.revision >= revision),
                "an event without its work"
            );
            seen.push(event.number.0);
        }
        if was_empty {
            watched.changed().await.unwrap();
        }
    }
    seen
}

async fn eight_writers_and_a_reader_who_sees_no_hole(bench: Bench) {
    let total = u64::try_from(WRITERS * EACH).unwrap();
    let catalog = bench.catalog();
    let writers = join_all((0..WRITERS).map(|writer| write(catalog, writer)));
    let (seen, _) = futures_util::future::join(follow(catalog, total), writers).await;
    assert_eq!(seen, (1..=total).collect::<Vec<_>>());
    let bench = bench.reopen().await;
    let counts = bench.catalog().counts().await.unwrap();
    assert_eq!((counts.assets, counts.events), (total, total));
}

async fn of_writers_who_expect_the_same_revision_exactly_one_wins(bench: Bench) {
    bench
        .commit(changes().put(asset(1), EventKind::Created))
        .await;
    for round in 1..=20 {
        let winners = race(&bench, round).await;
        assert_eq!(winners, 1, "round {round}");
    }
    assert_eq!(bench.catalog().counts().await.unwrap().events, 21);
}

async fn race(bench: &Bench, revision: u64) -> usize {
    let mut work = asset(1);
    work.revision = Revision(revision);
    let set = changes()
        .expect(id(1), work.revision)
        .put(next(&work), EventKind::Described);
    let attempts = (0..WRITERS).map(|_| bench.catalog().commit(set.clone()));
    let outcomes = join_all(attempts).await;
    let current = Some(Revision(revision + 1));
    outcomes
        .into_iter()
        .filter(|outcome| match outcome {
            Ok(_) => true,
            Err(CatalogError::Conflict {
                current: actual, ..
            }) => {
                assert_eq!(*actual, current);
                false
            }
            Err(other) => panic!("{other:?}"),
        })
        .count()
}
