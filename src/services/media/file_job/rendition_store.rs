//! Where jobs find originals and put what they make from them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::services::jobs::JobFailure;
use crate::storage::blobs::{BlobStore, Staged, Staging};
use crate::storage::catalog::{BlobKey, Rendition};

/// Finds originals and stores renditions. Cheap to clone.
#[derive(Clone)]
pub struct RenditionStore {
    /// The blobs.
    pub(in crate::services::media) blobs: Arc<dyn BlobStore>,
    /// Where bytes are written before they are blobs.
    pub(in crate::services::media) staging: Staging,
}

impl RenditionStore {
    /// Reads from and writes to these blobs.
    pub fn new(blobs: Arc<dyn BlobStore>, staging: Staging) -> Self {
        Self { blobs, staging }
    }

    /// The path of an original, for programs and for what reads it in pieces.
    ///
    /// # Errors
    /// It is not on a local disk.
    pub(in crate::services::media) fn path(
        &self,
        original: BlobKey,
    ) -> Result<PathBuf, JobFailure> {
        let path = self.blobs.local_path(original);
        path.ok_or_else(|| JobFailure::retry("the blob is not on a local disk"))
    }

    /// Stores bytes as a rendition of a file.
    ///
    /// # Errors
    /// They cannot be written.
    pub(in crate::services::media) async fn put(
        &self,
        of: BlobKey,
        (recipe, media_type): (String, &str),
        bytes: Vec<u8>,
    ) -> Result<Rendition, JobFailure> {
        let staged = self.staging.stage(bytes).await.map_err(JobFailure::retry)?;
        self.put_staged(of, (recipe, media_type), staged).await
    }

    /// Stores staged bytes as a rendition of a file.
    ///
    /// # Errors
    /// They cannot be written.
    pub(in crate::services::media) async fn put_staged(
        &self,
        of: BlobKey,
        (recipe, media_type): (String, &str),
        staged: Staged,
    ) -> Result<Rendition, JobFailure> {
        let (blob, size) = (staged.key, staged.size);
        self.blobs.put(staged).await.map_err(JobFailure::retry)?;
        Ok(Rendition {
            of,
            recipe,
            blob,
            size,
            media_type: media_type.to_owned(),
            width_px: None,
            height_px: None,
        })
    }
}
