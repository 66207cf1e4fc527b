//! Reading works and their revisions.

use async_trait::async_trait;

use crate::domain::Slug;
use crate::domain::asset::{Asset, AssetId, Identifier, Revision};
use crate::storage::catalog::{CatalogError, Entry, RevisionEntry, Usage};

/// The works, their earlier revisions and the tombstones of deleted ones.
#[async_trait]
pub trait Works: Send + Sync + 'static {
    /// The work or tombstone with this id. Sees every commit that has returned.
    async fn entry(&self, id: AssetId) -> Result<Option<Entry>, CatalogError>;

    /// Several entries in one call, in the order of the ids; unknown ids are `None`.
    async fn entries(&self, ids: &[AssetId]) -> Result<Vec<Option<Entry>>, CatalogError>;

    /// Entries with ids after `after`, ascending, at most `limit`. Cursors never expire.
    async fn list(&self, after: Option<AssetId>, limit: usize) -> Result<Vec<Entry>, CatalogError>;

    /// The revisions of a work before `before`, newest first, at most `limit`. A deleted work has
    /// none any more. Takes as long for the first page of a thousand revisions as for one.
    async fn revisions(
        &self,
        id: AssetId,
        before: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<RevisionEntry>, CatalogError>;

    /// The work as it was at one of its revisions; `None` when it never had it or is deleted.
    async fn asset_at(
        &self,
        id: AssetId,
        revision: Revision,
    ) -> Result<Option<(RevisionEntry, Asset)>, CatalogError>;

    /// What the works of an organisation take up, exactly, as of the last commit that has returned.
    async fn usage(&self, organisation: &Slug) -> Result<Usage, CatalogError>;

    /// The works that have each of these identifiers, in the order of the identifiers, each ascending by id.
    async fn with_identifiers(
        &self,
        identifiers: &[Identifier],
    ) -> Result<Vec<Vec<AssetId>>, CatalogError>;

    /// The works that have this identifier, ascending by id.
    async fn with_identifier(&self, identifier: &Identifier) -> Result<Vec<AssetId>, CatalogError> {
        let found = self
            .with_identifiers(std::slice::from_ref(identifier))
            .await?;
        Ok(found.into_iter().flatten().collect())
    }
}
