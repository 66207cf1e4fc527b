//! What is known of the bytes in the blob store.

use async_trait::async_trait;

use crate::domain::asset::AssetId;
use crate::storage::catalog::{BlobKey, BlobRecord, CatalogError, Rendition};

/// The blobs that works refer to: their audits, processing and renditions. Their bytes are in a
/// [`BlobStore`](crate::storage::blobs::BlobStore).
#[async_trait]
pub trait BlobRecords: Send + Sync + 'static {
    /// The works that have a file with these bytes, ascending by id.
    async fn with_blob(&self, key: BlobKey) -> Result<Vec<AssetId>, CatalogError>;

    /// Every referenced blob after `after`, ascending: files of works, of their earlier revisions
    /// until the work is deleted, and renditions.
    async fn blobs(
        &self,
        after: Option<BlobKey>,
        limit: usize,
    ) -> Result<Vec<BlobRecord>, CatalogError>;

    /// What is known of several blobs in one call, in the order asked; those that nothing refers
    /// to are `None`.
    async fn blob_records(&self, keys: &[BlobKey])
    -> Result<Vec<Option<BlobRecord>>, CatalogError>;

    /// The renditions made from each of several blobs in one call, in the order of the keys.
    async fn renditions(&self, of: &[BlobKey]) -> Result<Vec<Vec<Rendition>>, CatalogError>;
}
