//! The job that finds recordings that were not measured and enqueues the measuring of each.
//!
//! Recordings attached before sounds were measured have no report. One that another version of the archive could not
//! measure is tried again: this one may know its format.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::job::{can_measure, job};
use super::read::read_report;
use super::report::Outcome;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, File};
use crate::services::jobs::{Handler, JobFailure, Policy, Schedule};
use crate::services::media::file_job::{FindMissing, for_every_work};
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::{ChangeSet, Job, NewJob, WorkReader};

/// The kind of job.
const KIND: &str = "find-unmeasured-sound";

/// Finds recordings that were not measured.
pub struct FindUnmeasuredSound {
    catalog: Arc<dyn WorkReader>,
    blobs: Arc<dyn BlobStore>,
}

impl FindUnmeasuredSound {
    /// Its schedule, to be enqueued at every start.
    pub const SCHEDULE: Schedule = Schedule::new(KIND, Duration::from_secs(7 * 24 * 60 * 60));

    /// Looks through this catalogue.
    pub fn new(catalog: Arc<dyn WorkReader>, blobs: Arc<dyn BlobStore>) -> Self {
        Self { catalog, blobs }
    }

    async fn is_unmeasured(&self, file: &File) -> Result<bool, JobFailure> {
        let renditions = self.catalog.renditions(&[file.sha256]).await;
        let renditions = renditions.map_err(JobFailure::retry)?.concat();
        let report = read_report(&*self.blobs, &renditions).await?;
        Ok(report.is_none_or(|report| {
            matches!(report.outcome, Outcome::Failed(_))
                && report.program != env!("CARGO_PKG_VERSION")
        }))
    }
}

#[async_trait]
impl FindMissing for FindUnmeasuredSound {
    async fn missing(&self, asset: &Asset, clock: &Clock) -> Result<Vec<NewJob>, JobFailure> {
        let mut jobs = Vec::new();
        for file in &asset.files {
            if can_measure(&file.media_type) && self.is_unmeasured(file).await? {
                jobs.push(job(asset.id, file.sha256, clock.now()));
            }
        }
        Ok(jobs)
    }
}

#[async_trait]
impl Handler for FindUnmeasuredSound {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(60 * 60),
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(Self::SCHEDULE.interval())
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let changes = for_every_work(&*self.catalog, changes, self, clock).await?;
        Ok(changes.job(Self::SCHEDULE.next(clock.now())))
    }
}
