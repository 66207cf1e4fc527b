//! Bytes under their SHA-256: written once, never modified, verifiable at any time.
//!
//! Bytes arrive in [`Staging`], hashed and counted on the way, or in [`PartialFiles`] when they come in parts over hours, and are then put into a
//! [`BlobStore`]; [`LocalBlobs`] is the one on a local disk. [`fixity`] reads them back and
//! compares; [`sweep`] takes away what no work refers to any more. Which blobs are referred
//! to, only the catalogue knows.

mod entries;
pub mod fixity;
mod folder;
mod hash;
mod incoming;
mod local;
mod partial;
mod pipeline;
mod replace;
mod staging;
pub mod sweep;
mod volume;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use async_trait::async_trait;

pub use hash::{DigestAlgorithm, Hasher};
pub use incoming::Incoming;
pub use local::LocalBlobs;
pub use partial::{Appending, Arrived, PartialFiles};
pub use staging::{Announced, Staging, StagingError};

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
    _guard: Discarded,
}

/// The beginning of some bytes, as long as [`Staged::head`].
fn head_of(bytes: &[u8]) -> Vec<u8> {
    const HEAD_BYTES: usize = 8 * 1024;
    bytes[..bytes.len().min(HEAD_BYTES)].to_vec()
}

/// Deletes a staged file when dropped.
#[derive(Debug)]
struct Discarded(PathBuf);

impl Discarded {
    fn when_dropped(path: PathBuf) -> Self {
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Discarded {
    fn drop(&mut self) {
        let path = std::mem::take(&mut self.0);
        let delete = move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a staged file could not be deleted; it will be in a day");
            }
            _ => {}
        };
        // Deleting a long file takes a while, too long for an async thread.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(delete)),
            Err(_) => delete(),
        }
    }
}

/// Why the blob store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There are no such bytes.
    #[error("no such blob: {0}")]
    Missing(BlobKey),
    /// Received bytes changed between their hashing and their storing; what was stored before
    /// is untouched.
    #[error("the received bytes no longer hash to {0}")]
    Mismatch(BlobKey),
    /// Files cannot be linked from one folder of the store to another.
    #[error(
        "files cannot be linked from {} to {}: both must be on one file system that has hard links",
        from.display(), to.display()
    )]
    Apart {
        /// Where files arrive.
        from: PathBuf,
        /// Where they are kept.
        to: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// No space left; nothing was kept.
    #[error("the storage is full")]
    Full(#[source] io::Error),
    /// The device failed.
    #[error("the blob store cannot be read or written")]
    Io(#[source] io::Error),
}

impl BlobError {
    /// Tells a full device from a failed one.
    pub(crate) fn from_io(error: io::Error) -> Self {
        if Self::tells_full(&error) {
            Self::Full(error)
        } else {
            Self::Io(error)
        }
    }

    /// `ENOSPC`, `EDQUOT`, `EFBIG`: no more bytes fit on the device, in the quota, in the file.
    fn tells_full(error: &io::Error) -> bool {
        matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    }
}

/// What a put did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The bytes were new.
    Stored,
    /// The same bytes were there already.
    Existed,
    /// Damaged bytes were there; they are in quarantine now, and these in their place.
    Healed,
}

/// The blob store port.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Stores staged bytes under their hash unless they are there. Damaged bytes in their place
    /// are set aside as by [`BlobStore::quarantine`]. Durable when it returns: file, directory
    /// entry and new parents are fsynced.
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

    /// Takes a damaged blob out of service without deleting it, nor what was taken out before.
    async fn quarantine(&self, key: BlobKey) -> Result<(), BlobError>;
}
