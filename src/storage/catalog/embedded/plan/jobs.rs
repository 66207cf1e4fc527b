//! What the writes of a change set make of jobs.

use super::Plan;
use crate::domain::Timestamp;
use crate::storage::catalog::embedded::index::row::readable;
use crate::storage::catalog::embedded::index::{Table, key};
use crate::storage::catalog::record::JobRecord;
use crate::storage::catalog::{CatalogError, Job, JobId, JobState, Lease, NewJob, Outcome};

impl Plan<'_> {
    /// The new job, or the one that makes it superfluous: of the same kind and key, waiting, and
    /// never yet claimed. (A worker that has claimed it may not see what this commit writes.)
    pub(super) fn enqueue(&self, new: &NewJob, at: Timestamp) -> Result<Job, CatalogError> {
        if let Some(unique) = &new.unique_key {
            let key = key::job_unique(&new.kind, unique);
            let waiting: Option<u64> = self.staged.get(Table::JobsUnique, &key)?;
            if let Some(id) = waiting.map(JobId)
                && self.leases.keep_unclaimed(id)
                && let Some(job) = self.job(id)?
            {
                return Ok(job);
            }
        }
        Ok(Job {
            id: JobId(self.staged.meta.jobs + 1),
            kind: new.kind.clone(),
            payload: new.payload.clone(),
            run_at: new.run_at,
            unique_key: new.unique_key.clone(),
            state: JobState::Waiting,
            failures: 0,
            last_error: None,
            created_at: at,
            finished_at: None,
        })
    }

    pub(super) fn finish_job(
        &mut self,
        lease: Lease,
        outcome: &Outcome,
        at: Timestamp,
    ) -> Result<Job, CatalogError> {
        self.leases.settle(&lease)?;
        self.used.push(lease);
        let job = self.job(lease.job)?;
        let mut job = job
            .filter(|job| job.state == JobState::Waiting)
            .ok_or(CatalogError::LeaseLost)?;
        match outcome {
            Outcome::Done => {
                job.state = JobState::Done;
                job.finished_at = Some(at);
            }
            Outcome::Retry { at, error } => {
                job.failures += 1;
                job.last_error = Some(error.clone());
                job.run_at = *at;
            }
            Outcome::GiveUp { error } => {
                job.failures += 1;
                job.last_error = Some(error.clone());
                job.state = JobState::Dead;
                job.finished_at = Some(at);
            }
        }
        Ok(job)
    }

    pub(super) fn requeue(&self, id: JobId, at: Timestamp) -> Result<Job, CatalogError> {
        let job = self.job(id)?.ok_or(CatalogError::LeaseLost)?;
        Ok(Job {
            state: JobState::Waiting,
            failures: 0,
            run_at: at,
            finished_at: None,
            ..job
        })
    }

    /// The job, given up. A worker that runs it cannot finish it any more.
    pub(super) fn cancel(&self, id: JobId, at: Timestamp) -> Result<Job, CatalogError> {
        let job = self.job(id)?.ok_or(CatalogError::LeaseLost)?;
        Ok(Job {
            state: JobState::Dead,
            last_error: Some("cancelled".to_owned()),
            finished_at: Some(at),
            ..job
        })
    }

    pub(super) fn reschedule(&self, id: JobId, run_at: Timestamp) -> Result<Job, CatalogError> {
        let job = self.job(id)?.ok_or(CatalogError::LeaseLost)?;
        Ok(Job { run_at, ..job })
    }

    pub(super) fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError> {
        let record: Option<JobRecord> = self.staged.get(Table::Jobs, &key::number(id.0))?;
        record.map(readable).transpose()
    }
}
