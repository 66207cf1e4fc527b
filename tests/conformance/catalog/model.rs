//! Any sequence of changes, restarts and kills leaves what a simple model says.
//!
//! After every restart: the live catalogue equals the model, and an index built from the journal
//! equals the live one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use khochung::domain::asset::Asset;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{
    BlobKey, CatalogError, ChangeSet, Entry, EventKind, EventNumber, JobKind, NewJob, Write,
};
use proptest::prelude::*;

use super::crash::copied;
use super::given::{
    asset, at, blob, changes, id, identifier, next, slug, tombstone, with_files, with_identifiers,
    with_sealed,
};

/// Works, identifiers and blobs that the sequences are about.
const WORKS: u8 = 5;
const NAMES: u8 = 3;
const BLOBS: u8 = 4;

#[derive(Debug, Clone)]
enum Step {
    /// One change set; refused as a whole if one of its works is deleted.
    Commit(Vec<Change>),
    Restart(Restart),
}

#[derive(Debug, Clone)]
enum Change {
    Put {
        work: u8,
        names: BTreeSet<u8>,
        blobs: BTreeSet<u8>,
        sealed: BTreeSet<u8>,
    },
    Delete {
        work: u8,
    },
    /// At the revision it already has: always refused.
    Stale {
        work: u8,
    },
    Job,
}

#[derive(Debug, Clone, Copy)]
enum Restart {
    Close,
    Kill,
    KillInWrite,
    LoseIndex,
}

fn change() -> impl Strategy<Value = Change> {
    let some = |of: u8| proptest::collection::btree_set(0..of, 0..3);
    prop_oneof![
        6 => (0..WORKS, some(NAMES), some(BLOBS), some(BLOBS)).prop_map(
            |(work, names, blobs, sealed)| Change::Put { work, names, blobs, sealed },
        ),
        1 => (0..WORKS).prop_map(|work| Change::Delete { work }),
        1 => (0..WORKS).prop_map(|work| Change::Stale { work }),
        1 => Just(Change::Job),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let restart = prop_oneof![
        Just(Restart::Close),
        Just(Restart::Kill),
        Just(Restart::KillInWrite),
        Just(Restart::LoseIndex),
    ];
    prop_oneof![
        5 => proptest::collection::vec(change(), 1..4).prop_map(Step::Commit),
        1 => restart.prop_map(Step::Restart),
    ]
}

#[derive(Debug, Clone, Default)]
struct Model {
    entries: BTreeMap<u8, Entry>,
    /// Every revision of the works that are not deleted, oldest first.
    history: BTreeMap<u8, Vec<Asset>>,
    events: u64,
    jobs: u64,
}

impl Model {
    fn alive(&self, work: u8) -> Option<&Asset> {
        match self.entries.get(&work) {
            Some(Entry::Asset(asset)) => Some(asset),
            _ => None,
        }
    }

    /// The change set, and the model behind it; no model if it has to be refused.
    fn plan(&self, steps: &[Change]) -> (ChangeSet, Option<Self>) {
        let (mut after, mut set, mut is_refused) = (self.clone(), changes(), false);
        for change in steps {
            let (work, write) = match change {
                Change::Put {
                    work,
                    names,
                    blobs,
                    sealed,
                } => (*work, after.put(*work, names, blobs, sealed)),
                Change::Delete { work } => {
                    let known = after.alive(*work).cloned();
                    let known = known.unwrap_or_else(|| asset((*work).into()));
                    (*work, Write::Tombstone(tombstone(&known)))
                }
                Change::Stale { work } => {
                    let known = after.alive(*work).cloned();
                    is_refused |= known.is_some();
                    let known = known.unwrap_or_else(|| asset((*work).into()));
                    (*work, Write::Asset(Box::new(known), EventKind::Described))
                }
                Change::Job => {
                    after.jobs += 1;
                    set = set.job(new_job());
                    continue;
                }
            };
            is_refused |= matches!(after.entries.get(&work), Some(Entry::Tombstone(_)));
            after.events += 1;
            let revisions = after.history.entry(work).or_default();
            let entry = match &write {
                Write::Tombstone(tombstone) => {
                    revisions.clear();
                    Entry::Tombstone(tombstone.clone())
                }
                Write::Asset(asset, _) => {
                    revisions.push((**asset).clone());
                    Entry::Asset(asset.clone())
                }
                other => panic!("{other:?}"),
            };
            after.entries.insert(work, entry);
            set = set.write(write);
        }
        (set, (!is_refused).then_some(after))
    }

    fn put(
        &self,
        work: u8,
        names: &BTreeSet<u8>,
        blobs: &BTreeSet<u8>,
        sealed: &BTreeSet<u8>,
    ) -> Write {
        let names: Vec<_> = names.iter().map(|n| name(*n)).collect();
        let blobs: Vec<_> = blobs.iter().map(|b| blob(*b)).collect();
        let sealed: Vec<_> = sealed.iter().map(|b| blob(*b)).collect();
        let known = self.alive(work).map(next);
        let work = known.unwrap_or_else(|| asset(work.into()));
        let work = with_files(&with_identifiers(&work, &names), &blobs);
        let work = with_sealed(&work, &sealed);
        Write::Asset(Box::new(work), EventKind::Described)
    }

    fn with_name(&self, number: u8) -> Vec<u8> {
        let named = |asset: &Asset| asset.work.identifiers.contains(&name(number));
        let works = (0..WORKS).filter(|work| self.alive(*work).is_some_and(named));
        works.collect()
    }

    /// Every file that a work ever had, and the sealed files that it has.
    fn blobs_of(&self, work: u8) -> BTreeSet<BlobKey> {
        let revisions = self.history.get(&work).into_iter().flatten();
        let files = revisions.flat_map(|asset| asset.files.iter().map(|file| file.sha256));
        let alive = self.alive(work).into_iter();
        let sealed = alive.flat_map(|asset| asset.sealed.iter().map(|file| file.sha256));
        files.chain(sealed).collect()
    }

    fn blobs(&self) -> BTreeSet<BlobKey> {
        (0..WORKS).flat_map(|work| self.blobs_of(work)).collect()
    }

    /// Seven bytes for each of the blobs of a work, for all works.
    fn bytes(&self) -> u64 {
        (0..WORKS)
            .map(|work| 7 * self.blobs_of(work).len() as u64)
            .sum()
    }
}

fn name(number: u8) -> khochung::domain::asset::Identifier {
    identifier("sample", &"n".repeat(usize::from(number) + 1))
}

fn new_job() -> NewJob {
    NewJob {
        kind: JobKind("a".into()),
        payload: String::new(),
        run_at: at(0),
        unique_key: None,
    }
}

fn open(dir: &Path) -> EmbeddedCatalog {
    let options = Options {
        segment_bytes: 5_000,
        reserve_bytes: 0,
        ..Options::default()
    };
    EmbeddedCatalog::open(dir, options).unwrap()
}

async fn is_as(catalog: &EmbeddedCatalog, model: &Model) {
    let entries = catalog.list(None, usize::MAX).await.unwrap();
    assert!(entries.iter().eq(model.entries.values()));
    let events = catalog.events(EventNumber(0), usize::MAX).await.unwrap();
    assert!(
        events
            .iter()
            .map(|event| event.number.0)
            .eq(1..=model.events)
    );
    for number in 0..NAMES {
        let found = catalog.with_identifier(&name(number)).await.unwrap();
        let expected = model
            .with_name(number)
            .into_iter()
            .map(|work| id(work.into()));
        assert!(found.into_iter().eq(expected));
    }
    let blobs = catalog.blobs(None, usize::MAX).await.unwrap();
    assert!(blobs.iter().map(|blob| blob.key).eq(model.blobs()));
    let usage = catalog.usage(&slug("dic")).await.unwrap();
    assert_eq!(usage.bytes, model.bytes());
    for (work, revisions) in &model.history {
        let found = catalog
            .revisions(id((*work).into()), None, usize::MAX)
            .await;
        let numbers = found.unwrap().into_iter().map(|entry| entry.revision);
        assert!(numbers.eq(revisions.iter().rev().map(|asset| asset.revision)));
        for asset in revisions {
            let found = catalog.asset_at(asset.id, asset.revision).await.unwrap();
            assert_eq!(found.unwrap().1, *asset);
        }
    }
    let counts = catalog.counts().await.unwrap();
    let alive = (0..WORKS).filter(|work| model.alive(*work).is_some());
    assert_eq!(counts.assets, alive.count() as u64);
    assert_eq!(
        (counts.events, counts.jobs_open),
        (model.events, model.jobs)
    );
    let found = catalog.verify().await.unwrap();
    assert!(found.is_sound(), "{found:?}");
}

async fn restart(
    catalog: EmbeddedCatalog,
    dir: tempfile::TempDir,
    how: Restart,
) -> (EmbeddedCatalog, tempfile::TempDir) {
    let dir = match how {
        Restart::Close => {
            catalog.close().await;
            dir
        }
        Restart::Kill => copied(dir.path()),
        Restart::KillInWrite => {
            let copy = copied(dir.path());
            begin_a_line(copy.path());
            copy
        }
        Restart::LoseIndex => {
            let copy = copied(dir.path());
            fs::remove_dir_all(copy.path().join("index")).unwrap();
            copy
        }
    };
    (open(dir.path()), dir)
}

/// The first half of the last line once more, as if a write had been cut short.
fn begin_a_line(dir: &Path) {
    let segments = fs::read_dir(dir.join("journal")).unwrap();
    let last = segments
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().unwrap() == "ndjson")
        .max()
        .unwrap();
    let text = fs::read(&last).unwrap();
    let line = text.split_inclusive(|byte| *byte == b'\n').next_back();
    let mut file = fs::OpenOptions::new().append(true).open(&last).unwrap();
    let line = line.unwrap_or(b"0123abcd {");
    file.write_all(&line[..line.len() / 2]).unwrap();
}

async fn run(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let (mut catalog, mut dir, mut model) = (open(dir.path()), dir, Model::default());
    for step in steps {
        match step {
            Step::Commit(changes) => {
                let (set, after) = model.plan(&changes);
                match (catalog.commit(set).await, after) {
                    (Ok(receipt), Some(after)) => {
                        assert_eq!(receipt.last_event.0, after.events);
                        model = after;
                    }
                    (Err(CatalogError::Conflict { .. }), None) => {}
                    (outcome, after) => panic!("{outcome:?}, expected {after:?}"),
                }
            }
            Step::Restart(how) => {
                (catalog, dir) = restart(catalog, dir, how).await;
                is_as(&catalog, &model).await;
            }
        }
    }
    is_as(&catalog, &model).await;
    catalog.close().await;
    drop(dir);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_history_with_any_kills_leaves_what_was_acknowledged(
        steps in proptest::collection::vec(step(), 1..40)
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(run(steps));
    }
}
