//! What reading the history of a work costs: a work with 1,000 revisions beside a work with one.
//!
//! `cargo bench --bench revisions -- [REVISIONS]` (1,000 if not given). Each revision has a text of about
//! 4 KB; 1,000 other works stand between. Numbers are recorded in `docs/performance.md`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::time::{Duration, Instant};

use khochung::domain::access::Actor;
use khochung::domain::asset::{Asset, AssetId, Revision, Work};
use khochung::domain::{LanguageTag, Timestamp};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options, rebuild};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind};

/// Readings of each sort; the median is reported.
const READINGS: usize = 501;
/// Entries of a page.
const PAGE: usize = 50;
const OFTEN_CHANGED: u128 = 1;
const NEVER_CHANGED: u128 = 2;

fn main() {
    let given = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let revisions: u64 = given.unwrap_or(1_000);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(revisions));
}

async fn measure(revisions: u64) {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 1 << 20,
        ..Options::default()
    };
    let catalog = EmbeddedCatalog::open(dir.path(), options).unwrap();
    put(&catalog, revision(NEVER_CHANGED, 1)).await;
    let began = Instant::now();
    for number in 1..=revisions {
        put(&catalog, revision(OFTEN_CHANGED, number)).await;
        put(&catalog, revision(1_000 + u128::from(number), 1)).await;
    }
    println!(
        "{revisions} revisions and as many other works in {:?}",
        began.elapsed()
    );
    let page = async |id: u128, before| {
        let read = || async {
            let page = catalog.revisions(of(id), before, PAGE).await.unwrap();
            assert!(!page.is_empty());
        };
        median(read).await
    };
    let one = async |id: u128, number| {
        let read = || async {
            let found = catalog.asset_at(of(id), Revision(number)).await.unwrap();
            assert!(found.is_some());
        };
        median(read).await
    };
    println!(
        "first page of the work with one revision: {:?}",
        page(NEVER_CHANGED, None).await
    );
    println!(
        "first page of {PAGE} of the other: {:?}",
        page(OFTEN_CHANGED, None).await
    );
    let before = Some(Revision(PAGE as u64 + 1));
    println!(
        "last page of {PAGE}: {:?}",
        page(OFTEN_CHANGED, before).await
    );
    println!("the only revision, read: {:?}", one(NEVER_CHANGED, 1).await);
    println!(
        "the first of {revisions}, read: {:?}",
        one(OFTEN_CHANGED, 1).await
    );
    println!(
        "the last of {revisions}, read: {:?}",
        one(OFTEN_CHANGED, revisions).await
    );
    catalog.close().await;
    let began = Instant::now();
    rebuild(dir.path(), options).unwrap();
    println!("index rebuilt in {:?}", began.elapsed());
}

async fn put(catalog: &EmbeddedCatalog, asset: Asset) {
    let changes = ChangeSet::by(&Actor::System, asset.updated_at);
    let changes = changes.put(asset, EventKind::Described);
    catalog.commit(changes).await.unwrap();
}

async fn median<F: Future<Output = ()>>(read: impl Fn() -> F) -> Duration {
    let mut times = Vec::with_capacity(READINGS);
    for _ in 0..READINGS {
        let began = Instant::now();
        read().await;
        times.push(began.elapsed());
    }
    times.sort();
    times[READINGS / 2]
}

fn of(number: u128) -> AssetId {
    AssetId::from_bytes(number.to_be_bytes())
}

fn revision(id: u128, number: u64) -> Asset {
    let mut work = Work::new();
    work.titles
        .insert(LanguageTag::parse("vi").unwrap(), format!("Bản {number}"));
    work.body = Some(format!("Mọi người đều có quyền được học hành, bản {number}. ").repeat(60));
    let now = Timestamp::from_millis(1_795_395_600_000);
    let mut asset = Asset::take_in(of(id), work, now);
    asset.revision = Revision(number);
    asset
}
