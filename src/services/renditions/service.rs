//! Enqueues the jobs that make renditions.

use std::sync::Arc;

use crate::domain::Sha256;
use crate::domain::access::{Actor, Operation, Permission, policy};
use crate::domain::asset::AssetId;
use crate::services::jobs::JobFailure;
use crate::services::media::rebuild::{self, RenditionJobs, RenditionKind, Scope};
use crate::services::works::{FindError, WorkAccess};
use crate::storage::catalog::{CatalogError, ChangeSet, JobId};

/// Makes renditions again. Cheap to clone.
#[derive(Clone)]
pub struct Renditions {
    works: WorkAccess,
    makers: Arc<[Box<dyn RenditionJobs>]>,
}

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum RenditionsError {
    /// The actor may not.
    #[error("the actor may not have renditions made")]
    Forbidden,
    /// The work cannot be found.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The work has no such file.
    #[error("the work has no such file")]
    NoSuchFile,
    /// What is missing cannot be found out.
    #[error("what is missing cannot be found out")]
    Jobs(#[from] JobFailure),
    /// The catalogue failed.
    #[error("the catalogue failed")]
    Catalog(#[from] CatalogError),
}

impl Renditions {
    /// Renditions of these works, made by these jobs.
    pub fn new(works: WorkAccess, makers: Arc<[Box<dyn RenditionJobs>]>) -> Self {
        Self { works, makers }
    }

    /// Enqueues the job that has these kinds made from all works, and returns its number.
    ///
    /// # Errors
    /// [`RenditionsError::Forbidden`], [`RenditionsError::Catalog`].
    pub async fn rebuild(
        &self,
        actor: &Actor,
        kinds: Vec<RenditionKind>,
        scope: Scope,
    ) -> Result<JobId, RenditionsError> {
        if !actor.may(Permission::Administer) {
            return Err(RenditionsError::Forbidden);
        }
        let now = self.works.clock.now();
        let changes = ChangeSet::by(actor, now).job(rebuild::job(kinds, scope, now));
        let receipt = self.works.catalog.commit(changes).await?;
        // One job was enqueued.
        Ok(receipt.jobs.first().copied().unwrap_or(JobId(0)))
    }

    /// Enqueues the jobs that make these kinds from one file, and returns their numbers.
    ///
    /// # Errors
    /// [`RenditionsError`].
    pub async fn rebuild_file(
        &self,
        actor: &Actor,
        (id, sha256): (AssetId, Sha256),
        kinds: &[RenditionKind],
        scope: Scope,
    ) -> Result<Vec<JobId>, RenditionsError> {
        let asset = self.works.find(actor, id).await?;
        let may = |operation| policy::may(actor, operation, &asset);
        if !may(Operation::Edit) && !may(Operation::Correct) {
            return Err(RenditionsError::Forbidden);
        }
        let file = asset.file(sha256).ok_or(RenditionsError::NoSuchFile)?;
        let mut changes = ChangeSet::by(actor, self.works.clock.now());
        let makers = self.makers.iter();
        for maker in makers.filter(|maker| kinds.contains(&maker.kind())) {
            let jobs = maker.jobs(&asset, file, scope, changes.at).await?;
            changes = jobs.into_iter().fold(changes, ChangeSet::job);
        }
        if changes.writes.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.works.catalog.commit(changes).await?.jobs)
    }
}
