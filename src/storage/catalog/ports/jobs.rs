//! Leasing and listing jobs.

use async_trait::async_trait;

use super::{Commits, EventLog};
use crate::domain::Timestamp;
use crate::storage::catalog::{CatalogError, Job, JobId, JobKind, JobState, Lease};

/// The job queue. A job is enqueued and completed by a commit, and whoever waits for jobs is woken by the event log.
#[async_trait]
pub trait JobStore: Commits + EventLog {
    /// Leases the job that has been due longest among these kinds, until `until`. A lease that has
    /// run out by `now` counts as free, and its fence is never valid again.
    async fn claim_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Job, Lease)>, CatalogError>;

    /// The first moment after `now` at which a job of these kinds becomes due.
    async fn next_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, CatalogError>;

    /// Prolongs a lease.
    ///
    /// # Errors
    /// [`CatalogError::LeaseLost`] when it ran out and was taken by another.
    async fn extend_lease(&self, lease: &Lease, until: Timestamp) -> Result<(), CatalogError>;

    /// One job.
    async fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError>;

    /// Jobs with ids after `after`, ascending, at most `limit`, finished ones until pruned.
    async fn jobs(
        &self,
        state: Option<JobState>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>, CatalogError>;
}
