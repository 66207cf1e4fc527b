//! Damaged journals of the embedded back end: whatever happens to its files, either every
//! acknowledged work is there, or the damage is reported.

use std::fs;
use std::path::{Path, PathBuf};

use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options, discard_after_damage};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{CatalogError, EventKind};
use proptest::prelude::{Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use super::crash::copied;
use super::given::{asset, changes, id};

const WORKS: u128 = 60;

fn options() -> Options {
    Options {
        segment_bytes: 5_000,
        reserve_bytes: 0,
        ..Options::default()
    }
}

async fn filled(dir: &Path) {
    let catalog = EmbeddedCatalog::open(dir, options()).unwrap();
    for number in 1..=WORKS {
        let set = changes().put(asset(number), EventKind::Created);
        catalog.commit(set).await.unwrap();
    }
    catalog.close().await;
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The files once all closed segments are sealed.
async fn sealed(dir: &Path) -> Vec<PathBuf> {
    loop {
        let files = files(dir);
        let is_sealed = |path: &&PathBuf| path.extension().unwrap() == "zst";
        if files.iter().filter(is_sealed).count() + 1 == files.len() {
            return files;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// What happens to one file; positions are shares of its length in thousandths.
#[derive(Debug, Clone)]
enum Damage {
    Cut(usize),
    Zero(usize, usize),
    Flip(usize, u8),
    Remove,
    /// Copied to the name of the change set so far behind its own.
    Duplicate(u64),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0_usize..1000).prop_map(Damage::Cut),
        (0_usize..1000, 16_usize..5000).prop_map(|(at, length)| Damage::Zero(at, length)),
        (0_usize..1000, 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        proptest::strategy::Just(Damage::Remove),
        (1_u64..200).prop_map(Damage::Duplicate),
    ]
}

fn inflict(path: &Path, damage: &Damage) {
    let mut bytes = fs::read(path).unwrap();
    let at = |thousandths: usize| thousandths * bytes.len() / 1000;
    match *damage {
        Damage::Cut(to) => bytes.truncate(at(to)),
        Damage::Zero(from, length) => {
            let from = at(from);
            let to = (from + length).min(bytes.len());
            bytes[from..to].fill(0);
        }
        Damage::Flip(place, bit) => {
            let place = at(place);
            bytes[place] ^= 1 << bit;
        }
        Damage::Remove => return fs::remove_file(path).unwrap(),
        Damage::Duplicate(offset) => {
            let name = path.file_name().unwrap().to_str().unwrap();
            let first: u64 = name[..20].parse().unwrap();
            let copy = format!("{:020}{}", first + offset, &name[20..]);
            fs::copy(path, path.with_file_name(copy)).unwrap();
            return;
        }
    }
    fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_damage_of_the_journal_is_harmless_or_reported() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    let count = files(dir.path()).len();
    assert!(count > 3);
    let config = Config {
        cases: 96,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let case = (0..count, damage(), proptest::bool::ANY);
    runner
        .run(&case, |(file, damage, without_index)| {
            let copy = copied(dir.path());
            inflict(&files(copy.path())[file], &damage);
            if without_index {
                fs::remove_dir_all(copy.path().join("index")).unwrap();
            }
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(harmless_or_reported(copy.path()));
            });
            Ok(())
        })
        .unwrap();
}

/// Every work is there, or opening or verifying fails with what is wrong.
async fn harmless_or_reported(dir: &Path) {
    let catalog = match EmbeddedCatalog::open(dir, options()) {
        Ok(catalog) => catalog,
        Err(CatalogError::Damaged(_) | CatalogError::Lost(_)) => return,
        Err(other) => panic!("{other}"),
    };
    let verified = catalog.verify().await;
    let mut missing = Vec::new();
    for number in 1..=WORKS {
        match catalog.entry(id(number)).await {
            Ok(Some(_)) => {}
            _ => missing.push(number),
        }
    }
    if !missing.is_empty() {
        let is_told = matches!(verified, Err(CatalogError::Damaged(_)));
        assert!(
            is_told,
            "{missing:?} are gone and nobody says so: {verified:?}"
        );
        assert!(!catalog.health().damage.is_empty());
    }
    catalog.close().await;
}

#[tokio::test]
async fn a_scrub_finds_damage_and_missing_files_while_the_catalogue_is_open() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    let catalog = EmbeddedCatalog::open(dir.path(), options()).unwrap();
    let sound = catalog.scrub(u64::MAX).await.unwrap();
    assert!(sound.parts > 2 && sound.bytes > 0, "{sound:?}");
    assert_eq!((sound.damaged, catalog.health().damage), (0, Vec::new()));
    let all = sealed(dir.path()).await;
    inflict(&all[0], &Damage::Flip(400, 3));
    fs::remove_file(&all[1]).unwrap();
    let scrubbed = catalog.scrub(u64::MAX).await.unwrap();
    assert_eq!((scrubbed.parts, scrubbed.damaged), (sound.parts, 2));
    let message = catalog.health().damage.join("\n");
    for path in &all[..2] {
        assert!(message.contains(path.to_str().unwrap()), "{message}");
    }
    catalog.close().await;
}

/// A line as the journal has it.
fn line(json: &str) -> String {
    format!("{:08x} {json}\n", crc32c::crc32c(json.as_bytes()))
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_reported_as_such_and_never_discarded() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = EmbeddedCatalog::open(dir.path(), options()).unwrap();
    let set = changes().put(asset(1), EventKind::Created);
    catalog.commit(set).await.unwrap();
    catalog.close().await;
    let path = files(dir.path()).pop().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let last = text.lines().next_back().unwrap()[9..].replace("\"seq\":2", "\"seq\":3");
    let later = last.replace("\"revision\":1", "\"revision\":2");
    let envelope = "{\"seq\":3,\"part\":0,\"of\":1,\"synced\":2,\"at_ms\":0,\"by\":\"system\"";
    for newer in [
        // A kind of record, a version of one, a field of one, a value of a closed list.
        format!("{envelope},\"write\":{{\"collection\":{{\"v1\":{{\"id\":\"x\"}}}}}}}}"),
        later.replace("\"asset\":{\"v1\"", "\"asset\":{\"v9\""),
        later.replace("\"titles\":", "\"licence_note\":\"mới\",\"titles\":"),
        later.replace("\"kind\":\"created\"", "\"kind\":\"translated\""),
    ] {
        let copy = copied(dir.path());
        let path = files(copy.path()).pop().unwrap();
        let written = text.clone() + &line(&newer);
        assert_ne!(newer, later);
        fs::write(&path, &written).unwrap();
        for _ in 0..2 {
            let error = EmbeddedCatalog::open(copy.path(), options()).unwrap_err();
            assert!(
                matches!(error, CatalogError::NewerVersion(_)),
                "{newer}: {error}"
            );
            let error = discard_after_damage(copy.path(), options(), None).unwrap_err();
            assert!(
                matches!(error, CatalogError::NewerVersion(_)),
                "{newer}: {error}"
            );
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
    }
}

/// One group of 40 lines, of which a power cut left the second block and not the first.
#[tokio::test]
async fn a_group_that_was_torn_in_its_middle_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 1 << 20,
        ..options()
    };
    let catalog = EmbeddedCatalog::open(dir.path(), options).unwrap();
    let set = changes().put(asset(1), EventKind::Created);
    catalog.commit(set).await.unwrap();
    catalog.close().await;
    let path = files(dir.path()).pop().unwrap();
    let before = fs::read(&path).unwrap();
    let acknowledged = copied(dir.path());

    let catalog = EmbeddedCatalog::open(dir.path(), options).unwrap();
    let set = (2..42).fold(changes(), |set, number| {
        set.put(asset(number), EventKind::Created)
    });
    catalog.commit(set).await.unwrap();
    catalog.close().await;
    let mut torn = fs::read(&path).unwrap();
    assert!(torn.len() > before.len() + 4096 * 3);
    torn[before.len()..before.len() + 4096].fill(0);
    let path = files(acknowledged.path()).pop().unwrap();
    fs::write(&path, &torn).unwrap();

    let catalog = EmbeddedCatalog::open(acknowledged.path(), options).unwrap();
    assert!(catalog.entry(id(1)).await.unwrap().is_some());
    assert_eq!(catalog.counts().await.unwrap().assets, 1);
    catalog.close().await;
    assert_eq!(fs::read(&path).unwrap(), before);
    let kept = path.with_extension("ndjson.torn");
    assert_eq!(fs::read(kept).unwrap(), &torn[before.len()..]);
}
