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

/// What a round does: given the moment, it returns what to commit.
type Round =
    Box<dyn Fn(Timestamp) -> BoxFuture<'static, Result<ChangeSet, JobFailure>> + Send + Sync>;

/// A kind of job that runs every so often. It is never given up: the next attempt is a round
/// later at most.
pub struct Periodic {
    kind: &'static str,
    every: Duration,
    timeout: Duration,
    round: Round,
}

impl Periodic {
    /// Runs `round` every so often, each at most `timeout` long.
    pub fn new<F, R>(kind: &'static str, every: Duration, timeout: Duration, round: F) -> Self
    where
        F: Fn(Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<ChangeSet, JobFailure>> + Send + 'static,
    {
        Self {
            kind,
            every,
            timeout,
            round: Box::new(move |now| Box::pin(round(now))),
        }
    }

    /// Enqueues the first round unless one waits already. To be called at every start.
    ///
    /// # Errors
    /// Those of the catalogue's commit.
    pub async fn ensure(&self, catalog: &dyn Catalog, now: Timestamp) -> Result<(), CatalogError> {
        ensure(catalog, self.kind, now).await
    }
}

/// Enqueues a round of this kind now, unless one waits already.
pub(crate) async fn ensure(
    catalog: &dyn Catalog,
    kind: &str,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let changes = ChangeSet::by(&Actor::System, now).job(round_at(kind, now));
    catalog.commit(changes).await.map(drop)
}

/// A round of this kind at a moment; no second one waits beside it.
pub(crate) fn round_at(kind: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(kind.to_owned()),
        payload: "{}".to_owned(),
        run_at,
        unique_key: Some("round".to_owned()),
    }
}

#[async_trait]
impl Handler for Periodic {
    fn kind(&self) -> &str {
        self.kind
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: self.timeout,
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let now = clock.now();
        let changes = (self.round)(now).await?;
        Ok(changes.job(round_at(self.kind, lease::until(now, self.every))))
    }
}
