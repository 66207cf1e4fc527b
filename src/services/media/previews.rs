//! The job that makes previews of an image: 1600, 400 and 200 pixels at the longer side.
//!
//! It renders, puts each copy into the blob store, and only then writes renditions, and with
//! them the hash by which copies of the picture are recognised ([`super::perceptual_hash`]): the
//! image is decoded once for both. The same image gives the same bytes, so a second run stores
//! nothing new. When the way of rendering changes, [`RECIPE_VERSION`] goes up and old copies are
//! told from new ones by their recipe.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::perceptual_hash;
use super::render::{Limits, Preview, RenderError, Shown};
use super::{originals, picture};
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::domain::{PictureHash, Timestamp};
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::storage::blobs::{BlobStore, Staging};
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, Catalog, ChangeSet, Entry, Job, JobKind, NewJob, Rendition, Write,
};

/// The kind of job.
pub const KIND: &str = "render-previews";
/// The sizes, by the longer side in pixels.
pub const SIDES_PX: [u32; 3] = [1600, 400, 200];
/// Goes up when the same image would give other bytes.
pub const RECIPE_VERSION: u32 = 1;

/// The recipe a preview of this size is stored under: `preview-400/1`.
pub fn recipe(side_px: u32) -> String {
    format!("preview-{side_px}/{RECIPE_VERSION}")
}

/// Whether previews can be made of files of this media type.
pub fn can_show(media_type: &str) -> bool {
    picture::format(media_type).is_some()
}

/// The job to enqueue when an image is attached to a work.
pub fn job(asset: AssetId, blob: BlobKey, now: Timestamp) -> NewJob {
    let payload = Payload {
        asset: asset.to_string(),
        blob: blob.to_hex(),
    };
    NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        run_at: now,
        unique_key: Some(format!("{asset}/{blob}")),
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    asset: String,
    blob: String,
}

/// Makes previews.
pub struct RenderPreviews {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    staging: Staging,
    limits: Limits,
}

impl RenderPreviews {
    /// Reads from and writes to this store, within these limits.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        blobs: Arc<dyn BlobStore>,
        staging: Staging,
        limits: Limits,
    ) -> Self {
        Self {
            catalog,
            blobs,
            staging,
            limits,
        }
    }

    /// The media type of the work's file, or nothing if the file or the work is gone meanwhile.
    async fn media_type(&self, asset: AssetId, key: BlobKey) -> Result<Option<String>, JobFailure> {
        let entry = self.catalog.entry(asset).await.map_err(JobFailure::retry)?;
        let Some(Entry::Asset(asset)) = entry else {
            return Ok(None);
        };
        let file = asset.files.into_iter().find(|file| file.sha256 == key);
        Ok(file.map(|file| file.media_type))
    }

    async fn store(&self, of: BlobKey, preview: Preview) -> Result<Rendition, JobFailure> {
        let size = preview.jpeg.len() as u64;
        let staged = self
            .staging
            .stage(preview.jpeg)
            .await
            .map_err(JobFailure::retry)?;
        let blob = staged.key;
        self.blobs.put(staged).await.map_err(JobFailure::retry)?;
        Ok(Rendition {
            of,
            recipe: recipe(preview.wanted_px),
            blob,
            size,
            media_type: "image/jpeg".to_owned(),
            width_px: Some(preview.width_px),
            height_px: Some(preview.height_px),
        })
    }
}

#[async_trait]
impl Handler for RenderPreviews {
    fn kind(&self) -> &str {
        KIND
    }

    /// Two at a time: each may take the memory that its limits allow.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(120),
            concurrency: 2,
            max_attempts: 5,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = serde_json::from_str(&job.payload).map_err(JobFailure::give_up)?;
        let asset: AssetId = payload.asset.parse().map_err(JobFailure::give_up)?;
        let original: BlobKey = payload.blob.parse().map_err(JobFailure::give_up)?;

        let mut changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(media_type) = self.media_type(asset, original).await? else {
            return Ok(changes);
        };
        let limits = self.limits;
        let file = originals::read(&*self.blobs, original, limits.file).await?;
        let (previews, hash) = blocking(move || made(&file, &media_type, limits))
            .await
            .map_err(|error| match error {
                RenderError::Failed(_) => JobFailure::retry(error),
                error => JobFailure::give_up(error),
            })?;

        for preview in previews {
            let rendition = self.store(original, preview).await?;
            changes = changes.write(Write::Rendition(rendition, asset));
        }
        Ok(changes.write(Write::HashedPicture(perceptual_hash::found(original, hash))))
    }
}

/// The previews of an image and its hash, from one decoding.
fn made(
    file: &[u8],
    media_type: &str,
    limits: Limits,
) -> Result<(Vec<Preview>, Option<PictureHash>), RenderError> {
    let shown = Shown::read(file, media_type, SIDES_PX[0], limits)?;
    let hash = perceptual_hash::of_shown(&shown)?;
    Ok((shown.previews(&SIDES_PX)?, hash))
}
