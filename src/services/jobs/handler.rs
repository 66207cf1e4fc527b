//! What a service implements for a kind of job.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;

use super::backoff::Backoff;
use crate::clock::Clock;
use crate::storage::catalog::{ChangeSet, Job};

/// One kind of job.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The name it is enqueued under: `render-previews`.
    fn kind(&self) -> &str;

    /// How its jobs are run.
    fn policy(&self) -> Policy {
        Policy::default()
    }

    /// The longest wait of a job that did not fail. A job that waits longer was enqueued under a wrong
    /// clock and becomes due at once. None when people choose the moment.
    fn longest_wait(&self) -> Option<Duration> {
        Some(self.policy().backoff.longest)
    }

    /// Runs the job and returns the changes to commit together with its completion: events,
    /// renditions, audits, follow-up jobs. May be dropped at any await and run again.
    ///
    /// # Errors
    /// [`JobFailure`], which says whether to retry.
    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure>;
}

/// The workers that run a job. Each pool has its own, so that jobs of hours never hold up jobs of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkerPool {
    /// Seconds, and what somebody waits for.
    Short,
    /// Minutes or hours.
    Long,
}

/// How jobs of a kind are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// An attempt that takes longer fails.
    pub timeout: Duration,
    /// How many run at the same time.
    pub concurrency: usize,
    /// Which workers run them.
    pub pool: WorkerPool,
    /// Attempts before the job is given up.
    pub max_attempts: u32,
    /// The delay between attempts.
    pub backoff: Backoff,
}

impl Default for Policy {
    /// Five minutes, one at a time, ten attempts in about three hours.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5 * 60),
            concurrency: 1,
            pool: WorkerPool::Short,
            max_attempts: 10,
            backoff: Backoff::default(),
        }
    }
}

/// Why an attempt failed, and whether to retry.
#[derive(Debug, thiserror::Error)]
pub enum JobFailure {
    /// A later attempt may succeed: a full disk, an unavailable store, a conflict.
    #[error("the job failed and will be tried again")]
    Retry(#[source] Box<dyn Error + Send + Sync>),
    /// No attempt can succeed: broken input.
    #[error("the job failed permanently")]
    GiveUp(#[source] Box<dyn Error + Send + Sync>),
}

impl JobFailure {
    /// For `map_err` where another attempt may succeed.
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }

    /// For `map_err` where no attempt can succeed.
    pub fn give_up(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::GiveUp(error.into())
    }
}
