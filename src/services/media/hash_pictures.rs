//! The job that hashes pictures whose hash is not known: all that were taken in before there were
//! hashes or by an earlier recipe, and those whose previews were given up meanwhile.
//!
//! It walks through all works in the order of their ids. Each run does a piece, and commits what
//! it found together with the next run, which goes on where it stopped: a crash costs one
//! piece. At the end it waits for a month and begins again. Pictures that cannot be decoded are
//! passed over.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::perceptual_hash::{self, RECIPE};
use super::render::{Limits, RenderError};
use super::{originals, previews};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::storage::blobs::BlobStore;
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, Catalog, CatalogError, ChangeSet, Entry, HashedPicture, Job, JobKind, NewJob, Write,
};

/// The kind of job.
pub const KIND: &str = "hash-pictures";
/// Works read at a time.
const PAGE: usize = 200;
/// A run ends behind the work at which it has hashed so many pictures ...
const PICTURES_IN_RUN: usize = 100;
/// ... or looked at so many works.
const WORKS_IN_RUN: usize = 10_000;
/// From the end of the works to the next beginning.
const AGAIN_AFTER_SECONDS: i64 = 30 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct Payload {
    recipe: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// A run that begins behind this work.
fn run_after(after: Option<AssetId>, run_at: Timestamp) -> NewJob {
    let payload = Payload {
        recipe: RECIPE.to_owned(),
        after: after.map(|id| id.to_string()),
    };
    NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        run_at,
        unique_key: Some(RECIPE.to_owned()),
    }
}

/// What one run does.
#[derive(Default)]
struct Piece {
    /// The last work it has done.
    after: Option<AssetId>,
    works: usize,
    /// Pictures looked at, those passed over included.
    pictures: usize,
    found: Vec<HashedPicture>,
    /// No work stands behind it.
    is_last: bool,
}

/// Hashes what is not hashed.
pub struct HashPictures {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    limits: Limits,
}

impl HashPictures {
    /// Reads from this store, within these limits.
    pub fn new(catalog: Arc<dyn Catalog>, blobs: Arc<dyn BlobStore>, limits: Limits) -> Self {
        Self {
            catalog,
            blobs,
            limits,
        }
    }

    /// Enqueues the first run unless one of this recipe waits. To be called at every start.
    ///
    /// # Errors
    /// Those of the catalogue's commit.
    pub async fn ensure(catalog: &dyn Catalog, now: Timestamp) -> Result<(), CatalogError> {
        let changes = ChangeSet::by(&Actor::System, now).job(run_after(None, now));
        catalog.commit(changes).await.map(drop)
    }

    /// Goes on through the works until the piece is large enough.
    async fn walk(&self, piece: &mut Piece) -> Result<(), JobFailure> {
        while piece.works < WORKS_IN_RUN {
            let page = self.catalog.list(piece.after, PAGE).await;
            let page = page.map_err(JobFailure::retry)?;
            if page.is_empty() {
                piece.is_last = true;
                return Ok(());
            }
            let mut unknown = self.unknown(&page).await?;
            for entry in &page {
                for file in alive(entry).into_iter().flat_map(|work| &work.files) {
                    if let Some(media_type) = unknown.remove(&file.sha256) {
                        piece.pictures += 1;
                        piece
                            .found
                            .extend(self.look_at(file.sha256, media_type).await?);
                    }
                }
                piece.works += 1;
                piece.after = Some(entry.id());
                if piece.pictures >= PICTURES_IN_RUN {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The pictures of these works whose hash is not known, with their media types.
    async fn unknown(&self, works: &[Entry]) -> Result<HashMap<BlobKey, String>, JobFailure> {
        let files = works.iter().filter_map(alive).flat_map(|work| &work.files);
        let mut unknown: HashMap<BlobKey, String> = files
            .filter(|file| previews::can_show(&file.media_type))
            .map(|file| (file.sha256, file.media_type.clone()))
            .collect();
        let keys: Vec<BlobKey> = unknown.keys().copied().collect();
        let records = self.catalog.blob_records(&keys).await;
        for record in records.map_err(JobFailure::retry)?.into_iter().flatten() {
            if record.picture.is_some_and(|known| known.recipe == RECIPE) {
                unknown.remove(&record.key);
            }
        }
        Ok(unknown)
    }

    /// What the picture in a blob looks like; none when it cannot be decoded.
    async fn look_at(
        &self,
        blob: BlobKey,
        media_type: String,
    ) -> Result<Option<HashedPicture>, JobFailure> {
        let limits = self.limits;
        let file = match originals::read(&*self.blobs, blob, limits.file).await {
            Ok(file) => file,
            Err(JobFailure::GiveUp(_)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let look = move || {
            // A decoder that panics on a broken file must not keep the others from being hashed.
            let look = || perceptual_hash::of_file(&file, &media_type, limits);
            catch_unwind(AssertUnwindSafe(look))
                .unwrap_or_else(|_| Err(RenderError::Broken("its decoder gave up on it".into())))
        };
        match blocking(look).await {
            Ok(hash) => Ok(Some(perceptual_hash::found(blob, hash))),
            Err(error @ RenderError::Failed(_)) => Err(JobFailure::retry(error)),
            Err(error) => {
                tracing::info!(%blob, error = &error as &dyn std::error::Error, "a picture was passed over");
                Ok(None)
            }
        }
    }
}

fn alive(entry: &Entry) -> Option<&Asset> {
    match entry {
        Entry::Asset(asset) => Some(asset),
        Entry::Tombstone(_) => None,
    }
}

#[async_trait]
impl Handler for HashPictures {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(60 * 60),
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(Duration::from_secs(AGAIN_AFTER_SECONDS.unsigned_abs()))
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = serde_json::from_str(&job.payload).map_err(JobFailure::give_up)?;
        let mut changes = ChangeSet::by(&Actor::System, clock.now());
        if payload.recipe != RECIPE {
            // Left by another version of the archive; that of this one has its own run.
            return Ok(changes);
        }
        let after = payload.after.as_deref().map(str::parse).transpose();
        let mut piece = Piece {
            after: after.map_err(JobFailure::give_up)?,
            ..Piece::default()
        };
        self.walk(&mut piece).await?;
        for picture in piece.found {
            changes = changes.write(Write::HashedPicture(picture));
        }
        Ok(changes.job(if piece.is_last {
            run_after(None, clock.now().plus_seconds(AGAIN_AFTER_SECONDS))
        } else {
            run_after(piece.after, clock.now())
        }))
    }
}
