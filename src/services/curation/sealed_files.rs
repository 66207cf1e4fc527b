//! The sealed files of works: which there are, and their removal. They are added in `intake`, and read in `delivery`.

use super::Curation;
use crate::domain::Sha256;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, Revision, SealedFile};
use crate::services::works::{ChangeError, FindError};
use crate::storage::catalog::{Entry, EventKind};

/// A sealed file with the other works that rest on the same paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedEvidence {
    /// The file.
    pub file: SealedFile,
    /// Other works of the actor's scope with the same sealed bytes: when one consent is withdrawn, so is theirs.
    pub other_works: Vec<AssetId>,
}

impl Curation {
    /// The work with its sealed files, for those who may read them.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] when the actor sees the work but may not download originals of it.
    pub async fn sealed_files(
        &self,
        actor: &Actor,
        id: AssetId,
    ) -> Result<(Asset, Vec<SharedEvidence>), ChangeError> {
        let asset = self.works.find(actor, id).await?;
        if !policy::may_read_sealed(actor, &asset) {
            return Err(ChangeError::Forbidden);
        }
        let mut files = Vec::with_capacity(asset.sealed.len());
        for file in &asset.sealed {
            files.push(SharedEvidence {
                file: file.clone(),
                other_works: self.others_with(actor, id, file.sha256).await?,
            });
        }
        Ok((asset, files))
    }

    /// Removes a sealed file from a work. Its bytes are deleted after the grace time unless another work has them.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] when there is no such file; [`ChangeError::Stale`].
    pub async fn remove_sealed(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        sha256: Sha256,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Edit, EventKind::SealedFileRemoved);
        self.transition(actor, id, expected, operation, event, |present| {
            present.remove_sealed(sha256, self.works.now())
        })
        .await
    }

    async fn others_with(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<Vec<AssetId>, FindError> {
        let holders = self.works.catalog.with_blob(sha256).await?;
        let entries = self.works.catalog.entries(&holders).await?;
        let other = |entry: Entry| match entry {
            Entry::Asset(asset) => {
                let shares = asset.id != id && asset.sealed_file(sha256).is_some();
                (shares && policy::may_read_sealed(actor, &asset)).then_some(asset.id)
            }
            Entry::Tombstone(_) => None,
        };
        Ok(entries.into_iter().flatten().filter_map(other).collect())
    }
}
