//! The states of files: whether the public copy of each has been made.

use std::time::Duration;

use super::WorkAccess;
use crate::domain::asset::{Asset, File, ProcessingStates};
use crate::services::media::public_copy;
use crate::storage::catalog::{BlobKey, CatalogError, Rendition};

/// How long a publication waits for copies: long enough for photos and for films of some gigabytes, also
/// on an old machine that has other work.
const LONGEST_WAIT: Duration = Duration::from_secs(45);

impl WorkAccess {
    /// The states of the files of a work.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn processing(&self, asset: &Asset) -> Result<ProcessingStates, CatalogError> {
        let files = asset.files.iter();
        let files: Vec<&File> = files
            .filter(|file| public_copy::is_required(&file.media_type))
            .collect();
        if files.is_empty() {
            return Ok(ProcessingStates::default());
        }
        let keys: Vec<BlobKey> = files.iter().map(|file| file.sha256).collect();
        let records = self.catalog.blob_records(&keys).await?;
        let renditions = self.catalog.renditions(&keys).await?;
        let of_file = |((file, record), renditions): ((&File, _), Vec<Rendition>)| {
            let state = public_copy::state(file, Option::as_ref(&record), &renditions);
            (file.sha256, state)
        };
        let files = files.into_iter().zip(records).zip(renditions);
        Ok(files.map(of_file).collect())
    }

    /// The states of the files once no copy is being made any more, or after [`LONGEST_WAIT`].
    pub(in crate::services) async fn settled_processing(
        &self,
        asset: &Asset,
    ) -> Result<ProcessingStates, CatalogError> {
        let mut events = self.catalog.watch_events();
        let deadline = tokio::time::Instant::now() + LONGEST_WAIT;
        loop {
            events.mark_unchanged();
            let states = self.processing(asset).await?;
            if !states.is_any_working() {
                return Ok(states);
            }
            // Every copy that is finished appends an event.
            match tokio::time::timeout_at(deadline, events.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Ok(states),
            }
        }
    }
}
