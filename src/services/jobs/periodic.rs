//! Work that comes round: a job that enqueues its next run, in the same commit that ends this one.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use super::handler::{Handler, JobFailure, Policy};
use super::lease;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::storage::catalog::{Catalog, CatalogError, ChangeSet, Job, JobKind, NewJob};

/// The rounds of one kind of job: never two wait beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    kind: &'static str,
    every: Duration,
}

impl Rounds {
    /// Rounds of this kind, so far apart.
    pub const fn new(kind: &'static str, every: Duration) -> Self {
        Self { kind, every }
    }

    /// Enqueues a round now unless one waits already. To be called at every start.
    ///
    /// # Errors
    /// Those of the catalogue's commit.
    pub async fn ensure(self, catalog: &dyn Catalog, now: Timestamp) -> Result<(), CatalogError> {
        let changes = ChangeSet::by(&Actor::System, now).job(self.at(now));
        catalog.commit(changes).await.map(drop)
    }

    /// A round at this moment.
    pub fn at(self, run_at: Timestamp) -> NewJob {
        NewJob {
            kind: JobKind(self.kind.to_owned()),
            payload: "{}".to_owned(),
            run_at,
            unique_key: Some("round".to_owned()),
        }
    }

    /// The time between two rounds.
    pub const fn every(self) -> Duration {
        self.every
    }

    /// The round after one that ends now.
    pub fn next(self, now: Timestamp) -> NewJob {
        self.at(lease::until(now, self.every))
    }
}

/// What a round does: given the moment, it returns what to commit.
type Round =
    Box<dyn Fn(Timestamp) -> BoxFuture<'static, Result<ChangeSet, JobFailure>> + Send + Sync>;

/// A kind of job that does the same every so often. It is never given up.
pub struct Periodic {
    rounds: Rounds,
    timeout: Duration,
    round: Round,
}

impl Periodic {
    /// Does `round` at these rounds, each at most `timeout` long.
    pub fn new<F, R>(rounds: Rounds, timeout: Duration, round: F) -> Self
    where
        F: Fn(Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<ChangeSet, JobFailure>> + Send + 'static,
    {
        Self {
            rounds,
            timeout,
            round: Box::new(move |now| Box::pin(round(now))),
        }
    }
}

#[async_trait]
impl Handler for Periodic {
    fn kind(&self) -> &str {
        self.rounds.kind
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: self.timeout,
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(self.rounds.every)
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let now = clock.now();
        let changes = (self.round)(now).await?;
        Ok(changes.job(self.rounds.next(now)))
    }
}
