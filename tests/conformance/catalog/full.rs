//! A disk that fills up at any step.
//!
//! The test runs itself again under a limit on the size of files (`RLIMIT_FSIZE`, its signal
//! ignored), so that writes fail with `EFBIG` where a full disk gives `ENOSPC`: first in the
//! journal, then, with short segments, in the index.

use std::fs;
use std::path::Path;
use std::process::Command;

use khochung::domain::asset::Asset;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::{Catalog, CatalogError, EventKind, EventNumber};

use super::given::{asset, changes, id, identifier, with_identifiers};

/// The folder of the run that is to suffer.
const VICTIM: &str = "CATALOG_TEST_VICTIM";

fn options(segment_bytes: u64) -> Options {
    Options {
        segment_bytes,
        reserve_bytes: 0,
        ..Options::default()
    }
}

/// Runs the named test again in `dir`, with files limited to `blocks` of 512 bytes.
fn suffer(test: &str, dir: &Path, blocks: u32) {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, dir)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

/// Writes works until the catalogue is full, notes how many were acknowledged, and checks that
/// reads go on and that refused commits have changed nothing.
async fn fill(dir: &Path, segment_bytes: u64, work: fn(u64) -> Asset) {
    let catalog = EmbeddedCatalog::open(dir, options(segment_bytes)).unwrap();
    let (mut acknowledged, mut refused) = (0, 0);
    while refused < 3 {
        assert!(acknowledged < 10_000, "it never fills up");
        let set = changes().put(work(acknowledged + 1), EventKind::Created);
        match catalog.commit(set).await {
            Ok(_) => acknowledged += 1,
            Err(CatalogError::Full(_)) => refused += 1,
            Err(other) => panic!("after {acknowledged} works: {other:?}"),
        }
        assert_eq!(catalog.counts().await.unwrap().assets, acknowledged);
    }
    fs::write(dir.join("acknowledged"), acknowledged.to_string()).unwrap();
    holds(&catalog, acknowledged).await;
    catalog.close().await;
}

/// A work that is long in the journal.
fn long(number: u64) -> Asset {
    let mut work = asset(number.into());
    work.work.body = Some("x".repeat(3000));
    work
}

/// A work that takes space in the index.
fn much_indexed(number: u64) -> Asset {
    let value = format!("{number}{}", "x".repeat(3000));
    with_identifiers(&asset(number.into()), &[identifier("sample", &value)])
}

/// Exactly the acknowledged works and events are there.
async fn holds(catalog: &EmbeddedCatalog, acknowledged: u64) {
    for number in 1..=u128::from(acknowledged) {
        assert!(catalog.entry(id(number)).await.unwrap().is_some());
    }
    let beyond = catalog.entry(id(u128::from(acknowledged) + 1)).await;
    assert_eq!(beyond.unwrap(), None);
    let events = catalog.events(EventNumber(0), usize::MAX).await.unwrap();
    assert!(
        events
            .iter()
            .map(|event| event.number.0)
            .eq(1..=acknowledged)
    );
}

/// With space again, everything acknowledged is there and commits succeed.
async fn recovers(dir: &Path, segment_bytes: u64) {
    let noted = fs::read_to_string(dir.join("acknowledged")).unwrap();
    let acknowledged = noted.parse().unwrap();
    let catalog = EmbeddedCatalog::open(dir, options(segment_bytes)).unwrap();
    holds(&catalog, acknowledged).await;
    let found = catalog.verify().await.unwrap();
    assert!(found.is_sound(), "{found:?}");
    let set = changes().put(long(acknowledged + 1), EventKind::Created);
    catalog.commit(set).await.unwrap();
    holds(&catalog, acknowledged + 1).await;
    catalog.close().await;
}

#[tokio::test]
async fn a_full_journal_refuses_and_nothing_is_lost() {
    if let Ok(dir) = std::env::var(VICTIM) {
        return fill(Path::new(&dir), u64::MAX, long).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "catalog::full::a_full_journal_refuses_and_nothing_is_lost";
    suffer(test, dir.path(), 4000);
    recovers(dir.path(), u64::MAX).await;
}

#[tokio::test]
async fn a_full_index_refuses_and_nothing_is_lost() {
    const SEGMENT: u64 = 100_000;
    if let Ok(dir) = std::env::var(VICTIM) {
        return fill(Path::new(&dir), SEGMENT, much_indexed).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "catalog::full::a_full_index_refuses_and_nothing_is_lost";
    suffer(test, dir.path(), 2500);
    recovers(dir.path(), SEGMENT).await;
}
