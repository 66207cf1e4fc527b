//! The job that finds recordings without their copies for stations: those that waited for ffmpeg, and those made by other
//! profiles.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::job::job;
use super::profile::Profiles;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::services::jobs::{Handler, JobFailure, Policy, Schedule};
use crate::services::media::file_job::{FindMissing, for_every_work};
use crate::services::media::recipe::{self, Purpose};
use crate::services::media::sound;
use crate::services::programs::{Program, Programs};
use crate::storage::catalog::{ChangeSet, Job, NewJob, WorkReader};

/// The kind of job.
const KIND: &str = "find-missing-broadcast-copies";

/// Finds recordings without their copies for stations.
pub struct FindMissingBroadcastCopies {
    catalog: Arc<dyn WorkReader>,
    programs: Programs,
    profiles: Profiles,
}

impl FindMissingBroadcastCopies {
    /// Its schedule, to be enqueued at every start: once a day, so that a program installed meanwhile is used.
    pub const SCHEDULE: Schedule = Schedule::new(KIND, Duration::from_secs(24 * 60 * 60));

    /// Looks through this catalogue.
    pub fn new(catalog: Arc<dyn WorkReader>, programs: Programs, profiles: Profiles) -> Self {
        Self {
            catalog,
            programs,
            profiles,
        }
    }
}

#[async_trait]
impl FindMissing for FindMissingBroadcastCopies {
    /// The jobs for the recordings of a work that were measured and have no report of a copy.
    async fn missing(&self, asset: &Asset, clock: &Clock) -> Result<Vec<NewJob>, JobFailure> {
        let mut jobs = Vec::new();
        for file in &asset.files {
            if !sound::can_measure(&file.media_type) {
                continue;
            }
            let renditions = self.catalog.renditions(&[file.sha256]).await;
            let renditions = renditions.map_err(JobFailure::retry)?.concat();
            let mut made = renditions.iter().map(|made| made.recipe.as_str());
            // Only what was measured has a waveform.
            if !made.any(|recipe| recipe::serves(recipe, Purpose::Waveform, None)) {
                continue;
            }
            for profile in self.profiles.iter() {
                let report = profile.report_recipe();
                if !renditions.iter().any(|made| made.recipe == report) {
                    let of = (asset.id, file.sha256);
                    jobs.push(job(profile, of, clock.now()));
                }
            }
        }
        Ok(jobs)
    }
}

#[async_trait]
impl Handler for FindMissingBroadcastCopies {
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
        let next = Self::SCHEDULE.next(clock.now());
        if self.programs.version(Program::Ffmpeg).await.is_err() {
            return Ok(changes.job(next));
        }
        let changes = for_every_work(&*self.catalog, changes, self, clock).await?;
        Ok(changes.job(next))
    }
}
