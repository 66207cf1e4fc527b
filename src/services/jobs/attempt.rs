//! One attempt at a job: run its handler, catch panics, commit the outcome.

use std::any::Any;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;

use super::handler::{Handler, JobFailure};
use super::lease;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::storage::catalog::{CatalogError, ChangeSet, Job, JobStore, Lease, Outcome, Write};
use crate::telemetry::error_chain;

/// The longest error text that is kept with a job, in characters.
const MAX_ERROR_CHARS: usize = 1000;

/// One claim of one job.
pub(super) struct Attempt {
    pub(super) catalog: Arc<dyn JobStore>,
    pub(super) clock: Clock,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) job: Job,
    pub(super) lease: Lease,
    pub(super) lease_length: Duration,
}

/// How an attempt ended before anything was committed.
enum Ended {
    Done(ChangeSet),
    Failed(JobFailure),
    LeaseLost,
    Released,
}

impl Attempt {
    /// Runs the handler and commits the outcome. Releases the job unfinished when `release` turns true.
    pub(super) async fn run(self, release: watch::Receiver<bool>) {
        let outcome = match self.work(release).await {
            Ended::Done(changes) => self.finish(changes).await,
            Ended::Failed(failure) => self.fail(failure).await,
            Ended::LeaseLost => Err(CatalogError::LeaseLost),
            // A job whose lease ends now is free.
            Ended::Released => {
                self.catalog
                    .extend_lease(&self.lease, self.clock.now())
                    .await
            }
        };
        let job = self.job.id.0;
        let kind = self.handler.kind();
        match outcome {
            Ok(()) => {}
            Err(CatalogError::LeaseLost) => {
                tracing::warn!(
                    job,
                    kind,
                    "the job was cancelled, or another worker took it over"
                );
            }
            Err(error) => {
                tracing::error!(
                    job,
                    kind,
                    error = error_chain(&error),
                    "the outcome of a job could not be committed; the job will run again",
                );
            }
        }
    }

    async fn work(&self, mut release: watch::Receiver<bool>) -> Ended {
        let run = AssertUnwindSafe(self.handler.run(&self.job, &self.clock)).catch_unwind();
        let heartbeats = lease::heartbeats(self.lease_length / 3);
        let keep_alive = lease::keep_alive(
            &*self.catalog,
            &self.lease,
            &self.clock,
            self.lease_length,
            heartbeats,
        );
        tokio::select! {
            ended = tokio::time::timeout(self.handler.policy().timeout, run) => match ended {
                Ok(Ok(Ok(changes))) => Ended::Done(changes),
                Ok(Ok(Err(failure))) => Ended::Failed(failure),
                Ok(Err(panic)) => Ended::Failed(JobFailure::retry(panic_text(&*panic))),
                Err(_) => Ended::Failed(JobFailure::retry("the job took too long")),
            },
            _ = keep_alive => Ended::LeaseLost,
            _ = release.wait_for(|release| *release) => Ended::Released,
        }
    }

    async fn finish(&self, changes: ChangeSet) -> Result<(), CatalogError> {
        let changes = changes.write(Write::Finish(self.lease, Outcome::Done));
        match self.catalog.commit(changes).await {
            Ok(_) => Ok(()),
            Err(CatalogError::LeaseLost) => Err(CatalogError::LeaseLost),
            // A conflict or a full disk: handlers are idempotent, so the job is run again.
            Err(error) => self.fail(JobFailure::retry(error)).await,
        }
    }

    async fn fail(&self, failure: JobFailure) -> Result<(), CatalogError> {
        let outcome = self.outcome(failure);
        let job = self.job.id.0;
        let kind = self.handler.kind();
        match &outcome {
            Outcome::Retry { at, error } => {
                tracing::warn!(job, kind, %at, error, "a job failed and will be tried again");
            }
            Outcome::GiveUp { error } => {
                tracing::error!(
                    job,
                    kind,
                    error,
                    "a job was given up; find the cause and requeue it"
                );
            }
            Outcome::Done => {}
        }
        let changes = ChangeSet::by(&Actor::System, self.clock.now())
            .write(Write::Finish(self.lease, outcome));
        self.catalog.commit(changes).await.map(drop)
    }

    fn outcome(&self, failure: JobFailure) -> Outcome {
        let policy = self.handler.policy();
        let failures = self.job.failures.saturating_add(1);
        match failure {
            JobFailure::Retry(cause) if failures < policy.max_attempts => Outcome::Retry {
                at: self.after(policy.backoff.delay(failures, self.jitter())),
                error: stored_error(&*cause),
            },
            JobFailure::Retry(cause) | JobFailure::GiveUp(cause) => Outcome::GiveUp {
                error: stored_error(&*cause),
            },
        }
    }

    fn after(&self, delay: Duration) -> Timestamp {
        lease::until(self.clock.now(), delay)
    }

    fn jitter(&self) -> f64 {
        f64::from(u16::from_le_bytes(self.clock.random_bytes())) / f64::from(u16::MAX)
    }
}

/// The text that is kept with a failed job.
fn stored_error(error: &(dyn Error + 'static)) -> String {
    error_chain(error).chars().take(MAX_ERROR_CHARS).collect()
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the job panicked: {}", text.unwrap_or("without a message"))
}
