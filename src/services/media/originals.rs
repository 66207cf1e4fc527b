//! Reads a stored original into memory, for jobs that decode it.

use crate::services::jobs::JobFailure;
use crate::storage::blobs::{BlobError, BlobStore};
use crate::storage::blocking;
use crate::storage::catalog::BlobKey;

/// Pieces in which a blob is read from a store that is not local.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// All bytes of a blob; `None` when they are more than `max_bytes`.
///
/// # Errors
/// [`JobFailure::GiveUp`] when it is missing, [`JobFailure::Retry`] when the store fails.
pub(super) async fn read(
    blobs: &dyn BlobStore,
    key: BlobKey,
    max_bytes: u64,
) -> Result<Option<Vec<u8>>, JobFailure> {
    let lost = |error| match error {
        BlobError::Missing(_) => JobFailure::give_up(error),
        error => JobFailure::retry(error),
    };
    let size = blobs.size(key).await.map_err(lost)?;
    if size > max_bytes {
        return Ok(None);
    }
    if let Some(path) = blobs.local_path(key) {
        let file = blocking(move || std::fs::read(path)).await;
        return file.map(Some).map_err(JobFailure::retry);
    }
    let mut file = Vec::new();
    while (file.len() as u64) < size {
        let at = file.len() as u64;
        let piece = blobs.read(key, at..at + PIECE_BYTES).await.map_err(lost)?;
        if piece.is_empty() {
            return Err(JobFailure::retry("the blob ended before its length"));
        }
        file.extend_from_slice(&piece);
    }
    Ok(Some(file))
}
