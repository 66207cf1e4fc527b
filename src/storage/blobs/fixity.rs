//! Fixity: do the stored bytes still hash to their name?

use super::{BlobError, BlobStore, Hasher};
use crate::storage::blocking;
use crate::storage::catalog::{AuditOutcome, BlobKey};

/// Bytes read at a time.
const PIECE_BYTES: u64 = 1024 * 1024;

/// Reads a blob to its end and compares its hash with its name. Damaged bytes go into quarantine:
/// out of service, but not deleted. Telling somebody is the caller's, who writes the audit.
///
/// # Errors
/// [`BlobError::Io`] when the device does not let the bytes be judged.
pub async fn check(blobs: &dyn BlobStore, key: BlobKey) -> Result<AuditOutcome, BlobError> {
    // An upload may replace damaged bytes while they are read here: what seems damaged is read
    // once more before it is taken away.
    let mut is_suspect = false;
    loop {
        match hash_of(blobs, key).await {
            Ok(found) if found == key => return Ok(AuditOutcome::Intact),
            Ok(_) if !is_suspect => is_suspect = true,
            Ok(_) => {
                blobs.quarantine(key).await?;
                return Ok(AuditOutcome::Damaged);
            }
            Err(BlobError::Missing(_)) => return Ok(AuditOutcome::Missing),
            Err(error) => return Err(error),
        }
    }
}

async fn hash_of(blobs: &dyn BlobStore, key: BlobKey) -> Result<BlobKey, BlobError> {
    let mut hasher = Hasher::new();
    let mut offset = 0;
    loop {
        let piece = blobs.read(key, offset..offset + PIECE_BYTES).await?;
        if piece.is_empty() {
            return Ok(hasher.finish());
        }
        offset += piece.len() as u64;
        hasher = blocking(move || {
            hasher.update(&piece);
            hasher
        })
        .await;
    }
}
