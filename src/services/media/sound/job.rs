//! The job that measures the sound of a recording and draws its waveform.
//!
//! Report, waveform and picture are stored first, then committed together as renditions. A file that cannot be measured
//! has a report that says why.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::error::SoundError;
use super::measure::measure;
use super::report::{Measurement, Outcome, SoundReport};
use super::source::StopSign;
use super::waveform::Waveform;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::domain::sound::SoundFailure;
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::services::media::file_job::{self, JobFile, contain};
use crate::services::media::recipe;
use crate::storage::blobs::{BlobStore, Staging};
use crate::storage::blocking;
use crate::storage::catalog::{BlobKey, ChangeSet, Job, NewJob, Rendition, Works, Write};

/// The kind of job.
const KIND: &str = "measure-sound";

/// Whether files of this type are recordings of sound.
pub fn can_measure(media_type: &str) -> bool {
    media_type.starts_with("audio/") || media_type == "application/ogg"
}

/// The job to enqueue when a recording is attached to a work.
pub fn job(asset: AssetId, blob: BlobKey, now: Timestamp) -> NewJob {
    file_job::new(KIND, asset, blob, None, now)
}

/// Measures recordings.
pub struct MeasureSound {
    works: Arc<dyn Works>,
    blobs: Arc<dyn BlobStore>,
    staging: Staging,
}

impl MeasureSound {
    /// Reads from and writes to this store.
    pub fn new(works: Arc<dyn Works>, blobs: Arc<dyn BlobStore>, staging: Staging) -> Self {
        Self {
            works,
            blobs,
            staging,
        }
    }

    async fn store(
        &self,
        of: BlobKey,
        (recipe, media_type): (&str, &str),
        bytes: Vec<u8>,
    ) -> Result<Rendition, JobFailure> {
        let size = bytes.len() as u64;
        let staged = self.staging.stage(bytes).await.map_err(JobFailure::retry)?;
        let blob = staged.key;
        self.blobs.put(staged).await.map_err(JobFailure::retry)?;
        Ok(Rendition {
            of,
            recipe: recipe.to_owned(),
            blob,
            size,
            media_type: media_type.to_owned(),
            width_px: None,
            height_px: None,
        })
    }
}

/// Measures on the blocking pool; stops when the job is dropped.
async fn measured(path: PathBuf) -> Result<(Measurement, Waveform), SoundError> {
    let sign = StopSign::default();
    let _stop = sign.when_dropped();
    let damaged = || SoundFailure::Damaged.into();
    blocking(move || contain(|| measure(&path, sign), damaged)).await
}

#[async_trait]
impl Handler for MeasureSound {
    fn kind(&self) -> &str {
        KIND
    }

    /// One at a time: ten hours of sound take minutes of a processor.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(2 * 60 * 60),
            max_attempts: 5,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(JobFile { asset, file }) = file_job::file(&*self.works, job).await? else {
            return Ok(changes);
        };
        let of = file.sha256;
        let path = self.blobs.local_path(of);
        let path = path.ok_or_else(|| JobFailure::retry("the blob is not on a local disk"))?;
        let (outcome, waveform) = match measured(path).await {
            Ok((measurement, waveform)) => (Outcome::Measured(measurement), Some(waveform)),
            Err(SoundError::File(failure)) => {
                tracing::info!(blob = %of, reason = failure.name(), "a sound was not measured");
                (Outcome::Failed(failure), None)
            }
            Err(error @ (SoundError::Io(_) | SoundError::Stopped)) => {
                return Err(JobFailure::retry(error));
            }
        };
        let report = SoundReport {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            outcome,
        };
        let mut made = vec![(
            (recipe::SOUND_REPORT, "application/json"),
            serde_json::to_vec(&report).map_err(JobFailure::give_up)?,
        )];
        if let Some(waveform) = waveform {
            let picture = (recipe::WAVEFORM_PICTURE, "image/svg+xml");
            made.push((picture, waveform.to_svg()));
            made.push(((recipe::WAVEFORM, "application/json"), waveform.to_json()));
        }
        let mut changes = changes;
        for (kind, bytes) in made {
            let rendition = self.store(of, kind, bytes).await?;
            changes = changes.write(Write::Rendition(rendition, asset));
        }
        Ok(changes)
    }
}
