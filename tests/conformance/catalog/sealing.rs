//! Closed journal segments are compressed, and nobody notices.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options, discard_after_damage};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{CatalogError, Entry, EventKind};

use super::given::{asset, changes, id};

const WORKS: u128 = 120;

/// Segments of a few works each.
fn options() -> Options {
    Options {
        segment_bytes: 20_000,
        reserve_bytes: 0,
        ..Options::default()
    }
}

fn open(dir: &Path) -> EmbeddedCatalog {
    EmbeddedCatalog::open(dir, options()).unwrap()
}

fn segments(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .collect();
    found.sort();
    found
}

/// Waits until all segments but the last are sealed.
async fn sealed(dir: &Path) -> Vec<PathBuf> {
    let began = Instant::now();
    while segments(dir, ".ndjson").len() > 1 {
        assert!(began.elapsed() < Duration::from_secs(60), "never sealed");
        tokio::task::yield_now().await;
    }
    segments(dir, ".zst")
}

/// The journal of a catalogue in which nothing was sealed, by segment.
async fn filled(dir: &Path) -> EmbeddedCatalog {
    let catalog = open(dir);
    for number in 1..=WORKS {
        let mut work = asset(number);
        work.work.body = Some("Quyền con người. ".repeat(30));
        let set = changes().put(work, EventKind::Created);
        catalog.commit(set).await.unwrap();
    }
    catalog
}

async fn reads_all(catalog: &EmbeddedCatalog) {
    for number in 1..=WORKS {
        let entry = catalog.entry(id(number)).await.unwrap();
        assert!(matches!(entry, Some(Entry::Asset(found)) if found.id == id(number)));
    }
    assert!(catalog.verify().await.unwrap().is_sound());
}

#[tokio::test]
async fn sealed_segments_are_read_verified_and_replayed_like_plain_ones() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = filled(dir.path()).await;
    let files = sealed(dir.path()).await;
    assert!(files.len() > 3, "{files:?}");
    reads_all(&catalog).await;
    catalog.close().await;
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let catalog = open(dir.path());
    reads_all(&catalog).await;
    catalog.close().await;

    // Any Zstandard decoder gives back the lines, in order and without a gap.
    let mut seq = 0;
    for file in files.iter().chain(&segments(dir.path(), ".ndjson")) {
        let mut text = fs::read(file).unwrap();
        if file.extension().unwrap() == "zst" {
            text = zstd::stream::decode_all(text.as_slice()).unwrap();
        }
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            seq += 1;
            let json: serde_json::Value = serde_json::from_slice(&line[9..]).unwrap();
            assert_eq!(json["seq"], seq);
        }
    }
    // The first line names the log.
    assert_eq!(seq, 1 + u64::try_from(WORKS).unwrap());
}

#[tokio::test]
async fn what_an_interrupted_sealing_left_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = filled(dir.path()).await;
    let files = sealed(dir.path()).await;
    catalog.close().await;
    // Killed while writing the sealed file, and killed before removing the plain one.
    let packed = fs::read(&files[0]).unwrap();
    let plain = files[0].with_extension("");
    fs::write(&plain, zstd::stream::decode_all(packed.as_slice()).unwrap()).unwrap();
    fs::write(&files[0], &packed[..packed.len() / 2]).unwrap();
    let part = files[1].with_extension("zst.part");
    fs::write(&part, &packed[..7]).unwrap();
    let catalog = open(dir.path());
    assert!(!part.exists());
    assert_eq!(sealed(dir.path()).await, files);
    reads_all(&catalog).await;
    catalog.close().await;
    assert_eq!(fs::read(&files[0]).unwrap(), packed);
}

#[tokio::test]
async fn damage_in_a_sealed_segment_is_found_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = filled(dir.path()).await;
    let files = sealed(dir.path()).await;
    catalog.close().await;
    let intact = fs::read(&files[1]).unwrap();
    for at in [intact.len() / 3, intact.len() - 1, 6] {
        let mut damaged = intact.clone();
        damaged[at] ^= 0x10;
        fs::write(&files[1], &damaged).unwrap();
        let found = match EmbeddedCatalog::open(dir.path(), options()) {
            Ok(catalog) => catalog.verify().await.unwrap_err(),
            Err(error) => error,
        };
        let name = files[1].to_str().unwrap();
        assert!(
            matches!(&found, CatalogError::Damaged(text) if text.contains(name)),
            "byte {at}: {found:?}"
        );
    }
    // The way out: what stands before the damaged segment is kept.
    let salvage = discard_after_damage(dir.path(), options(), None).unwrap();
    let name = files[1].file_name().unwrap().to_str().unwrap();
    let first: u64 = name[..20].parse().unwrap();
    assert_eq!(salvage.kept, first - 1);
    assert!(files[0].exists() && !files[1].exists());
    assert_eq!(
        salvage.set_aside[0],
        files[1].with_extension("zst.discarded")
    );
    let catalog = open(dir.path());
    let counts = catalog.counts().await.unwrap();
    // The change sets before it, less the first, which names the log.
    assert_eq!(counts.assets, first - 2);
    assert!(catalog.verify().await.unwrap().is_sound());
    let work = asset(u128::from(first) - 1);
    catalog
        .commit(changes().put(work, EventKind::Created))
        .await
        .unwrap();
    catalog.close().await;
}
