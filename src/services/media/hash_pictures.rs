//! The job that hashes pictures without a hash of the current recipe: those attached before hashes
//! existed or under an earlier recipe, and those whose preview job was given up.
//!
//! It visits all works in the order of their ids. Each run handles a limited number and commits its
//! hashes together with the next run, which continues after the last visited work: a crash repeats one
//! run. After the last work it starts again in a month. Pictures that cannot be decoded are skipped.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::file_job::contain;
use super::perceptual_hash::{self, RECIPE};
use super::render::{Limits, RenderError};
use super::{originals, previews};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::jobs::{Handler, JobFailure, Policy, payload};
use crate::storage::blobs::BlobStore;
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, CatalogError, ChangeSet, Commits, Entry, HashedPicture, Job, JobKind, NewJob,
    WorkReader, Write,
};
use crate::telemetry::error_chain;

/// The kind of job.
pub const KIND: &str = "hash-pictures";
/// Works read at a time.
const PAGE: usize = 200;
/// A run ends after the work at which it has seen this many pictures ...
const PICTURES_IN_RUN: usize = 100;
/// ... or visited this many works.
const WORKS_IN_RUN: usize = 10_000;
/// The pause between two visits of all works.
const PAUSE_SECONDS: i64 = 30 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct Payload {
    recipe: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// A run that begins after this work.
fn run_after(after: Option<AssetId>, run_at: Timestamp) -> NewJob {
    let payload = Payload {
        recipe: RECIPE.to_owned(),
        after: after.map(|id| id.to_string()),
    };
    NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: payload::to_text(&payload),
        run_at,
        unique_key: Some(RECIPE.to_owned()),
    }
}

/// The progress of one run.
#[derive(Default)]
struct Progress {
    /// The last visited work.
    after: Option<AssetId>,
    works: usize,
    /// Pictures seen, skipped ones included.
    pictures: usize,
    hashes: Vec<HashedPicture>,
    /// There are no more works.
    is_last: bool,
}

/// Hashes pictures without a hash.
pub struct HashPictures {
    catalog: Arc<dyn WorkReader>,
    blobs: Arc<dyn BlobStore>,
    limits: Limits,
}

impl HashPictures {
    /// Reads from this store, within these limits.
    pub fn new(catalog: Arc<dyn WorkReader>, blobs: Arc<dyn BlobStore>, limits: Limits) -> Self {
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
    pub async fn ensure(catalog: &dyn Commits, now: Timestamp) -> Result<(), CatalogError> {
        let changes = ChangeSet::by(&Actor::System, now).job(run_after(None, now));
        catalog.commit(changes).await.map(drop)
    }

    /// Visits works until the run is long enough.
    async fn visit(&self, progress: &mut Progress) -> Result<(), JobFailure> {
        while progress.works < WORKS_IN_RUN {
            let page = self
                .catalog
                .list(progress.after, PAGE)
                .await
                .map_err(JobFailure::retry)?;
            if page.is_empty() {
                progress.is_last = true;
                return Ok(());
            }
            let mut unhashed = self.unhashed(&page).await?;
            for entry in &page {
                for file in live_asset(entry).into_iter().flat_map(|work| &work.files) {
                    if let Some(media_type) = unhashed.remove(&file.sha256) {
                        progress.pictures += 1;
                        progress
                            .hashes
                            .extend(self.hash(file.sha256, media_type).await?);
                    }
                }
                progress.works += 1;
                progress.after = Some(entry.id());
                if progress.pictures >= PICTURES_IN_RUN {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The pictures of these works without a hash of the current recipe, with their media types.
    async fn unhashed(&self, works: &[Entry]) -> Result<HashMap<BlobKey, String>, JobFailure> {
        let files = works
            .iter()
            .filter_map(live_asset)
            .flat_map(|work| &work.files);
        let mut unhashed: HashMap<BlobKey, String> = files
            .filter(|file| previews::can_render(&file.media_type))
            .map(|file| (file.sha256, file.media_type.clone()))
            .collect();
        let keys: Vec<BlobKey> = unhashed.keys().copied().collect();
        let records = self.catalog.blob_records(&keys).await;
        for record in records.map_err(JobFailure::retry)?.into_iter().flatten() {
            if record
                .picture
                .is_some_and(|picture| picture.recipe == RECIPE)
            {
                unhashed.remove(&record.key);
            }
        }
        Ok(unhashed)
    }

    /// The hash of the picture in a blob; `None` when it cannot be decoded.
    async fn hash(
        &self,
        blob: BlobKey,
        media_type: String,
    ) -> Result<Option<HashedPicture>, JobFailure> {
        let limits = self.limits;
        let file = match originals::read(&*self.blobs, blob, limits.file).await {
            Ok(Some(file)) => file,
            Ok(None) | Err(JobFailure::GiveUp(_)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let hash = move || {
            contain(
                || perceptual_hash::of_file(&file, &media_type, limits),
                RenderError::panicked,
            )
        };
        match blocking(hash).await {
            Ok(hash) => Ok(Some(perceptual_hash::record(blob, hash))),
            Err(error @ RenderError::Failed(_)) => Err(JobFailure::retry(error)),
            Err(error) => {
                tracing::info!(%blob, error = error_chain(&error), "a picture was skipped");
                Ok(None)
            }
        }
    }
}

fn live_asset(entry: &Entry) -> Option<&Asset> {
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
        Some(Duration::from_secs(PAUSE_SECONDS.unsigned_abs()))
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = payload::parse(job)?;
        let mut changes = ChangeSet::by(&Actor::System, clock.now());
        if payload.recipe != RECIPE {
            // Enqueued by another version of the archive; this version has its own run.
            return Ok(changes);
        }
        let after = payload.after.as_deref().map(str::parse).transpose();
        let mut progress = Progress {
            after: after.map_err(JobFailure::give_up)?,
            ..Progress::default()
        };
        self.visit(&mut progress).await?;
        for picture in progress.hashes {
            changes = changes.write(Write::HashedPicture(picture));
        }
        Ok(changes.job(if progress.is_last {
            run_after(None, clock.now().plus_seconds(PAUSE_SECONDS))
        } else {
            run_after(progress.after, clock.now())
        }))
    }
}
