//! What was made from a file so far.

use crate::services::jobs::JobFailure;
use crate::storage::catalog::{BlobKey, BlobRecord, Rendition, WorkReader};

/// What was made from a file so far.
pub struct Made {
    /// What is recorded of its bytes.
    pub record: Option<BlobRecord>,
    /// The renditions of it.
    pub renditions: Vec<Rendition>,
}

impl Made {
    /// Reads it from the catalogue.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn read(catalog: &dyn WorkReader, blob: BlobKey) -> Result<Self, JobFailure> {
        let records = catalog.blob_records(&[blob]).await;
        let renditions = catalog.renditions(&[blob]).await;
        Ok(Self {
            record: records.map_err(JobFailure::retry)?.pop().flatten(),
            renditions: renditions.map_err(JobFailure::retry)?.concat(),
        })
    }
}
