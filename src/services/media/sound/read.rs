//! Reads the stored report of a recording.

use super::report::SoundReport;
use crate::services::jobs::JobFailure;
use crate::services::media::originals;
use crate::services::media::recipe::{self, Purpose};
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::Rendition;

/// A report is much shorter.
const MAX_BYTES: u64 = 1 << 20;

/// The report among the renditions of a recording; `None` when there is none, or its bytes are lost.
///
/// # Errors
/// The store fails.
pub(in crate::services::media) async fn read_report(
    blobs: &dyn BlobStore,
    renditions: &[Rendition],
) -> Result<Option<SoundReport>, JobFailure> {
    let is_report = |made: &&Rendition| recipe::serves(&made.recipe, Purpose::SoundReport, None);
    let Some(report) = renditions.iter().find(is_report) else {
        return Ok(None);
    };
    match originals::read(blobs, report.blob, MAX_BYTES).await {
        Ok(Some(bytes)) => Ok(serde_json::from_slice(&bytes).ok()),
        Ok(None) | Err(JobFailure::GiveUp(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}
