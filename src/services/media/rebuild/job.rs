//! The job that enqueues the jobs of many works, and its daily run.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::kind::{RenditionJobs, RenditionKind, Scope};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::jobs::{Handler, JobFailure, Periodic, Policy, Schedule, payload};
use crate::storage::catalog::{ChangeSet, Entry, Job, JobKind, NewJob, WorkReader};

const KIND: &str = "rebuild-renditions";

/// The schedule of the daily run, to be enqueued at every start.
pub const DAILY: Schedule = Schedule::new("find-missing-copies", Duration::from_secs(24 * 60 * 60));

/// The unique key of the runs that the daily one has begun.
const DAILY_KEY: &str = "daily";

/// Works of one run.
const WORKS_AT_A_TIME: usize = 200;

/// Jobs that are done in a second, about: the next run waits for those that were enqueued.
const JOBS_A_SECOND: usize = 4;

/// The payload.
#[derive(Serialize, Deserialize)]
struct Rebuild {
    kinds: Vec<RenditionKind>,
    scope: Scope,
    /// The last work of the run before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl Rebuild {
    fn job(&self, run_at: Timestamp, unique_key: Option<String>) -> NewJob {
        NewJob {
            kind: JobKind(KIND.to_owned()),
            payload: payload::to_text(self),
            run_at,
            unique_key,
        }
    }
}

/// The job that makes these kinds of renditions, from the first work on.
pub fn job(kinds: Vec<RenditionKind>, scope: Scope, now: Timestamp) -> NewJob {
    let after = None;
    Rebuild {
        kinds,
        scope,
        after,
    }
    .job(now, None)
}

/// The periodic job that has made what is missing.
pub fn find_missing() -> Periodic {
    Periodic::new(DAILY, Duration::from_secs(60), |now| async move {
        // One at a time: it goes on where the one of yesterday is.
        let rebuild = NewJob {
            unique_key: Some(DAILY_KEY.to_owned()),
            ..job(RenditionKind::all(), Scope::Missing, now)
        };
        Ok(ChangeSet::by(&Actor::System, now).job(rebuild))
    })
}

/// Enqueues the jobs of some works, and the run for the next ones.
pub struct RebuildRenditions {
    catalog: Arc<dyn WorkReader>,
    makers: Arc<[Box<dyn RenditionJobs>]>,
}

impl RebuildRenditions {
    /// Walks through this catalogue.
    pub fn new(catalog: Arc<dyn WorkReader>, makers: Arc<[Box<dyn RenditionJobs>]>) -> Self {
        Self { catalog, makers }
    }

    async fn jobs(
        &self,
        asset: &Asset,
        rebuild: &Rebuild,
        now: Timestamp,
    ) -> Result<Vec<NewJob>, JobFailure> {
        let mut jobs = Vec::new();
        let makers = self.makers.iter();
        for maker in makers.filter(|maker| rebuild.kinds.contains(&maker.kind())) {
            for file in &asset.files {
                jobs.extend(maker.jobs(asset, file, rebuild.scope, now).await?);
            }
        }
        Ok(jobs)
    }
}

#[async_trait]
impl Handler for RebuildRenditions {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(30 * 60),
            ..Policy::default()
        }
    }

    /// A run waits for the jobs of the one before.
    fn longest_wait(&self) -> Option<Duration> {
        Some(DAILY.interval())
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let rebuild: Rebuild = payload::parse(job)?;
        let after = rebuild.after.as_deref().map(str::parse::<AssetId>);
        let after = after.transpose().map_err(JobFailure::give_up)?;
        let works = self.catalog.list(after, WORKS_AT_A_TIME).await;
        let works = works.map_err(JobFailure::retry)?;
        let now = clock.now();
        let changes = ChangeSet::by(&Actor::System, now);
        let Some(last) = works.last() else {
            return Ok(changes);
        };
        let mut jobs = Vec::new();
        for work in &works {
            if let Entry::Asset(asset) = work {
                jobs.extend(self.jobs(asset, &rebuild, now).await?);
            }
        }
        let seconds = i64::try_from(jobs.len() / JOBS_A_SECOND).unwrap_or(i64::MAX);
        let next = Rebuild {
            after: Some(last.id().to_string()),
            ..rebuild
        };
        let changes = jobs.into_iter().fold(changes, ChangeSet::job);
        let run_at = now.plus_seconds(seconds);
        Ok(changes.job(next.job(run_at, job.unique_key.clone())))
    }
}
