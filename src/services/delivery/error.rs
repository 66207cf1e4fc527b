//! Why nothing is delivered.

use crate::services::works::FindError;
use crate::storage::blobs::BlobError;

/// Why nothing is delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The actor cannot see the work, or the catalogue failed.
    #[error(transparent)]
    Work(#[from] FindError),
    /// The actor sees the work but may not get this of it.
    #[error("the actor may not get this file")]
    Forbidden,
    /// The work has no such file, or none that this actor may get.
    #[error("no such file")]
    NoSuchFile,
    /// The bytes could not be read.
    #[error("the bytes could not be read")]
    Blobs(#[from] BlobError),
}
