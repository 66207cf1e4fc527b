//! Bytes under their SHA-256: written once, never modified, verifiable at any time.

use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;

use super::catalog::BlobKey;

/// Bytes that were received completely into the staging folder: hashed, counted, fsynced.
/// Dropping it deletes the staged file unless it was put.
#[derive(Debug)]
pub struct Staged {
    /// Where the bytes are; on the same volume as a local store.
    pub path: PathBuf,
    /// Their SHA-256.
    pub key: BlobKey,
    /// Their number.
    pub size: u64,
    /// The first bytes, at most 8 KiB, to recognise the format by.
    pub head: Vec<u8>,
}

/// Why the blob store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There are no such bytes.
    #[error("no such blob: {0}")]
    Missing(BlobKey),
    /// Bytes exist under the key with another length: one of both is damaged.
    #[error("the stored blob {0} has another length")]
    Mismatch(BlobKey),
    /// No space left; nothing was kept.
    #[error("the storage is full")]
    Full(#[source] std::io::Error),
    /// The device failed.
    #[error("the blob store cannot be read or written")]
    Io(#[source] std::io::Error),
}

/// What a put did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The bytes were new.
    Stored,
    /// The same bytes were there already.
    Existed,
}

/// The blob store port.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Stores staged bytes under their hash unless they are there. Durable when it returns:
    /// file, directory entry and new parents are fsynced.
    ///
    /// # Errors
    /// [`BlobError::Full`], [`BlobError::Mismatch`], [`BlobError::Io`]; the staged file is gone.
    async fn put(&self, staged: Staged) -> Result<Put, BlobError>;

    /// The length in bytes.
    ///
    /// # Errors
    /// [`BlobError::Missing`] if there are no such bytes.
    async fn size(&self, key: BlobKey) -> Result<u64, BlobError>;

    /// Reads part of a blob; a range beyond the end is cut to it. For pieces of at most a few MiB.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Io`].
    async fn read(&self, key: BlobKey, range: Range<u64>) -> Result<bytes::Bytes, BlobError>;

    /// The file that holds the bytes, when the store is local: lets delivery read it directly.
    fn local_path(&self, key: BlobKey) -> Option<PathBuf>;

    /// Keys of stored blobs greater than `after`, ascending, at most `limit`.
    async fn list(&self, after: Option<BlobKey>, limit: usize) -> Result<Vec<BlobKey>, BlobError>;

    /// Takes a damaged blob out of service without deleting it.
    async fn quarantine(&self, key: BlobKey) -> Result<(), BlobError>;
}
