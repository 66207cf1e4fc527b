//! What the works of each organisation take up, and the limits that a commit keeps.

use khochung::domain::asset::Asset;
use khochung::domain::asset::Revision;
use khochung::storage::catalog::{
    Catalog, CatalogError, ChangeSet, EventKind, Excess, Held, KeyedRecord, RecordKey, Resource,
    Usage, UsageLimit, Write,
};
use serde_json::json;

use super::Bench;
use super::given::{asset, blob, changes, next, slug, tombstone, with_files};

on_every_back_end! {
    works_and_bytes_are_counted_through_every_change,
    usage_moves_with_a_work_and_goes_with_it,
    a_commit_that_adds_beyond_the_limit_is_refused,
    commits_at_the_same_time_do_not_exceed_it_together,
    bytes_that_records_hold_count_until_the_records_say_otherwise,
}

/// Files of the cases have seven bytes.
const FILE: u64 = 7;

fn limit(works: Option<u64>, bytes: Option<u64>) -> UsageLimit {
    UsageLimit {
        organisation: slug("dic"),
        works,
        bytes,
    }
}

async fn used(catalog: &dyn Catalog, organisation: &str) -> (u64, u64) {
    let Usage { works, bytes } = catalog.usage(&slug(organisation)).await.unwrap();
    (works, bytes)
}

fn of(organisation: &str, mut work: Asset) -> Asset {
    work.work.organisation = Some(slug(organisation));
    work
}

async fn works_and_bytes_are_counted_through_every_change(bench: Bench) {
    assert_eq!(used(bench.catalog(), "dic").await, (0, 0));
    let first = with_files(&asset(1), &[blob(1), blob(2)]);
    bench
        .commit(changes().put(first.clone(), EventKind::Created))
        .await;
    // Equal bytes count for each work.
    let second = with_files(&asset(2), &[blob(1)]);
    bench
        .commit(changes().put(second.clone(), EventKind::Created))
        .await;
    assert_eq!(used(bench.catalog(), "dic").await, (2, 3 * FILE));
    // A file that left stays with the earlier revision, comes back for nothing, and goes with the work.
    let without = with_files(&next(&first), &[blob(2)]);
    bench
        .commit(changes().put(without.clone(), EventKind::FileDetached))
        .await;
    assert_eq!(used(bench.catalog(), "dic").await, (2, 3 * FILE));
    let again = with_files(&next(&without), &[blob(1), blob(2)]);
    bench
        .commit(changes().put(again.clone(), EventKind::Restored))
        .await;
    assert_eq!(used(bench.catalog(), "dic").await, (2, 3 * FILE));
}

async fn usage_moves_with_a_work_and_goes_with_it(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1), blob(2)]);
    for work in [work.clone(), with_files(&asset(2), &[blob(1)])] {
        bench.commit(changes().put(work, EventKind::Created)).await;
    }
    let moved = of("doj", next(&work));
    bench
        .commit(changes().put(moved.clone(), EventKind::Described))
        .await;
    assert_eq!(used(bench.catalog(), "dic").await, (1, FILE));
    assert_eq!(used(bench.catalog(), "doj").await, (1, 2 * FILE));

    let bench = bench.reopen().await;
    assert_eq!(used(bench.catalog(), "dic").await, (1, FILE));
    assert_eq!(used(bench.catalog(), "doj").await, (1, 2 * FILE));
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&moved))))
        .await;
    assert_eq!(used(bench.catalog(), "doj").await, (0, 0));
    assert_eq!(used(bench.catalog(), "dic").await, (1, FILE));
}

async fn a_commit_that_adds_beyond_the_limit_is_refused(bench: Bench) {
    let two_works = || limit(Some(2), Some(2 * FILE));
    for number in [1, 2] {
        let changes = changes().put(asset(number), EventKind::Created);
        bench.commit(changes.within(two_works())).await;
    }
    let third = changes()
        .put(asset(3), EventKind::Created)
        .within(two_works());
    let CatalogError::Exceeds(excess) = bench.refused(third).await else {
        panic!("a third work");
    };
    let works = Excess {
        organisation: slug("dic"),
        resource: Resource::Works,
        limit: 2,
        used: 2,
        wanted: 3,
    };
    assert_eq!(excess, works);
    let full = with_files(&next(&asset(1)), &[blob(1), blob(2)]);
    let attached = changes().put(full.clone(), EventKind::FileAttached);
    bench.commit(attached.within(two_works())).await;
    let more = with_files(&next(&asset(2)), &[blob(3)]);
    let more = changes()
        .put(more, EventKind::FileAttached)
        .within(two_works());
    let CatalogError::Exceeds(excess) = bench.refused(more).await else {
        panic!("a third file");
    };
    assert_eq!((excess.resource, excess.limit), (Resource::Bytes, 14));
    assert_eq!((excess.used, excess.wanted), (14, 21));
    // What adds nothing is not refused, whatever is used already.
    let described = changes().put(next(&full), EventKind::Described);
    bench
        .commit(described.within(limit(Some(0), Some(0))))
        .await;
}

async fn commits_at_the_same_time_do_not_exceed_it_together(bench: Bench) {
    let catalog = bench.catalog();
    let commits = (1..=20).map(|number| {
        let work = with_files(&asset(number), &[blob(u8::try_from(number).unwrap())]);
        let changes = changes().put(work, EventKind::Created);
        catalog.commit(changes.within(limit(None, Some(5 * FILE))))
    });
    let results = futures_util::future::join_all(commits).await;
    let granted = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(granted, 5);
    assert_eq!(used(catalog, "dic").await, (5, 5 * FILE));
}

fn holding(changes: ChangeSet, revision: u64, held: Option<(&str, u64)>) -> ChangeSet {
    changes.write(Write::Record(KeyedRecord {
        key: RecordKey {
            table: "things".into(),
            key: "a".into(),
        },
        revision: Revision(revision),
        value: json!({ "v1": {} }),
        held: held.map(|(organisation, bytes)| Held {
            organisation: slug(organisation),
            bytes,
        }),
    }))
}

async fn bytes_that_records_hold_count_until_the_records_say_otherwise(bench: Bench) {
    let within = |changes: ChangeSet| changes.within(limit(None, Some(2 * FILE)));
    bench
        .commit(within(holding(changes(), 1, Some(("dic", 2 * FILE)))))
        .await;
    assert_eq!(used(bench.catalog(), "dic").await, (0, 2 * FILE));
    let file = with_files(&asset(1), &[blob(1)]);
    let refused = within(changes().put(file.clone(), EventKind::Created));
    let refused = bench.refused(refused).await;
    assert!(matches!(refused, CatalogError::Exceeds(_)), "{refused:?}");

    let bench = bench.reopen().await;
    assert_eq!(used(bench.catalog(), "dic").await, (0, 2 * FILE));
    // It passes from the record to the work in one commit.
    let claimed = holding(
        changes().put(file, EventKind::Created),
        2,
        Some(("dic", FILE)),
    );
    bench.commit(within(claimed)).await;
    assert_eq!(used(bench.catalog(), "dic").await, (1, 2 * FILE));
    bench.commit(holding(changes(), 3, Some(("doj", 1)))).await;
    assert_eq!(used(bench.catalog(), "dic").await, (1, FILE));
    assert_eq!(used(bench.catalog(), "doj").await, (0, 1));
    let dropped = Write::DropRecord(RecordKey {
        table: "things".into(),
        key: "a".into(),
    });
    bench.commit(changes().write(dropped)).await;
    assert_eq!(used(bench.catalog(), "doj").await, (0, 0));
    bench.commit(holding(changes(), 1, None)).await;
    assert_eq!(used(bench.catalog(), "dic").await, (1, FILE));
}
