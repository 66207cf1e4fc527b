//! The revisions of a work: who made each, when and why, and the work as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use khochung::domain::asset::{Asset, Revision};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{EventKind, RevisionEntry, Write};

use super::Bench;
use super::given::{asset, at, blob, changes, changes_at, id, next, tombstone, with_files};

on_every_back_end! {
    every_change_is_kept_with_its_actor_moment_and_reason,
    revisions_are_listed_newest_first_in_pages,
    a_change_without_a_revision_is_none,
    a_deleted_work_has_no_history_any_more,
}

/// The revision `number` of the work 1, with a text of its own.
fn revision(number: u64) -> Asset {
    let mut work = asset(1);
    work.revision = Revision(number);
    work.work.body = Some(format!("Bản {number}. ").repeat(20));
    work
}

fn numbers(entries: &[RevisionEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.revision.0).collect()
}

async fn every_change_is_kept_with_its_actor_moment_and_reason(bench: Bench) {
    let first = asset(1);
    bench
        .commit(changes_at(5).put(first.clone(), EventKind::Created))
        .await;
    let second = with_files(&next(&first), &[blob(1)]);
    let because = changes_at(7).because(Some("Bổ sung ảnh bìa"));
    bench
        .commit(because.put(second.clone(), EventKind::FileAttached))
        .await;
    // Of another work, beside it.
    bench
        .commit(changes().put(asset(2), EventKind::Created))
        .await;

    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    let entry = |number, kind, seconds, reason: Option<&str>| RevisionEntry {
        revision: Revision(number),
        kind,
        at: at(seconds),
        by: "system".into(),
        reason: reason.map(str::to_owned),
    };
    let created = entry(1, EventKind::Created, 5, None);
    let attached = entry(2, EventKind::FileAttached, 7, Some("Bổ sung ảnh bìa"));
    let listed = catalog.revisions(id(1), None, 10).await.unwrap();
    assert_eq!(listed, [attached.clone(), created.clone()]);
    let read = async |number| catalog.asset_at(id(1), Revision(number)).await.unwrap();
    assert_eq!(read(1).await, Some((created, first)));
    assert_eq!(read(2).await, Some((attached, second)));
    assert_eq!(read(3).await, None);
    assert_eq!(catalog.asset_at(id(3), Revision(1)).await.unwrap(), None);
}

async fn revisions_are_listed_newest_first_in_pages(bench: Bench) {
    // 300 revisions: their numbers differ in more than the last byte.
    for number in 1..=300 {
        bench
            .commit(changes().put(revision(number), EventKind::Described))
            .await;
    }
    let catalog = bench.catalog();
    let page = async |before: Option<u64>, limit| {
        let found = catalog.revisions(id(1), before.map(Revision), limit).await;
        numbers(&found.unwrap())
    };
    assert_eq!(page(None, 3).await, [300, 299, 298]);
    assert_eq!(page(Some(298), 2).await, [297, 296]);
    assert_eq!(page(Some(257), 2).await, [256, 255]);
    assert_eq!(page(Some(2), 9).await, [1]);
    assert!(page(Some(1), 9).await.is_empty());
    let all: Vec<u64> = (1..=300).rev().collect();
    assert_eq!(page(None, usize::MAX).await, all);
}

async fn a_change_without_a_revision_is_none(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1)]);
    bench
        .commit(changes().put(work.clone(), EventKind::Created))
        .await;
    let rendition = khochung::storage::catalog::Rendition {
        of: blob(1),
        recipe: "preview-400/1".into(),
        blob: blob(2),
        size: 7,
        media_type: "image/jpeg".into(),
        width_px: None,
        height_px: None,
    };
    bench
        .commit(changes().write(Write::Rendition(rendition, id(1))))
        .await;
    bench
        .refused(changes().put(work, EventKind::Described))
        .await;
    let found = bench.catalog().revisions(id(1), None, 9).await.unwrap();
    assert_eq!(numbers(&found), [1]);
}

async fn a_deleted_work_has_no_history_any_more(bench: Bench) {
    let (first, other) = (asset(1), with_files(&asset(2), &[blob(7)]));
    let second = with_files(&next(&first), &[blob(7), blob(8)]);
    let third = next(&first);
    let third = next(&third);
    for (work, kind) in [
        (&first, EventKind::Created),
        (&second, EventKind::FileAttached),
        (&third, EventKind::FileDetached),
        (&other, EventKind::Created),
    ] {
        bench.commit(changes().put(work.clone(), kind)).await;
    }
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&third))))
        .await;
    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    assert!(catalog.revisions(id(1), None, 9).await.unwrap().is_empty());
    assert_eq!(catalog.asset_at(id(1), Revision(2)).await.unwrap(), None);
    let referenced = catalog.blobs(None, 9).await.unwrap();
    let referenced: Vec<_> = referenced.iter().map(|blob| blob.key).collect();
    assert_eq!(referenced, [blob(7)], "what another work has");
}

/// Segments of a few lines each.
fn open(dir: &Path) -> EmbeddedCatalog {
    let options = Options {
        segment_bytes: 8_000,
        reserve_bytes: 0,
        ..Options::default()
    };
    EmbeddedCatalog::open(dir, options).unwrap()
}

fn segments(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .collect();
    found.sort();
    found
}

/// Revisions 1 to `count` of the work 1, of which each second has a file that the next one has not.
async fn filled(dir: &Path, count: u64) -> EmbeddedCatalog {
    let catalog = open(dir);
    for number in 1..=count {
        let files = if number % 2 == 0 {
            vec![blob(u8::try_from(number).unwrap())]
        } else {
            Vec::new()
        };
        let work = with_files(&revision(number), &files);
        let set = changes()
            .because(Some("sửa"))
            .put(work, EventKind::Described);
        catalog.commit(set).await.unwrap();
    }
    catalog
}

async fn has_all(catalog: &EmbeddedCatalog, count: u64) {
    let listed = catalog.revisions(id(1), None, usize::MAX).await.unwrap();
    let expected: Vec<u64> = (1..=count).rev().collect();
    assert_eq!(numbers(&listed), expected);
    for number in 1..=count {
        let read = catalog.asset_at(id(1), Revision(number)).await.unwrap();
        let (entry, found) = read.unwrap();
        assert_eq!(
            (entry.revision, entry.reason.as_deref()),
            (Revision(number), Some("sửa"))
        );
        assert_eq!(found.work.body, revision(number).work.body);
    }
    let found = catalog.verify().await.unwrap();
    assert!(found.is_sound(), "{found:?}");
}

#[tokio::test]
async fn history_is_read_from_sealed_segments_and_rebuilt_from_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = filled(dir.path(), 60).await;
    let began = Instant::now();
    while segments(dir.path(), ".ndjson").len() > 1 {
        assert!(began.elapsed() < Duration::from_secs(60), "never sealed");
        tokio::task::yield_now().await;
    }
    assert!(segments(dir.path(), ".zst").len() > 3);
    has_all(&catalog, 60).await;
    catalog.close().await;
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let catalog = open(dir.path());
    has_all(&catalog, 60).await;
    assert_eq!(catalog.blobs(None, 100).await.unwrap().len(), 30);
}

/// An index as a version without revisions left it: format 3, no such rows.
fn as_before_revisions(dir: &Path) {
    let db = sled::open(dir.join("index")).unwrap();
    for table in ["revisions", "former-files"] {
        db.drop_tree(table).unwrap();
    }
    let meta = db.open_tree("meta").unwrap();
    let state = meta.get("state").unwrap().unwrap();
    let mut state: serde_json::Value = serde_json::from_slice(&state).unwrap();
    state["format"] = 3.into();
    meta.insert("state", serde_json::to_vec(&state).unwrap())
        .unwrap();
    db.flush().unwrap();
}

#[tokio::test]
async fn an_index_of_an_earlier_version_is_rebuilt_with_all_revisions() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 8).await.close().await;
    as_before_revisions(dir.path());
    let catalog = open(dir.path());
    has_all(&catalog, 8).await;
}

/// The journal as a version wrote it that let files go with the work.
fn as_written_before_files_were_kept(dir: &Path) {
    for segment in segments(dir, ".ndjson") {
        let text = fs::read_to_string(&segment).unwrap();
        let line = |line: &str| {
            let json = line[9..].replace("\"keeps_former_files\":true,", "");
            format!("{:08x} {json}\n", crc32c::crc32c(json.as_bytes()))
        };
        let text: String = text.lines().map(line).collect();
        fs::write(segment, text).unwrap();
    }
    fs::remove_dir_all(dir.join("index")).unwrap();
}

/// Their bytes may have been deleted since: to take them for referenced would report them missing.
#[tokio::test]
async fn files_that_left_under_an_earlier_version_are_not_referenced() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
    let first = with_files(&asset(1), &[blob(1), blob(2)]);
    let second = with_files(&next(&first), &[blob(2)]);
    for (work, kind) in [
        (&first, EventKind::Created),
        (&second, EventKind::FileDetached),
    ] {
        catalog
            .commit(changes().put(work.clone(), kind))
            .await
            .unwrap();
    }
    catalog.close().await;
    as_written_before_files_were_kept(dir.path());
    let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
    let referenced = async || -> Vec<_> {
        let blobs = catalog.blobs(None, 9).await.unwrap();
        blobs.iter().map(|blob| blob.key).collect()
    };
    assert_eq!(referenced().await, [blob(2)]);
    let read = catalog.asset_at(id(1), Revision(1)).await.unwrap();
    assert_eq!(
        read.unwrap().1,
        first,
        "the description is there all the same"
    );
    // From now on files stay.
    let third = with_files(&next(&second), &[]);
    catalog
        .commit(changes().put(third, EventKind::FileDetached))
        .await
        .unwrap();
    assert_eq!(referenced().await, [blob(2)]);
    assert!(catalog.verify().await.unwrap().is_sound());
}
