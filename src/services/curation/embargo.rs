//! The job that ends embargoes. It is enqueued, for the moment the embargo ends, in the commit that
//! publishes the work.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;

use super::Curation;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::services::intake::RELEASE_EXPIRED_EMBARGO;
use crate::services::jobs::{Handler, JobFailure};
use crate::storage::catalog::{ChangeSet, Job};

/// Ends embargoes.
pub struct ReleaseExpiredEmbargo {
    curation: Curation,
}

#[derive(Deserialize)]
struct Payload {
    asset: String,
}

impl ReleaseExpiredEmbargo {
    /// Ends them through this service.
    pub fn new(curation: Curation) -> Self {
        Self { curation }
    }
}

#[async_trait]
impl Handler for ReleaseExpiredEmbargo {
    fn kind(&self) -> &str {
        RELEASE_EXPIRED_EMBARGO
    }

    /// The end of an embargo is what its editors chose.
    fn longest_wait(&self) -> Option<Duration> {
        None
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = serde_json::from_str(&job.payload).map_err(JobFailure::give_up)?;
        let asset: AssetId = payload.asset.parse().map_err(JobFailure::give_up)?;
        let released = self.curation.release_expired_embargo(asset).await;
        released.map_err(JobFailure::retry)?;
        Ok(ChangeSet::by(&Actor::System, clock.now()))
    }
}
