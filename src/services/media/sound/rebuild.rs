//! Which jobs measure recordings.

use std::sync::Arc;

use async_trait::async_trait;

use super::job::{can_measure, job};
use super::read::read_report;
use super::report::Outcome;
use crate::domain::Timestamp;
use crate::domain::asset::{Asset, File};
use crate::services::jobs::JobFailure;
use crate::services::media::rebuild::{RenditionJobs, RenditionKind, Scope};
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::{NewJob, WorkReader};

/// Reports and waveforms of recordings.
pub struct SoundReportJobs {
    catalog: Arc<dyn WorkReader>,
    blobs: Arc<dyn BlobStore>,
}

impl SoundReportJobs {
    /// Reads from these stores which reports there are.
    pub fn new(catalog: Arc<dyn WorkReader>, blobs: Arc<dyn BlobStore>) -> Self {
        Self { catalog, blobs }
    }

    async fn is_missing(&self, file: &File) -> Result<bool, JobFailure> {
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
impl RenditionJobs for SoundReportJobs {
    fn kind(&self) -> RenditionKind {
        RenditionKind::SoundReports
    }

    async fn jobs(
        &self,
        asset: &Asset,
        file: &File,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Vec<NewJob>, JobFailure> {
        let is_wanted =
            can_measure(&file.media_type) && (scope == Scope::All || self.is_missing(file).await?);
        let job = is_wanted.then(|| job(asset.id, file.sha256, now));
        Ok(job.into_iter().collect())
    }
}
