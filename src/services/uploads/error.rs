//! Why nothing was done to an upload.

use crate::storage::blobs::BlobError;
use crate::storage::catalog::CatalogError;

/// Why nothing was done to an upload.
#[derive(Debug, thiserror::Error)]
pub enum UploadsError {
    /// The actor may not upload.
    #[error("the actor may not upload")]
    Forbidden,
    /// The actor has no such upload, or it has expired.
    #[error("there is no such upload")]
    NotFound,
    /// The part begins elsewhere than where the upload ends.
    #[error("{offset} bytes of the upload have arrived")]
    WrongOffset {
        /// The number of bytes that have arrived.
        offset: u64,
    },
    /// More bytes than the upload was announced with; nothing of the part was kept.
    #[error("the upload has {length} bytes")]
    TooLong {
        /// The announced number.
        length: u64,
    },
    /// The part does not have its checksum; nothing of it was kept.
    #[error("the part does not have its checksum")]
    WrongChecksum,
    /// Another request works on the upload.
    #[error("another request works on the upload")]
    Held,
    /// Bytes are missing.
    #[error("{offset} of {length} bytes of the upload have arrived")]
    Unfinished {
        /// The number of bytes that have arrived.
        offset: u64,
        /// The announced number.
        length: u64,
    },
    /// It became a file of another work.
    #[error("the upload is a file of another work")]
    Taken,
    /// A longer file than the archive takes.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The greatest number.
        limit: u64,
    },
    /// The actor has as many uploads as it may.
    #[error("the actor has {limit} uploads")]
    TooMany {
        /// The greatest number.
        limit: usize,
    },
    /// The idempotency key belongs to another upload.
    #[error("the idempotency key belongs to another upload")]
    KeyReused,
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The bytes could not be written or read.
    #[error(transparent)]
    Blobs(#[from] BlobError),
}
