//! Which jobs read the texts of documents.

use std::sync::Arc;

use async_trait::async_trait;

use super::formats::has_text;
use super::job::job;
use super::state::{TextState, is_missing, state};
use crate::domain::Timestamp;
use crate::domain::asset::{Asset, File};
use crate::services::jobs::JobFailure;
use crate::services::media::rebuild::{Made, RenditionJobs, RenditionKind, Scope};
use crate::services::programs::Programs;
use crate::storage::catalog::{BlobRecord, NewJob, Rendition, WorkReader};

/// Texts of documents, read or recognised.
pub struct TextJobs {
    catalog: Arc<dyn WorkReader>,
    programs: Programs,
}

impl TextJobs {
    /// Reads from this catalogue which texts there are.
    pub fn new(catalog: Arc<dyn WorkReader>, programs: Programs) -> Self {
        Self { catalog, programs }
    }

    async fn is_missing(&self, file: &File) -> Result<bool, JobFailure> {
        let Made { record, renditions } = Made::read(&*self.catalog, file.sha256).await?;
        Ok(is_missing(file, record.as_ref(), &renditions)
            && self.has_programs(file, record.as_ref(), &renditions).await)
    }

    /// Whether the programs that a text waits for are there: without them its job would do nothing.
    async fn has_programs(
        &self,
        file: &File,
        record: Option<&BlobRecord>,
        renditions: &[Rendition],
    ) -> bool {
        let TextState::Working(needed) = state(file, record, renditions) else {
            return true;
        };
        for program in needed {
            let found = self.programs.version(*program).await;
            if found.is_err_and(|error| error.needs_installation()) {
                return false;
            }
        }
        true
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
