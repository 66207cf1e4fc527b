//! The catalogue on a simulated disk: random histories of commits, rotations, sealings, failing
//! calls, kills and power cuts, each decided by one seed.
//!
//! What must hold, whatever happens: everything acknowledged is there after a restart, in order and
//! without a hole; nothing refused is there; whatever is there besides was in flight when the
//! power went, and a change set is there whole or not at all; a job has one worker, whose outcome
//! comes once and with what it did, and a lost lease is worth nothing; the archive starts without
//! help. A failure prints its seed.
//! `KHOCHUNG_SIMULATION_SEEDS=from..to` runs other seeds than the usual ones.

mod jobs;

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use self::jobs::{JobChange, Jobs};
use super::journal::segment::Segment;
use super::journal::{Form, seal};
use super::opening;
use super::options::Options;
use super::writer::Writer;
use crate::domain::Sha256;
use crate::domain::Timestamp;
use crate::domain::access::{Actor, Role, TokenId};
use crate::storage::catalog::{CatalogError, ChangeSet, LogId, TokenHash, TokenRecord, Write};
use crate::storage::disk::Disk;
use crate::storage::disk::simulated::{Random, SimulatedDisk};

/// Seeds of an ordinary run of the tests.
const SEEDS: Range<u64> = 0..2_000;
/// Lives of the catalogue, each ended by a close, a kill or a power cut.
const LIVES: u64 = 5;

struct History {
    disk: SimulatedDisk,
    dir: tempfile::TempDir,
    random: Random,
    /// Tokens whose commit was acknowledged.
    acknowledged: Vec<u64>,
    /// Tokens whose commit was refused, and that must not be there.
    refused: Vec<u64>,
    /// Change sets that were under way when the power went.
    in_flight: Vec<Attempt>,
    jobs: Jobs,
    next: u64,
}

/// What a change set writes.
struct Attempt {
    /// At least one.
    tokens: Vec<u64>,
    job: Option<JobChange>,
}

// Two tests, for two cores.
#[test]
fn any_history_on_a_failing_disk_keeps_what_was_acknowledged() {
    run_all(seeds().step_by(2));
}

#[test]
fn any_other_history_on_a_failing_disk_keeps_what_was_acknowledged() {
    run_all(seeds().skip(1).step_by(2));
}

fn run_all(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let run = std::panic::catch_unwind(|| History::new(seed).run());
        if run.is_err() {
            panic!(
                "seed {seed} fails: KHOCHUNG_SIMULATION_SEEDS={seed}..{}",
                seed + 1
            );
        }
    }
}

fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("KHOCHUNG_SIMULATION_SEEDS") else {
        return SEEDS;
    };
    let (from, to) = text.split_once("..").expect("FROM..TO");
    from.parse().unwrap()..to.parse().unwrap()
}

impl History {
    fn new(seed: u64) -> Self {
        // On a file system in memory where there is one: sled's files are real.
        let memory = Path::new("/dev/shm");
        let dir = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        Self {
            disk: SimulatedDisk::new(seed),
            dir: dir.unwrap(),
            random: Random::new(seed ^ 0x5eed),
            acknowledged: Vec::new(),
            refused: Vec::new(),
            in_flight: Vec::new(),
            jobs: Jobs::default(),
            next: 1,
        }
    }

    fn run(mut self) {
        for _ in 0..LIVES {
            self.live();
        }
        let writer = self.open();
        self.check(&writer);
        self.jobs.drain(&writer.shared);
        let verified = super::verify::against_live(&writer.shared).unwrap();
        assert!(verified.is_sound(), "{verified:?}");
        writer.close();
    }

    fn options(&mut self) -> Options {
        Options {
            segment_bytes: 1_500,
            reserve_bytes: 0,
            cache_bytes: 1 << 20,
            new_log_id: LogId::from_bytes(u128::from(self.random.next()).to_be_bytes()),
        }
    }

    /// Opens the catalogue, on a disk that does not fail meanwhile.
    fn open(&mut self) -> Writer {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let options = self.options();
        let opened = opening::open(&disk, self.dir.path(), options);
        Writer::new(opened.unwrap(), None)
    }

    /// One life of the process, from its start to its end.
    fn live(&mut self) {
        let mut writer = self.open();
        self.check(&writer);
        let rate = [0, 0, 40, 12][self.random.below(4) as usize];
        self.disk.set_fault_rate(rate);
        let ends_with_power_cut = self.random.one_in(2);
        if ends_with_power_cut {
            let calls = 2 + self.random.below(60);
            self.disk.set_calls_left(Some(calls));
        }
        for _ in 0..self.random.below(40) {
            if self.random.one_in(6) {
                self.seal(&writer);
            }
            self.jobs.work(&writer.shared, &mut self.random);
            self.commit(&mut writer);
            if self.disk.is_dead() {
                break;
            }
        }
        self.disk.set_fault_rate(0);
        self.end(writer, ends_with_power_cut);
    }

    fn end(&mut self, writer: Writer, with_power_cut: bool) {
        if with_power_cut {
            drop(writer);
            self.disk.power_cut();
            // sled's files are on a real disk; what a power cut leaves of them is not trusted.
            let _ = fs::remove_dir_all(self.dir.path().join("index"));
        } else if self.random.one_in(2) {
            self.disk.kill();
            drop(writer);
        } else {
            writer.close();
        }
        self.jobs.restart();
    }

    /// Commits a group of change sets, each with some tokens.
    fn commit(&mut self, writer: &mut Writer) {
        let mut sets = Vec::new();
        let mut attempts = Vec::new();
        for _ in 0..=self.random.below(3) {
            let set = ChangeSet::by(&Actor::System, Timestamp::from_millis(0));
            let (mut set, job) = self.jobs.add_to(set, &mut self.random);
            let mut tokens = Vec::new();
            for _ in 0..=self.random.below(4) {
                set = set.write(Write::Token(token(self.next, self.random.below(700))));
                tokens.push(self.next);
                self.next += 1;
            }
            sets.push(set);
            attempts.push(Attempt { tokens, job });
        }
        let results = writer.commit_all(&sets);
        for (attempt, result) in attempts.into_iter().zip(results) {
            let is_refused = matches!(result, Err(CatalogError::LeaseLost));
            if result.is_err() && !is_refused && (self.disk.is_dead() || !is_writable(writer)) {
                self.jobs.keep_lease(attempt.job.as_ref());
                self.in_flight.push(attempt);
                continue;
            }
            match &result {
                Ok(_) => self.acknowledged.extend(attempt.tokens),
                Err(_) => self.refused.extend(attempt.tokens),
            }
            if let Some(job) = attempt.job {
                self.jobs.settle(job, &result);
            }
        }
    }

    /// Seals the closed segments, as the background thread does.
    fn seal(&mut self, writer: &Writer) {
        let journal = &writer.shared.journal;
        for (first, form) in journal.closed() {
            if form == Form::Plain
                && let Ok(Some(sealed)) =
                    seal::seal(journal.disk(), journal.dir(), first, &|| false)
            {
                journal.put(first, Form::Sealed, Segment::Sealed(sealed));
            }
        }
    }

    /// Compares what is in the catalogue with what was acknowledged.
    fn check(&mut self, writer: &Writer) {
        let found: Vec<u64> = writer
            .shared
            .tokens()
            .unwrap()
            .into_iter()
            .map(|token| token.id.0.parse().unwrap())
            .collect();
        for token in &self.acknowledged {
            assert!(
                found.contains(token),
                "{token} was acknowledged and is gone"
            );
        }
        for token in &self.refused {
            assert!(!found.contains(token), "{token} was refused and is there");
        }
        // What was in flight is settled now: it is there for good, or never comes.
        for attempt in std::mem::take(&mut self.in_flight) {
            let is_there = found.contains(&attempt.tokens[0]);
            for token in &attempt.tokens {
                assert_eq!(found.contains(token), is_there, "half a change set");
            }
            match is_there {
                true => self.acknowledged.extend(attempt.tokens),
                false => self.refused.extend(attempt.tokens),
            }
            if let (true, Some(job)) = (is_there, attempt.job) {
                self.jobs.was_written(job);
            }
        }
        for token in &found {
            assert!(
                self.acknowledged.contains(token),
                "{token} came from nowhere"
            );
        }
        self.jobs.check(&writer.shared);
    }
}

fn is_writable(writer: &Writer) -> bool {
    writer.shared.health().is_writable
}

/// A token as a stand-in for any record; its label has the given length.
fn token(number: u64, label: u64) -> TokenRecord {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    TokenRecord {
        id: TokenId(number.to_string()),
        hash: TokenHash(Sha256::from_bytes(hash)),
        role: Role::Partner,
        organisation: None,
        permissions: None,
        account: None,
        label: "x".repeat(label as usize),
        created_at: Timestamp::from_millis(number as i64),
        expires_at: None,
        revoked_at: None,
        secret_since: Timestamp::from_millis(number as i64),
        secret_expires_at: None,
    }
}
