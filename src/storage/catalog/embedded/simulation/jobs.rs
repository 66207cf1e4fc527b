//! Jobs in a simulated history: what each must be like, and which leases are good.

use std::collections::{BTreeMap, BTreeSet};

use super::super::live::Shared;
use crate::domain::Timestamp;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Job, JobId, JobKind, JobState, Lease, NewJob, Outcome, Receipt, Write,
};
use crate::storage::disk::simulated::Random;

const KINDS: [&str; 2] = ["render-previews", "audit-blobs"];
/// Leases of earlier lives that workers still try to use.
const STALE_LEASES: usize = 3;

/// What the catalogue has to say of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expected {
    state: JobState,
    failures: u32,
    run_at: i64,
}

/// A lease that a worker believes to have.
#[derive(Debug, Clone, Copy)]
struct Held {
    job: u64,
    lease: Lease,
    until: i64,
    /// Somebody else claimed the job, or the process ended.
    is_lost: bool,
}

/// What a change set does to a job once it is committed.
#[derive(Debug)]
pub(super) struct JobChange {
    job: u64,
    after: Expected,
    held: Option<Held>,
}

/// All jobs. Their numbers are their payloads, since a refused job has no id.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    jobs: BTreeMap<u64, Expected>,
    ids: BTreeMap<u64, JobId>,
    held: Vec<Held>,
    fences: BTreeSet<u64>,
    now: i64,
    next: u64,
}

impl Jobs {
    /// Adds a new job, the outcome of a leased one, or another try of a dead one to a change set.
    pub(super) fn add_to(
        &mut self,
        set: ChangeSet,
        random: &mut Random,
    ) -> (ChangeSet, Option<JobChange>) {
        match random.below(6) {
            0 | 1 => self.enqueue(set, random),
            2 | 3 if !self.held.is_empty() => self.finish(set, random),
            4 => self.requeue(set),
            _ => (set, None),
        }
    }

    fn enqueue(&mut self, set: ChangeSet, random: &mut Random) -> (ChangeSet, Option<JobChange>) {
        self.next += 1;
        let run_at = self.now + random.below(20) as i64;
        let new = NewJob {
            kind: JobKind(KINDS[random.below(2) as usize].into()),
            payload: self.next.to_string(),
            run_at: Timestamp::from_millis(run_at),
            unique_key: None,
        };
        let after = Expected {
            state: JobState::Waiting,
            failures: 0,
            run_at,
        };
        let change = JobChange {
            job: self.next,
            after,
            held: None,
        };
        (set.job(new), Some(change))
    }

    fn finish(&mut self, set: ChangeSet, random: &mut Random) -> (ChangeSet, Option<JobChange>) {
        let held = random.below(self.held.len() as u64) as usize;
        let held = self.held.swap_remove(held);
        let mut after = self.jobs[&held.job];
        let outcome = match random.below(3) {
            0 => {
                after.state = JobState::Done;
                Outcome::Done
            }
            1 => {
                after.failures += 1;
                after.run_at = self.now + random.below(20) as i64;
                Outcome::Retry {
                    at: Timestamp::from_millis(after.run_at),
                    error: "not yet".into(),
                }
            }
            _ => {
                after.failures += 1;
                after.state = JobState::Dead;
                Outcome::GiveUp {
                    error: "never".into(),
                }
            }
        };
        let change = JobChange {
            job: held.job,
            after,
            held: Some(held),
        };
        (set.write(Write::Finish(held.lease, outcome)), Some(change))
    }

    fn requeue(&mut self, set: ChangeSet) -> (ChangeSet, Option<JobChange>) {
        let dead = self
            .jobs
            .iter()
            .find(|(_, job)| job.state == JobState::Dead);
        let Some((&job, _)) = dead else {
            return (set, None);
        };
        let after = Expected {
            state: JobState::Waiting,
            failures: 0,
            run_at: set.at.as_millis(),
        };
        let change = JobChange {
            job,
            after,
            held: None,
        };
        let id = self.ids[&job];
        (set.write(Write::Requeue(id)), Some(change))
    }

    /// Takes note of what became of a change while the disk was alive.
    pub(super) fn settle(&mut self, change: JobChange, result: &Result<Receipt, CatalogError>) {
        let is_lost = change.held.is_some_and(|held| held.is_lost);
        match result {
            Ok(receipt) => {
                assert!(!is_lost, "a lost lease finished job {}", change.job);
                if let Some(&id) = receipt.jobs.first() {
                    self.ids.insert(change.job, id);
                }
                self.jobs.insert(change.job, change.after);
            }
            Err(CatalogError::LeaseLost) => {
                assert!(is_lost, "a good lease on job {} was refused", change.job);
            }
            Err(_) => self.held.extend(change.held),
        }
    }

    /// Takes note that a commit failed and may have been written; its lease goes on until the restart.
    pub(super) fn keep_lease(&mut self, change: Option<&JobChange>) {
        self.held.extend(change.and_then(|change| change.held));
    }

    /// Takes note that a change under way when the power went was written after all.
    pub(super) fn was_written(&mut self, change: JobChange) {
        self.jobs.insert(change.job, change.after);
    }

    /// A worker looks for a job, or prolongs a lease; time goes on.
    pub(super) fn work(&mut self, shared: &Shared, random: &mut Random) {
        self.now += random.below(8) as i64;
        let until = self.now + 1 + random.below(20) as i64;
        if random.one_in(4) && !self.held.is_empty() {
            let held = random.below(self.held.len() as u64) as usize;
            let held = &mut self.held[held];
            let extended = shared
                .leases
                .extend(&held.lease, Timestamp::from_millis(until));
            assert_eq!(extended.is_err(), held.is_lost, "job {}", held.job);
            held.until = until;
        } else {
            self.claim(shared, until);
        }
    }

    /// Claims the job that has been due longest, and says which.
    fn claim(&mut self, shared: &Shared, until: i64) -> Option<u64> {
        let is_free = |number: &u64| {
            let holders = self.held.iter().filter(|held| held.job == *number);
            holders
                .into_iter()
                .all(|held| held.is_lost || held.until <= self.now)
        };
        let is_due = |job: &Expected| job.state == JobState::Waiting && job.run_at <= self.now;
        let due = self
            .jobs
            .iter()
            .filter(|(number, job)| is_due(job) && is_free(number));
        let longest = due.map(|(_, job)| job.run_at).min();
        let kinds = KINDS.map(|kind| JobKind(kind.into()));
        let claimed = shared
            .claim_job(
                &kinds,
                Timestamp::from_millis(self.now),
                Timestamp::from_millis(until),
            )
            .unwrap();
        let run_at = claimed.as_ref().map(|(job, _)| job.run_at.as_millis());
        assert_eq!(run_at, longest, "the wrong job is claimed: {claimed:?}");
        let (job, lease) = claimed?;
        let number = number(&job);
        assert!(is_free(&number), "job {number} is leased twice");
        assert_eq!(expected(&job), self.jobs[&number]);
        assert!(self.fences.insert(lease.fence), "a fence came twice");
        for held in self.held.iter_mut().filter(|held| held.job == number) {
            held.is_lost = true;
        }
        let is_lost = false;
        self.held.push(Held {
            job: number,
            lease,
            until,
            is_lost,
        });
        Some(number)
    }

    /// The process has ended: its leases are lost, and some workers do not know it.
    pub(super) fn restart(&mut self) {
        self.held.truncate(STALE_LEASES);
        for held in &mut self.held {
            held.is_lost = true;
        }
    }

    /// Compares the jobs in the catalogue with those that must be there.
    pub(super) fn check(&mut self, shared: &Shared) {
        let found = shared.jobs(None, None, usize::MAX).unwrap();
        self.ids = found.iter().map(|job| (number(job), job.id)).collect();
        assert_eq!(self.ids.len(), found.len(), "a job is there twice");
        let found: BTreeMap<_, _> = found
            .iter()
            .map(|job| (number(job), expected(job)))
            .collect();
        assert_eq!(found, self.jobs);
    }

    /// Claims whatever waits: each job once.
    pub(super) fn drain(&mut self, shared: &Shared) {
        self.now = i64::from(u32::MAX);
        let waiting = self
            .jobs
            .iter()
            .filter(|(_, job)| job.state == JobState::Waiting);
        let waiting: BTreeSet<u64> = waiting.map(|(number, _)| *number).collect();
        let mut claimed = BTreeSet::new();
        while let Some(number) = self.claim(shared, i64::MAX) {
            assert!(claimed.insert(number), "job {number} is leased twice");
        }
        assert_eq!(claimed, waiting);
    }
}

fn number(job: &Job) -> u64 {
    job.payload.parse().unwrap()
}

fn expected(job: &Job) -> Expected {
    Expected {
        state: job.state,
        failures: job.failures,
        run_at: job.run_at.as_millis(),
    }
}
