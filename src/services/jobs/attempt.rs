//! One attempt at a job: run, contain, and commit what came of it.

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
use crate::storage::catalog::{Catalog, CatalogError, ChangeSet, Job, Lease, Outcome, Write};

/// The longest error text that is kept with a job, in characters.
const MAX_ERROR_CHARS: usize = 1000;

/// One claim of one job.
pub(super) struct Attempt {
    pub(super) catalog: Arc<dyn Catalog>,
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
    /// Runs the handler to its end, and commits the outcome. Gives the job back unfinished when
    /// `release` turns true.
    pub(super) async fn run(self, release: watch::Receiver<bool>) {
        let outcome = match self.work(release).await {
            Ended::Done(changes) => self.finish(changes).await,
            Ended::Failed(failure) => self.fail(failure).await,
            Ended::LeaseLost => Err(CatalogError::LeaseLost),
            // A lease until now is a free job.
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
                    "a job was lost to another worker, which finishes it"
                );
            }
            Err(error) => {
                tracing::error!(
                    job, kind, error = %chain(&error),
                    "what became of a job could not be written; it will run again",
                );
            }
        }
    }

    async fn work(&self, mut release: watch::Receiver<bool>) -> Ended {
        let run = AssertUnwindSafe(self.handler.run(&self.job, &self.clock)).catch_unwind();
        let beats = lease::beats(self.lease_length / 3);
        let keep = lease::keep(
            &*self.catalog,
            &self.lease,
            &self.clock,
            self.lease_length,
            beats,
        );
        tokio::select! {
            ended = tokio::time::timeout(self.handler.policy().timeout, run) => match ended {
                Ok(Ok(Ok(changes))) => Ended::Done(changes),
                Ok(Ok(Err(failure))) => Ended::Failed(failure),
                Ok(Err(panic)) => Ended::Failed(JobFailure::retry(panic_text(&*panic))),
                Err(_) => Ended::Failed(JobFailure::retry("the job took too long")),
            },
            _ = keep => Ended::LeaseLost,
            _ = release.wait_for(|release| *release) => Ended::Released,
        }
    }

    async fn finish(&self, changes: ChangeSet) -> Result<(), CatalogError> {
        let changes = changes.write(Write::Finish(self.lease, Outcome::Done));
        match self.catalog.commit(changes).await {
            Ok(_) => Ok(()),
            Err(CatalogError::LeaseLost) => Err(CatalogError::LeaseLost),
            // A lost race, a full disk: the work is idempotent and is done again.
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
                    "a job was given up; look into it and requeue it"
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
                at: self.later(policy.backoff.wait(failures, self.jitter())),
                error: chain(&*cause),
            },
            JobFailure::Retry(cause) | JobFailure::GiveUp(cause) => Outcome::GiveUp {
                error: chain(&*cause),
            },
        }
    }

    fn later(&self, wait: Duration) -> Timestamp {
        lease::until(self.clock.now(), wait)
    }

    fn jitter(&self) -> f64 {
        f64::from(u16::from_le_bytes(self.clock.random_bytes())) / f64::from(u16::MAX)
    }
}

/// An error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().take(MAX_ERROR_CHARS).collect()
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the job panicked: {}", text.unwrap_or("without a message"))
}
