//! A disk that fills up at any step.
//!
//! The journal: the test runs itself again under a limit on the size of files (`RLIMIT_FSIZE`,
//! its signal ignored), so that its writes fail with `EFBIG` where a full disk gives `ENOSPC`.
//!
//! The whole disk: the test runs itself again in a user and mount namespace of its own, in which
//! it has mounted a small `tmpfs`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use khochung::domain::asset::Asset;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{CatalogError, EventKind, EventNumber};

use super::given::{asset, changes, id, identifier, with_identifiers};

/// The folder of the run that is to suffer.
const VICTIM: &str = "CATALOG_TEST_VICTIM";

fn open(dir: &Path, reserve_bytes: u64) -> EmbeddedCatalog {
    let options = Options {
        reserve_bytes,
        ..Options::default()
    };
    EmbeddedCatalog::open(dir, options).unwrap()
}

/// Runs the named test again, by way of a shell command that ends with `exec "$@"`.
fn suffer(test: &str, dir: &Path, command: &str) {
    let output = Command::new("sh")
        .args(["-ec", command, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, dir)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
}

/// A work that is long in the journal.
fn work(number: u64) -> Asset {
    let mut work = asset(number.into());
    work.work.body = Some("x".repeat(30_000));
    work
}

/// A work that takes space in the index.
fn much_indexed(number: u64) -> Asset {
    let value = format!("{number}{}", "x".repeat(3000));
    with_identifiers(&asset(number.into()), &[identifier("sample", &value)])
}

/// Writes works until the catalogue is full; gives how many were acknowledged.
async fn fill(catalog: &EmbeddedCatalog, work: fn(u64) -> Asset) -> u64 {
    let (mut acknowledged, mut refused) = (0, 0);
    while refused < 3 {
        assert!(acknowledged < 10_000, "it never fills up");
        let set = changes().put(work(acknowledged + 1), EventKind::Created);
        match catalog.commit(set).await {
            Ok(_) => acknowledged += 1,
            Err(CatalogError::Full(_)) => refused += 1,
            Err(other) => panic!("after {acknowledged} works: {other:?}"),
        }
    }
    acknowledged
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

/// With space again, commits succeed, and index and journal agree.
async fn goes_on(catalog: &EmbeddedCatalog, acknowledged: u64) {
    let set = changes().put(work(acknowledged + 1), EventKind::Created);
    catalog.commit(set).await.unwrap();
    holds(catalog, acknowledged + 1).await;
    let found = catalog.verify().await.unwrap();
    assert!(found.is_sound(), "{found:?}");
}

fn note(dir: &Path, acknowledged: u64) {
    fs::write(dir.join("acknowledged"), acknowledged.to_string()).unwrap();
}

/// What the victim acknowledged is there, and with space again it goes on.
async fn lost_nothing(dir: &Path) {
    let noted = fs::read_to_string(dir.join("acknowledged")).unwrap();
    let acknowledged = noted.parse().unwrap();
    let catalog = open(dir, 0);
    holds(&catalog, acknowledged).await;
    goes_on(&catalog, acknowledged).await;
    catalog.close().await;
}

#[tokio::test]
async fn a_full_journal_refuses_and_nothing_is_lost() {
    if let Ok(dir) = std::env::var(VICTIM) {
        let dir = Path::new(&dir);
        let catalog = open(dir, 0);
        let acknowledged = fill(&catalog, work).await;
        holds(&catalog, acknowledged).await;
        catalog.close().await;
        return note(dir, acknowledged);
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "catalog::full::a_full_journal_refuses_and_nothing_is_lost";
    suffer(
        test,
        dir.path(),
        "trap '' XFSZ; ulimit -f 8000; exec \"$@\"",
    );
    lost_nothing(dir.path()).await;
}

/// The index opens again and again on the way, smaller each time, until it cannot hold one more.
#[tokio::test]
async fn an_index_that_cannot_grow_refuses_and_nothing_is_lost() {
    if let Ok(dir) = std::env::var(VICTIM) {
        let dir = Path::new(&dir);
        let options = Options {
            segment_bytes: 200_000,
            reserve_bytes: 0,
            ..Options::default()
        };
        let catalog = EmbeddedCatalog::open(dir, options).unwrap();
        let acknowledged = fill(&catalog, much_indexed).await;
        catalog.close().await;
        return note(dir, acknowledged);
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "catalog::full::an_index_that_cannot_grow_refuses_and_nothing_is_lost";
    suffer(
        test,
        dir.path(),
        "trap '' XFSZ; ulimit -f 2500; exec \"$@\"",
    );
    lost_nothing(dir.path()).await;
}

#[tokio::test]
async fn on_a_disk_that_others_fill_reads_go_on() {
    const RESERVE: u64 = 4 * 1024 * 1024;
    let Ok(dir) = std::env::var(VICTIM) else {
        let dir = tempfile::tempdir().unwrap();
        let test = "catalog::full::on_a_disk_that_others_fill_reads_go_on";
        let mount = "mount -t tmpfs -o size=24m none \"$CATALOG_TEST_VICTIM\"; exec \"$@\"";
        let command = format!("exec unshare -rm sh -ec '{mount}' sh \"$@\"");
        return suffer(test, dir.path(), &command);
    };
    let disk = Path::new(&dir);
    let catalog = open(&disk.join("catalog"), RESERVE);
    let acknowledged = fill(&catalog, work).await;
    holds(&catalog, acknowledged).await;
    // Somebody else takes the rest, to the last block.
    let mut others = fs::File::create(disk.join("others")).unwrap();
    while others.write_all(&[7; 4096]).is_ok() {}
    let set = changes().put(work(acknowledged + 1), EventKind::Created);
    let refused = catalog.commit(set).await.unwrap_err();
    assert!(matches!(refused, CatalogError::Full(_)), "{refused:?}");
    holds(&catalog, acknowledged).await;
    // Closing cannot write the index; opening uses the ballast.
    catalog.close().await;
    assert!(disk.join("catalog/ballast").exists());
    let catalog = open(&disk.join("catalog"), RESERVE);
    holds(&catalog, acknowledged).await;
    assert!(!disk.join("catalog/ballast").exists());
    fs::remove_file(disk.join("others")).unwrap();
    drop(others);
    goes_on(&catalog, acknowledged).await;
    catalog.close().await;
}
