//! What a kind of job has to say.

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

    /// How far ahead of the present its jobs wait at most, failures aside. A job that waits longer
    /// was enqueued under a wrong clock and becomes due at once. None when people choose the
    /// moment.
    fn longest_wait(&self) -> Option<Duration> {
        Some(self.policy().backoff.longest)
    }

    /// Does the work and returns what is to be committed together with "done": events,
    /// renditions, audits, jobs that follow. May be dropped at any await and run again.
    ///
    /// # Errors
    /// [`JobFailure`], said explicitly where it fails.
    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure>;
}

/// How jobs of a kind are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// An attempt that takes longer has failed.
    pub timeout: Duration,
    /// How many run at the same time.
    pub concurrency: usize,
    /// How often it is tried before it is given up.
    pub max_attempts: u32,
    /// How long to wait in between.
    pub backoff: Backoff,
}

impl Default for Policy {
    /// Five minutes, one at a time, ten attempts in about three hours.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5 * 60),
            concurrency: 1,
            max_attempts: 10,
            backoff: Backoff::default(),
        }
    }
}

/// Why an attempt failed, and whether another one makes sense.
#[derive(Debug, thiserror::Error)]
pub enum JobFailure {
    /// It may go well later: a full disk, a store that does not answer, a lost race.
    #[error("the job failed and will be tried again")]
    Retry(#[source] Box<dyn Error + Send + Sync>),
    /// It will never go well: broken input.
    #[error("the job failed for good")]
    GiveUp(#[source] Box<dyn Error + Send + Sync>),
}

impl JobFailure {
    /// For `map_err` where another attempt makes sense.
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }

    /// For `map_err` where none does.
    pub fn give_up(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::GiveUp(error.into())
    }
}
