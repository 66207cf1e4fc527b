//! The job that finds sound, film and images without a public copy, and documents without their text, and enqueues the making of it.
//!
//! Files attached by an earlier version of the archive, which delivered originals, have none. A file of which an earlier
//! version could make no copy is tried again: this one may know its format.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::formats::{can_make, state};
use super::job::job as copy_job;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, File, Processing};
use crate::services::jobs::{Handler, JobFailure, Policy, Schedule};
use crate::services::media::file_job::{FindMissing, for_every_work};
use crate::services::media::full_text::{self, formats};
use crate::services::media::previews;
use crate::services::media::recipe;
use crate::storage::catalog::{BlobRecord, ChangeSet, Job, NewJob, Rendition, WorkReader};

/// The kind of job.
const KIND: &str = "find-missing-copies";

/// Finds files without a public copy.
pub struct FindMissingCopies {
    catalog: Arc<dyn WorkReader>,
}

impl FindMissingCopies {
    /// Its schedule, to be enqueued at every start.
    pub const SCHEDULE: Schedule = Schedule::new(KIND, Duration::from_secs(7 * 24 * 60 * 60));

    /// Looks through this catalogue.
    pub fn new(catalog: Arc<dyn WorkReader>) -> Self {
        Self { catalog }
    }

    /// What is recorded of the bytes of a file, and what was made of them.
    async fn known(&self, file: &File) -> Result<(Option<BlobRecord>, Vec<Rendition>), JobFailure> {
        let records = self.catalog.blob_records(&[file.sha256]).await;
        let record = records.map_err(JobFailure::retry)?.pop().flatten();
        let renditions = self.catalog.renditions(&[file.sha256]).await;
        Ok((record, renditions.map_err(JobFailure::retry)?.concat()))
    }

    async fn is_missing(&self, file: &File) -> Result<bool, JobFailure> {
        let (record, renditions) = self.known(file).await?;
        let failed = record.as_ref().and_then(|record| record.processed.as_ref());
        let is_outdated =
            failed.is_some_and(|failed| recipe::is_attempt_of_another_version(&failed.recipe));
        Ok(match state(file, record.as_ref(), &renditions) {
            Processing::Ready => false,
            Processing::Failed(_) => is_outdated,
            Processing::Working => true,
        })
    }
}

#[async_trait]
impl FindMissing for FindMissingCopies {
    async fn missing(&self, asset: &Asset, clock: &Clock) -> Result<Vec<NewJob>, JobFailure> {
        let mut jobs = Vec::new();
        for file in &asset.files {
            let now = clock.now();
            if formats::has_text(file, asset.work.kind.as_ref()) {
                let (record, renditions) = self.known(file).await?;
                if full_text::is_missing(file, record.as_ref(), &renditions) {
                    jobs.push(full_text::job(asset.id, file.sha256, now));
                }
            }
            let job = if can_make(&file.media_type) {
                copy_job(asset.id, file.sha256, now)
            } else if previews::can_render(&file.media_type) {
                previews::job(asset.id, file, now)
            } else {
                continue;
            };
            if self.is_missing(file).await? {
                jobs.push(job);
            }
        }
        Ok(jobs)
    }
}

#[async_trait]
impl Handler for FindMissingCopies {
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
