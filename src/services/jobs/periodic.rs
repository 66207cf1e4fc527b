//! Periodic jobs: each run enqueues the next one in the commit that finishes it.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use super::handler::{Handler, JobFailure, Policy};
use super::lease;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::storage::catalog::{CatalogError, ChangeSet, Commits, Job, JobKind, NewJob};

/// The unique key of the runs of a periodic job.
const ROUND: &str = "round";

/// Whether a job is a run of a periodic one.
pub(super) fn is_periodic(job: &Job) -> bool {
    job.unique_key.as_deref() == Some(ROUND)
}

/// The schedule of one kind of periodic job. At most one run of it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    kind: &'static str,
    interval: Duration,
}

impl Schedule {
    /// A run of this kind at every interval.
    pub const fn new(kind: &'static str, interval: Duration) -> Self {
        Self { kind, interval }
    }

    /// Enqueues a run now unless one waits already. To be called at every start.
    ///
    /// # Errors
    /// Those of the catalogue's commit.
    pub async fn ensure(self, catalog: &dyn Commits, now: Timestamp) -> Result<(), CatalogError> {
        let changes = ChangeSet::by(&Actor::System, now).job(self.at(now));
        catalog.commit(changes).await.map(drop)
    }

    /// A run at this moment.
    pub fn at(self, run_at: Timestamp) -> NewJob {
        NewJob {
            kind: JobKind(self.kind.to_owned()),
            payload: "{}".to_owned(),
            run_at,
            unique_key: Some(ROUND.to_owned()),
        }
    }

    /// The time between two runs.
    pub const fn interval(self) -> Duration {
        self.interval
    }

    /// The run after one that ends now.
    pub fn next(self, now: Timestamp) -> NewJob {
        self.at(lease::until(now, self.interval))
    }
}

/// What a run does: from the moment to the changes to commit.
type Run =
    Box<dyn Fn(Timestamp) -> BoxFuture<'static, Result<ChangeSet, JobFailure>> + Send + Sync>;

/// A periodic kind of job. It is never given up.
pub struct Periodic {
    schedule: Schedule,
    timeout: Duration,
    run: Run,
}

impl Periodic {
    /// Calls `run` by this schedule, each run at most `timeout` long.
    pub fn new<F, R>(schedule: Schedule, timeout: Duration, run: F) -> Self
    where
        F: Fn(Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<ChangeSet, JobFailure>> + Send + 'static,
    {
        Self {
            schedule,
            timeout,
            run: Box::new(move |now| Box::pin(run(now))),
        }
    }
}

#[async_trait]
impl Handler for Periodic {
    fn kind(&self) -> &str {
        self.schedule.kind
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: self.timeout,
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(self.schedule.interval)
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let now = clock.now();
        let changes = (self.run)(now).await?;
        Ok(changes.job(self.schedule.next(now)))
    }
}
