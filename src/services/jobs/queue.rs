//! The job queue for operators.

use std::sync::Arc;

use super::periodic::is_periodic;
use crate::clock::Clock;
use crate::domain::access::{Actor, Permission};
use crate::storage::catalog::{CatalogError, ChangeSet, Job, JobId, JobState, JobStore, Write};

/// Lists jobs, cancels those that wait or run, and requeues dead ones.
#[derive(Clone)]
pub struct Jobs {
    catalog: Arc<dyn JobStore>,
    clock: Clock,
}

/// Why a request about jobs was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// Only administrators may see and change jobs.
    #[error("only administrators may see and change jobs")]
    Forbidden,
    /// There is no such job, or it was pruned.
    #[error("there is no job {}", .0.0)]
    Unknown(JobId),
    /// Only dead jobs can be requeued.
    #[error("the job {} is not dead", .0.0)]
    NotDead(JobId),
    /// Only jobs that wait or run can be cancelled, and no periodic ones.
    #[error("the job {} cannot be cancelled", .0.0)]
    NotCancellable(JobId),
    /// The catalogue failed.
    #[error("the catalogue failed")]
    Catalog(#[from] CatalogError),
}

impl Jobs {
    /// The queue of this catalogue.
    pub fn new(catalog: Arc<dyn JobStore>, clock: Clock) -> Self {
        Self { catalog, clock }
    }

    /// Jobs after a cursor, ascending by id, in one state or all.
    ///
    /// # Errors
    /// [`JobsError::Forbidden`], [`JobsError::Catalog`].
    pub async fn list(
        &self,
        actor: &Actor,
        state: Option<JobState>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>, JobsError> {
        authorise(actor)?;
        Ok(self.catalog.jobs(state, after, limit).await?)
    }

    /// One job.
    ///
    /// # Errors
    /// [`JobsError::Forbidden`], [`JobsError::Unknown`], [`JobsError::Catalog`].
    pub async fn job(&self, actor: &Actor, id: JobId) -> Result<Job, JobsError> {
        authorise(actor)?;
        self.catalog.job(id).await?.ok_or(JobsError::Unknown(id))
    }

    /// Gives a dead job a new set of attempts, due now.
    ///
    /// # Errors
    /// [`JobsError`]; [`JobsError::NotDead`] for a job that waits or is done.
    pub async fn requeue(&self, actor: &Actor, id: JobId) -> Result<Job, JobsError> {
        if self.job(actor, id).await?.state != JobState::Dead {
            return Err(JobsError::NotDead(id));
        }
        let changes = ChangeSet::by(actor, self.clock.now()).write(Write::Requeue(id));
        self.catalog.commit(changes).await?;
        self.job(actor, id).await
    }

    /// Gives a job up that waits or runs. What runs is stopped when it next extends its lease, and leaves nothing behind.
    ///
    /// # Errors
    /// [`JobsError`]; [`JobsError::NotCancellable`] for a job that is done or dead, and for a periodic one.
    pub async fn cancel(&self, actor: &Actor, id: JobId) -> Result<Job, JobsError> {
        let job = self.job(actor, id).await?;
        if job.state != JobState::Waiting || is_periodic(&job) {
            return Err(JobsError::NotCancellable(id));
        }
        let changes = ChangeSet::by(actor, self.clock.now()).write(Write::Cancel(id));
        self.catalog.commit(changes).await?;
        self.job(actor, id).await
    }
}

fn authorise(actor: &Actor) -> Result<(), JobsError> {
    if actor.may(Permission::Administer) {
        Ok(())
    } else {
        Err(JobsError::Forbidden)
    }
}
