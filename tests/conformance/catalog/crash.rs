//! What only the embedded back end can suffer: kills, power cuts, damaged files, a full disk.
//!
//! A kill is simulated by copying the folder of an open catalogue: every acknowledged line is in
//! the journal, the index is in whatever state its background thread has left on disk.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use khochung::storage::catalog::embedded::{
    EmbeddedCatalog, Options, discard_after_damage, rebuild,
};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{CatalogError, Entry, EventKind, EventNumber, Salvage};

use super::given::{asset, changes, id, identifier, next, with_files, with_identifiers};

fn options() -> Options {
    Options {
        reserve_bytes: 0,
        ..Options::default()
    }
}

fn open(dir: &Path) -> EmbeddedCatalog {
    EmbeddedCatalog::open(dir, options()).unwrap()
}

fn open_error(dir: &Path) -> CatalogError {
    EmbeddedCatalog::open(dir, options()).unwrap_err()
}

/// Works 1 to `count`, one commit each.
async fn put_works(catalog: &EmbeddedCatalog, numbers: std::ops::RangeInclusive<u128>) {
    for number in numbers {
        let name = identifier("sample", &number.to_string());
        let work = with_identifiers(&asset(number), &[name]);
        let set = changes().put(work, EventKind::Created);
        catalog.commit(set).await.unwrap();
    }
}

/// Exactly works 1 to `count` are there, index and journal agree, and more can be written.
async fn holds_works(dir: &Path, count: u64) {
    let catalog = open(dir);
    let found = catalog.verify().await.unwrap();
    assert!(found.is_sound(), "{found:?}");
    let counts = catalog.counts().await.unwrap();
    assert_eq!((counts.assets, counts.events), (count, count));
    for number in 1..=u128::from(count) {
        let name = identifier("sample", &number.to_string());
        assert_eq!(catalog.with_identifier(&name).await.unwrap(), [id(number)]);
        assert!(
            catalog.entry(id(number)).await.unwrap().is_some(),
            "{number}"
        );
    }
    let events = catalog.events(EventNumber(0), usize::MAX).await.unwrap();
    assert!(events.iter().map(|event| event.number.0).eq(1..=count));
    put_works(&catalog, u128::from(count) + 1..=u128::from(count) + 1).await;
    catalog.close().await;
}

fn copy_dir(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A copy of the folder in a temporary one, as one moment's state: no file came or went
/// meanwhile.
pub(crate) fn copied(dir: &Path) -> tempfile::TempDir {
    loop {
        let copy = tempfile::tempdir().unwrap();
        let before = names_below(dir);
        if copy_dir(dir, copy.path()).is_ok() && names_below(dir) == before {
            return copy;
        }
    }
}

fn names_below(dir: &Path) -> BTreeSet<PathBuf> {
    let journal = dir.join("journal");
    let entries = fs::read_dir(&journal).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A closed catalogue with works 1 to `count`.
async fn closed_with(count: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path());
    put_works(&catalog, 1..=u128::from(count)).await;
    catalog.close().await;
    dir
}

fn first_segment(dir: &Path) -> PathBuf {
    dir.join("journal/00000000000000000001.ndjson")
}

fn lines_of(path: &Path) -> Vec<Vec<u8>> {
    let text = fs::read(path).unwrap();
    text.split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

#[tokio::test]
async fn a_kill_at_any_commit_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path());
    for count in 1..=6 {
        put_works(&catalog, count..=count).await;
        let killed = copied(dir.path());
        holds_works(killed.path(), u64::try_from(count).unwrap()).await;
    }
}

#[tokio::test]
async fn a_stale_snapshot_of_the_index_does_not_hinder_opening() {
    let dir = closed_with(3).await;
    fs::write(
        dir.path().join("index/snap.00000000FFFFFFFF.generating"),
        "",
    )
    .unwrap();
    holds_works(dir.path(), 3).await;
    assert!(!dir.path().join("index.set-aside").exists());
}

#[tokio::test]
async fn deleting_the_index_is_harmless() {
    let dir = closed_with(3).await;
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    holds_works(dir.path(), 3).await;
    rebuild(dir.path(), options()).unwrap();
    holds_works(dir.path(), 4).await;
}

#[tokio::test]
async fn a_garbled_index_is_set_aside_and_rebuilt() {
    let dir = closed_with(3).await;
    for garbage in [&b""[..], b"not a database", &[0xff; 600_000]] {
        let copy = copied(dir.path());
        let index = copy.path().join("index");
        for entry in fs::read_dir(&index).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::write(path, garbage).unwrap();
            }
        }
        holds_works(copy.path(), 3).await;
        fs::remove_dir_all(&index).unwrap();
        fs::write(&index, garbage).unwrap();
        holds_works(copy.path(), 4).await;
    }
}

#[tokio::test]
async fn an_index_behind_the_journal_catches_up() {
    let dir = closed_with(2).await;
    let behind = copied(dir.path());
    let catalog = open(dir.path());
    put_works(&catalog, 3..=5).await;
    catalog.close().await;
    fs::copy(first_segment(dir.path()), first_segment(behind.path())).unwrap();
    holds_works(behind.path(), 5).await;
    assert!(!behind.path().join("index.set-aside").exists());
}

/// Line 1 names the log, work n stands in line n + 1.
#[tokio::test]
async fn a_journal_that_lost_its_end_is_refused_until_the_loss_is_accepted() {
    let dir = closed_with(2).await;
    let older = fs::read(first_segment(dir.path())).unwrap();
    let catalog = open(dir.path());
    let log = catalog.log_id();
    put_works(&catalog, 3..=5).await;
    catalog.close().await;
    fs::write(first_segment(dir.path()), older).unwrap();
    // Either witness is enough.
    let without_index = copied(dir.path());
    fs::remove_dir_all(without_index.path().join("index")).unwrap();
    for dir in [dir.path(), without_index.path()] {
        for _ in 0..2 {
            let error = open_error(dir);
            let is_named = |text: &str| text.contains("4 to 6 are missing");
            assert!(
                matches!(&error, CatalogError::Lost(text) if is_named(text)),
                "{error}"
            );
        }
        let salvage = discard_after_damage(dir, options(), None).unwrap();
        assert_eq!((salvage.kept, salvage.missing), (3, 3));
        let catalog = open(dir);
        assert_ne!(catalog.log_id(), log);
        catalog.close().await;
        holds_works(dir, 2).await;
    }
}

#[tokio::test]
async fn the_index_of_another_journal_is_rebuilt() {
    let dir = closed_with(3).await;
    let other = tempfile::tempdir().unwrap();
    let catalog = open(other.path());
    for revision in 1..=4 {
        let mut work = asset(77);
        work.revision.0 = revision;
        let set = changes().put(work, EventKind::Described);
        catalog.commit(set).await.unwrap();
    }
    catalog.close().await;
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    copy_dir(&other.path().join("index"), &dir.path().join("index")).unwrap();
    holds_works(dir.path(), 3).await;
}

#[tokio::test]
async fn a_torn_tail_is_cut_off_and_the_rest_stays() {
    let dir = closed_with(2).await;
    let behind = copied(dir.path());
    let catalog = open(dir.path());
    put_works(&catalog, 3..=3).await;
    catalog.close().await;
    let journal = fs::read(first_segment(dir.path())).unwrap();
    let whole = fs::metadata(first_segment(behind.path())).unwrap().len();
    for length in (usize::try_from(whole).unwrap()..journal.len()).step_by(97) {
        let torn = copied(behind.path());
        fs::write(first_segment(torn.path()), &journal[..length]).unwrap();
        holds_works(torn.path(), 2).await;
    }
}

#[tokio::test]
async fn a_changed_byte_is_found_named_and_never_cut_off() {
    let dir = closed_with(5).await;
    let lines = lines_of(&first_segment(dir.path()));
    for damaged in [2, 6] {
        let copy = copied(dir.path());
        let path = first_segment(copy.path());
        let mut text = lines.clone();
        text[damaged - 1][40] ^= 1;
        fs::write(&path, text.concat()).unwrap();
        let named = format!("{}, line {damaged} ", path.display());
        let is_named = |error: &CatalogError| matches!(error, CatalogError::Damaged(text) if text.contains(&named));
        if damaged == 2 {
            // The index is beyond it: everything else is served.
            let catalog = open(copy.path());
            assert!(catalog.entry(id(5)).await.unwrap().is_some());
            assert!(catalog.health().damage.is_empty());
            let error = catalog.entry(id(1)).await.unwrap_err();
            assert!(is_named(&error), "{error}");
            assert_eq!(catalog.health().damage.len(), 1);
            let error = catalog.verify().await.unwrap_err();
            assert!(is_named(&error), "{error}");
            catalog.close().await;
        }
        fs::remove_dir_all(copy.path().join("index")).unwrap();
        let error = open_error(copy.path());
        assert!(is_named(&error), "{error}");
        assert_eq!(fs::read(&path).unwrap(), text.concat());

        // The way out that the message names.
        let kept = damaged as u64 - 1;
        let salvage = discard_after_damage(copy.path(), options(), None).unwrap();
        let aside = path.with_extension("ndjson.discarded");
        let expected = Salvage {
            kept,
            missing: 6 - kept,
            set_aside: vec![aside.clone()],
        };
        assert_eq!(salvage, expected);
        assert_eq!(fs::read(aside).unwrap(), text.concat());
        holds_works(copy.path(), kept - 1).await;
    }
}

#[tokio::test]
async fn nothing_is_discarded_from_a_sound_journal() {
    let dir = closed_with(3).await;
    let salvage = discard_after_damage(dir.path(), options(), None).unwrap();
    assert_eq!((salvage.kept, salvage.set_aside.len()), (4, 0));
    holds_works(dir.path(), 3).await;
}

#[tokio::test]
async fn an_index_that_differs_from_the_journal_is_found() {
    let dir = closed_with(3).await;
    let db = sled_tree(&dir.path().join("index"));
    db.remove(id(2).as_bytes()).unwrap();
    db.flush().unwrap();
    drop(db);
    let catalog = open(dir.path());
    let found = catalog.verify().await.unwrap();
    assert_eq!(found.differences.len(), 1, "{found:?}");
    assert!(found.differences[0].starts_with("assets: "), "{found:?}");
    catalog.close().await;
    rebuild(dir.path(), options()).unwrap();
    holds_works(dir.path(), 3).await;
}

fn sled_tree(index: &Path) -> sled::Tree {
    let config = sled::Config::new()
        .path(index)
        .mode(sled::Mode::HighThroughput);
    config.open().unwrap().open_tree("assets").unwrap()
}

#[tokio::test]
async fn after_a_power_cut_the_index_is_not_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path());
    put_works(&catalog, 1..=3).await;
    let cut = copied(dir.path());
    let lock = cut.path().join("lock");
    let session = fs::read_to_string(&lock).unwrap();
    let words: Vec<&str> = session.split_whitespace().collect();
    assert_eq!(words[2], "open");
    let other_boot = session.replace(words[1], "another-boot");
    fs::write(&lock, other_boot).unwrap();
    holds_works(cut.path(), 3).await;
    assert!(cut.path().join("index.set-aside").exists());
    // Closed in order, it is trusted in the next boot too.
    fs::remove_dir_all(cut.path().join("index.set-aside")).unwrap();
    let session = fs::read_to_string(&lock).unwrap();
    let words: Vec<&str> = session.split_whitespace().collect();
    assert_eq!(words[2], "closed");
    fs::write(&lock, session.replace(words[1], "another-boot")).unwrap();
    holds_works(cut.path(), 4).await;
    assert!(!cut.path().join("index.set-aside").exists());
}

#[tokio::test]
async fn a_second_process_learns_which_lock_is_held() {
    let dir = closed_with(1).await;
    let catalog = open(dir.path());
    let CatalogError::Io(error) = open_error(dir.path()) else {
        panic!("opened twice");
    };
    assert_eq!(error.kind(), std::io::ErrorKind::ResourceBusy);
    let lock = dir.path().join("lock");
    assert!(
        error.to_string().contains(lock.to_str().unwrap()),
        "{error}"
    );
    catalog.close().await;
    let error = catalog.commit(changes()).await.unwrap_err();
    assert!(matches!(error, CatalogError::Closed));
    holds_works(dir.path(), 1).await;
}

#[tokio::test]
async fn with_too_little_space_left_commits_are_refused_and_reads_go_on() {
    let dir = closed_with(2).await;
    let nearly_full = Options {
        reserve_bytes: u64::MAX,
        ..Options::default()
    };
    let catalog = EmbeddedCatalog::open(dir.path(), nearly_full).unwrap();
    for _ in 0..2 {
        let set = changes().put(asset(3), EventKind::Created);
        let error = catalog.commit(set).await.unwrap_err();
        assert!(matches!(error, CatalogError::Full(_)), "{error:?}");
    }
    assert!(catalog.entry(id(2)).await.unwrap().is_some());
    assert_eq!(catalog.entry(id(3)).await.unwrap(), None);
    catalog.close().await;
    holds_works(dir.path(), 2).await;
}

#[tokio::test]
async fn an_old_revision_stays_readable_to_those_who_look_while_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path());
    let mut work = with_files(&asset(1), &[]);
    for _ in 0..50 {
        let set = changes().put(work.clone(), EventKind::Described);
        let (read, written) =
            futures_util::future::join(catalog.entry(id(1)), catalog.commit(set)).await;
        written.unwrap();
        if let Some(Entry::Asset(read)) = read.unwrap() {
            assert!(read.revision <= work.revision);
        }
        work = next(&work);
    }
    catalog.close().await;
}
