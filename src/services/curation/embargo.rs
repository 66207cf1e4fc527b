//! The job that releases expired embargoes. It is enqueued, for the moment the embargo ends, in the
//! commit that publishes the work.

use std::time::Duration;

use async_trait::async_trait;

use super::Curation;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::services::jobs::{Handler, JobFailure, payload};
use crate::services::works::ReleaseEmbargoPayload;
use crate::storage::catalog::{ChangeSet, Job};

/// Releases expired embargoes.
pub struct ReleaseExpiredEmbargo {
    curation: Curation,
}

impl ReleaseExpiredEmbargo {
    /// Releases them through this service.
    pub fn new(curation: Curation) -> Self {
        Self { curation }
    }
}

#[async_trait]
impl Handler for ReleaseExpiredEmbargo {
    fn kind(&self) -> &str {
        ReleaseEmbargoPayload::KIND
    }

    /// The end of an embargo is what its editors chose.
    fn longest_wait(&self) -> Option<Duration> {
        None
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let ReleaseEmbargoPayload { asset } = payload::parse(job)?;
        let released = self.curation.release_expired_embargo(asset).await;
        released.map_err(JobFailure::retry)?;
        Ok(ChangeSet::by(&Actor::System, clock.now()))
    }
}
