//! The job that makes the public copy of sound or film.
//!
//! The copy is written and verified before the rendition is committed. A file of which no copy can be
//! made is no failure of the job: the reason is recorded and shown with the file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::edits::{CHUNK_BYTES, Piece, Source};
use super::error::CopyError;
use super::formats::find_edits;
use super::verify;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, ProcessingFailure};
use crate::services::jobs::{Handler, JobFailure, Policy, payload};
use crate::services::media::recipe;
use crate::storage::blobs::{Announced, BlobStore, Staged, Staging};
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, Catalog, ChangeSet, Entry, Job, JobKind, NewJob, ProcessedBlob, ProcessingResult,
    Rendition, Write,
};

/// The kind of job.
const KIND: &str = "make-public-copy";

/// The job to enqueue when sound or film is attached to a work.
pub fn job(asset: AssetId, blob: BlobKey, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: payload::to_text(&Payload { asset, blob }),
        run_at: now,
        unique_key: Some(format!("{asset}/{blob}")),
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    /// The work whose file it is.
    #[serde(with = "payload::as_text")]
    asset: AssetId,
    /// The original.
    #[serde(with = "payload::as_text")]
    blob: BlobKey,
}

/// Makes public copies.
pub struct MakePublicCopies {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    staging: Staging,
}

impl MakePublicCopies {
    /// Reads from and writes to this store.
    pub fn new(catalog: Arc<dyn Catalog>, blobs: Arc<dyn BlobStore>, staging: Staging) -> Self {
        Self {
            catalog,
            blobs,
            staging,
        }
    }

    /// The media type of the file, or `None` when the file or the work was removed in the meantime.
    async fn media_type(&self, asset: AssetId, key: BlobKey) -> Result<Option<String>, JobFailure> {
        let entry = self.catalog.entry(asset).await.map_err(JobFailure::retry)?;
        let Some(Entry::Asset(asset)) = entry else {
            return Ok(None);
        };
        let file = asset.files.into_iter().find(|file| file.sha256 == key);
        Ok(file.map(|file| file.media_type))
    }

    /// The copy; `None` when the original can be delivered as it is.
    async fn copy(&self, original: PathBuf, media_type: &str) -> Result<Option<Staged>, CopyError> {
        let pieces = {
            let (path, media_type) = (original.clone(), media_type.to_owned());
            blocking(move || contained(|| pieces(&path, &media_type))).await?
        };
        let Some(pieces) = pieces else {
            return Ok(None);
        };
        let staged = self.write(&original, pieces).await?;
        let (path, media_type) = (staged.path.clone(), media_type.to_owned());
        let is_clean = blocking(move || {
            contained(|| {
                Ok(find_edits(&path, &media_type)?.is_empty() && !verify::shows_place(&path)?)
            })
        });
        if !is_clean.await? {
            return Err(ProcessingFailure::PlaceRemains.into());
        }
        Ok(Some(staged))
    }

    async fn write(&self, original: &Path, pieces: Vec<Piece>) -> Result<Staged, CopyError> {
        let failed = |error| CopyError::Io(std::io::Error::other(error));
        let mut incoming = self
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

/// A panic on a broken file is a failure of that file.
fn contained<T>(work: impl FnOnce() -> Result<T, CopyError>) -> Result<T, CopyError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ProcessingFailure::Damaged.into()))
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
        let Payload {
            asset,
            blob: original,
        } = payload::parse(job)?;
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(media_type) = self.media_type(asset, original).await? else {
            return Ok(changes);
        };
        let path = self.blobs.local_path(original);
        let path = path.ok_or_else(|| JobFailure::retry("the blob is not on a local disk"))?;
        let processed = |recipe, result| {
            Write::Processed(ProcessedBlob {
                of: original,
                recipe,
                result,
            })
        };
        let staged = match self.copy(path, &media_type).await {
            Ok(Some(staged)) => staged,
            Ok(None) => {
                let result = ProcessingResult::NothingToRemove;
                return Ok(changes.write(processed(recipe::public_copy(), result)));
            }
            Err(CopyError::File(failure)) => {
                tracing::info!(blob = %original, reason = failure.name(), "a file has no public copy");
                let attempt = recipe::attempt(&recipe::public_copy());
                let result = ProcessingResult::Failed(failure);
                return Ok(changes.write(processed(attempt, result)));
            }
            Err(error @ CopyError::Io(_)) => return Err(JobFailure::retry(error)),
        };
        let (blob, size) = (staged.key, staged.size);
        self.blobs.put(staged).await.map_err(JobFailure::retry)?;
        let rendition = Rendition {
            of: original,
            recipe: recipe::public_copy(),
            blob,
            size,
            media_type,
            width_px: None,
            height_px: None,
        };
        Ok(changes.write(Write::Rendition(rendition, asset)))
    }
}
