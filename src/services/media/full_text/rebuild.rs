//! Which jobs read the texts of documents.

use std::sync::Arc;

use async_trait::async_trait;

use super::formats::has_text;
use super::job::job;
use super::state::is_missing;
use crate::domain::Timestamp;
use crate::domain::asset::{Asset, File};
use crate::services::jobs::JobFailure;
use crate::services::media::rebuild::{Made, RenditionJobs, RenditionKind, Scope};
use crate::storage::catalog::{NewJob, WorkReader};

/// Texts of documents, read or recognised.
pub struct TextJobs {
    catalog: Arc<dyn WorkReader>,
}

impl TextJobs {
    /// Reads from this catalogue which texts there are.
    pub fn new(catalog: Arc<dyn WorkReader>) -> Self {
        Self { catalog }
    }

    async fn is_missing(&self, file: &File) -> Result<bool, JobFailure> {
        let Made { record, renditions } = Made::read(&*self.catalog, file.sha256).await?;
        Ok(is_missing(file, record.as_ref(), &renditions))
    }
}

#[async_trait]
impl RenditionJobs for TextJobs {
    fn kind(&self) -> RenditionKind {
        RenditionKind::Texts
    }

    async fn jobs(
        &self,
        asset: &Asset,
        file: &File,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Vec<NewJob>, JobFailure> {
        let is_wanted = has_text(file, asset.work.kind.as_ref())
            && (scope == Scope::All || self.is_missing(file).await?);
        let job = is_wanted.then(|| job(asset.id, file.sha256, now));
        Ok(job.into_iter().collect())
    }
}
