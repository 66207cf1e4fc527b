//! Which jobs make the public copies of files.

use std::sync::Arc;

use async_trait::async_trait;

use super::formats::{can_make, state};
use super::job::job as copy_job;
use crate::domain::Timestamp;
use crate::domain::asset::{Asset, File, Processing};
use crate::services::jobs::JobFailure;
use crate::services::media::previews;
use crate::services::media::rebuild::{Made, RenditionJobs, RenditionKind, Scope};
use crate::services::media::recipe;
use crate::storage::catalog::{NewJob, WorkReader};

/// Copies of sound and film, and previews of images.
pub struct PublicCopyJobs {
    catalog: Arc<dyn WorkReader>,
}

impl PublicCopyJobs {
    /// Reads from this catalogue which copies there are.
    pub fn new(catalog: Arc<dyn WorkReader>) -> Self {
        Self { catalog }
    }

    /// Files attached by a version of the archive that delivered originals have no copy.
    async fn is_missing(&self, file: &File) -> Result<bool, JobFailure> {
        let Made { record, renditions } = Made::read(&*self.catalog, file.sha256).await?;
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
impl RenditionJobs for PublicCopyJobs {
    fn kind(&self) -> RenditionKind {
        RenditionKind::PublicCopies
    }

    async fn jobs(
        &self,
        asset: &Asset,
        file: &File,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Vec<NewJob>, JobFailure> {
        let job = if can_make(&file.media_type) {
            copy_job(asset.id, file.sha256, now)
        } else if previews::can_render(&file.media_type) {
            previews::job(asset.id, file, now)
        } else {
            return Ok(Vec::new());
        };
        let is_wanted = scope == Scope::All || self.is_missing(file).await?;
        Ok(is_wanted.then_some(job).into_iter().collect())
    }
}
