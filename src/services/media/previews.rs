//! The job that renders previews of an image: 1600, 400 and 200 pixels at the longer side.
//!
//! It renders the copies, puts each into the blob store, and only then writes the renditions, together
//! with the perceptual hash of the picture ([`super::perceptual_hash`]): the image is decoded once for
//! both. The same image gives the same bytes, so a second run stores nothing new. When rendering
//! changes, [`recipe::PREVIEW_VERSION`] is incremented and the recipe tells old copies from new ones.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::file_job::RenditionStore;
use super::file_job::{self, JobFile, contain};
use super::perceptual_hash;
use super::recipe::{self, PREVIEW_SIDES_PX};
use super::render::{DisplayImage, Limits, Preview, RenderError};
use super::{originals, picture};
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, File, RedactionId, Region};
use crate::domain::{PictureHash, Timestamp};
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, ChangeSet, Job, NewJob, ProcessingResult, Rendition, Works, Write,
};
use crate::telemetry::error_chain;

/// The kind of job.
pub const KIND: &str = "render-previews";

/// Whether previews can be rendered from files of this media type.
pub fn can_render(media_type: &str) -> bool {
    picture::format(media_type).is_some()
}

/// The job to enqueue when an image is attached to a work, and when other regions of it are redacted.
pub fn job(asset: AssetId, file: &File, now: Timestamp) -> NewJob {
    // A run reads the regions at its beginning: other regions are another job.
    let redaction = file.redaction().map(RedactionId::to_hex);
    file_job::new(KIND, asset, file.sha256, redaction.as_deref(), now)
}

/// Renders previews.
pub struct RenderPreviews {
    works: Arc<dyn Works>,
    store: RenditionStore,
    limits: Limits,
}

impl RenderPreviews {
    /// Reads from and writes to this store, within these limits.
    pub fn new(works: Arc<dyn Works>, store: RenditionStore, limits: Limits) -> Self {
        Self {
            works,
            store,
            limits,
        }
    }

    async fn store(&self, of: &File, preview: Preview) -> Result<Rendition, JobFailure> {
        let recipe = recipe::preview(preview.requested_px, of.redaction());
        let stored = self
            .store
            .put(of.sha256, (recipe, "image/jpeg"), preview.jpeg);
        Ok(Rendition {
            width_px: Some(preview.width_px),
            height_px: Some(preview.height_px),
            ..stored.await?
        })
    }
}

#[async_trait]
impl Handler for RenderPreviews {
    fn kind(&self) -> &str {
        KIND
    }

    /// Two at a time: each may use the memory that its limits allow.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(120),
            concurrency: 2,
            max_attempts: 5,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let mut changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(JobFile { asset, file, .. }) = file_job::file(&*self.works, job).await? else {
            return Ok(changes);
        };
        let original = file.sha256;
        let limits = self.limits;
        let (media_type, redacted) = (file.media_type.clone(), file.redacted.clone());
        let bytes = originals::read(&*self.store.blobs, original, limits.file).await?;
        let rendered = match bytes {
            Some(bytes) => {
                blocking(move || {
                    contain(
                        || rendered(&bytes, &media_type, &redacted, limits),
                        RenderError::panicked,
                    )
                })
                .await
            }
            None => Err(RenderError::TooLarge),
        };
        let (previews, hash) = match rendered {
            Ok(rendered) => rendered,
            Err(error) => return Ok(changes.write(failed(original, error)?)),
        };

        for preview in previews {
            let rendition = self.store(&file, preview).await?;
            changes = changes.write(Write::Rendition(rendition, asset));
        }
        Ok(changes.write(Write::HashedPicture(perceptual_hash::record(
            original, hash,
        ))))
    }
}

/// An image that cannot be rendered is no failure of the job: the reason is recorded with the file.
fn failed(of: BlobKey, error: RenderError) -> Result<Write, JobFailure> {
    let Some(failure) = error.failure() else {
        return Err(JobFailure::retry(error));
    };
    let error = error_chain(&error);
    tracing::info!(blob = %of, error, "an image has no public copy");
    let recipe = recipe::preview(PREVIEW_SIDES_PX[0], None);
    let result = ProcessingResult::Failed(failure);
    Ok(file_job::attempted(of, &recipe, result))
}

/// Decodes an image once for its previews and its perceptual hash.
fn rendered(
    file: &[u8],
    media_type: &str,
    redacted: &[Region],
    limits: Limits,
) -> Result<(Vec<Preview>, Option<PictureHash>), RenderError> {
    let mut image = DisplayImage::read(file, media_type, PREVIEW_SIDES_PX[0], limits)?;
    let hash = perceptual_hash::of_image(&image)?;
    image.redact(redacted);
    Ok((image.previews(&PREVIEW_SIDES_PX)?, hash))
}
