//! The job that makes the public copy of sound or film.
//!
//! The copy is written and verified before the rendition is committed. A file of which no copy can be
//! made is no failure of the job: the reason is recorded and shown with the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::edits::{CHUNK_BYTES, Piece, Source};
use super::error::CopyError;
use super::formats::find_edits;
use super::verify;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, ProcessingFailure};
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::services::media::file_job::RenditionStore;
use crate::services::media::file_job::{self, JobFile, contain};
use crate::services::media::recipe;
use crate::storage::blobs::{Announced, Staged};
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, ChangeSet, Job, NewJob, ProcessedBlob, ProcessingResult, Works, Write,
};

/// The kind of job.
const KIND: &str = "make-public-copy";

/// The job to enqueue when sound or film is attached to a work.
pub fn job(asset: AssetId, blob: BlobKey, now: Timestamp) -> NewJob {
    file_job::new(KIND, asset, blob, None, now)
}

/// Makes public copies.
pub struct MakePublicCopies {
    works: Arc<dyn Works>,
    store: RenditionStore,
}

impl MakePublicCopies {
    /// Reads from and writes to this store.
    pub fn new(works: Arc<dyn Works>, store: RenditionStore) -> Self {
        Self { works, store }
    }

    /// The copy; `None` when the original can be delivered as it is.
    async fn copy(&self, original: PathBuf, media_type: &str) -> Result<Option<Staged>, CopyError> {
        let pieces = {
            let (path, media_type) = (original.clone(), media_type.to_owned());
            blocking(move || contain(|| pieces(&path, &media_type), damaged)).await?
        };
        let Some(pieces) = pieces else {
            return Ok(None);
        };
        let staged = self.write(&original, pieces).await?;
        let (path, media_type) = (staged.path.clone(), media_type.to_owned());
        let is_clean = blocking(move || {
            let is_clean =
                || Ok(find_edits(&path, &media_type)?.is_empty() && !verify::shows_place(&path)?);
            contain(is_clean, damaged)
        });
        if !is_clean.await? {
            return Err(ProcessingFailure::PlaceRemains.into());
        }
        Ok(Some(staged))
    }

    async fn write(&self, original: &Path, pieces: Vec<Piece>) -> Result<Staged, CopyError> {
        let failed = |error| CopyError::Io(std::io::Error::other(error));
        let mut incoming = self
            .store
            .staging
            .begin(Announced::default(), u64::MAX)
            .map_err(failed)?;
        let source = Arc::new(Source::open(original)?);
        for piece in pieces {
            match piece {
                Piece::New(bytes) => incoming.write(&bytes).await.map_err(failed)?,
                Piece::Zeros(mut length) => {
                    while length > 0 {
                        let part = usize::try_from(length)
                            .unwrap_or(usize::MAX)
                            .min(CHUNK_BYTES);
                        incoming.write(&vec![0; part]).await.map_err(failed)?;
                        length -= part as u64;
                    }
                }
                Piece::Original(range) => {
                    let mut at = range.start;
                    while at < range.end {
                        let rest = usize::try_from(range.end - at).unwrap_or(usize::MAX);
                        let source = Arc::clone(&source);
                        let bytes =
                            blocking(move || source.read(at, rest.min(CHUNK_BYTES))).await?;
                        at += bytes.len() as u64;
                        incoming.write(&bytes).await.map_err(failed)?;
                    }
                }
            }
        }
        incoming.finish().await.map_err(failed)
    }
}

/// The pieces of the copy; `None` when it would be the original.
fn pieces(path: &Path, media_type: &str) -> Result<Option<Vec<Piece>>, CopyError> {
    let edits = find_edits(path, media_type)?;
    if !edits.is_empty() {
        let length = std::fs::metadata(path)?.len();
        return Ok(Some(edits.pieces(length)));
    }
    if verify::shows_place(path)? {
        return Err(ProcessingFailure::PlaceRemains.into());
    }
    Ok(None)
}

fn damaged() -> CopyError {
    ProcessingFailure::Damaged.into()
}

#[async_trait]
impl Handler for MakePublicCopies {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(2 * 60 * 60),
            concurrency: 2,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(JobFile { asset, file, .. }) = file_job::file(&*self.works, job).await? else {
            return Ok(changes);
        };
        let (original, media_type) = (file.sha256, file.media_type);
        let path = self.store.path(original)?;
        let staged = match self.copy(path, &media_type).await {
            Ok(Some(staged)) => staged,
            Ok(None) => {
                return Ok(changes.write(Write::Processed(ProcessedBlob {
                    of: original,
                    recipe: recipe::public_copy(),
                    result: ProcessingResult::NothingToRemove,
                })));
            }
            Err(CopyError::File(failure)) => {
                tracing::info!(blob = %original, reason = failure.name(), "a file has no public copy");
                let result = ProcessingResult::Failed(failure);
                let failed = file_job::attempted(original, &recipe::public_copy(), result);
                return Ok(changes.write(failed));
            }
            Err(error @ CopyError::Io(_)) => return Err(JobFailure::retry(error)),
        };
        let place = (recipe::public_copy(), media_type.as_str());
        let rendition = self.store.put_staged(original, place, staged).await?;
        Ok(changes.write(Write::Rendition(rendition, asset)))
    }
}
