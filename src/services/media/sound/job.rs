//! The job that measures the sound of a recording and draws its waveform.
//!
//! Report, waveform and picture are stored first, then committed together as renditions. A file that cannot be measured
//! has a report that says why.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::error::SoundError;
use super::ffmpeg;
use super::measure::{measure, measure_file};
use super::report::{Measurement, Outcome, SoundReport};
use super::waveform::Waveform;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::domain::sound::SoundFailure;
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::services::media::file_job::RenditionStore;
use crate::services::media::file_job::{self, JobFile, contain};
use crate::services::media::recipe;
use crate::services::media::stop_sign::StopSign;
use crate::services::programs::{Program, Programs};
use crate::storage::blocking;
use crate::storage::catalog::{BlobKey, ChangeSet, Job, NewJob, Works, Write};

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

/// The jobs that follow when a recording was measured.
pub type FollowUp = Arc<dyn Fn(AssetId, BlobKey, Timestamp) -> Vec<NewJob> + Send + Sync>;

/// Measures recordings.
pub struct MeasureSound {
    works: Arc<dyn Works>,
    store: RenditionStore,
    programs: Programs,
    follow_up: FollowUp,
}

impl MeasureSound {
    /// Reads from and writes to this store. `programs` decode what is not read in process.
    pub fn new(
        works: Arc<dyn Works>,
        store: RenditionStore,
        programs: Programs,
        follow_up: FollowUp,
    ) -> Self {
        Self {
            works,
            store,
            programs,
            follow_up,
        }
    }

    /// What was measured; `None` while the program that could decode the recording is not installed.
    async fn measured(&self, path: PathBuf) -> Result<Option<Measured>, JobFailure> {
        let result = match measured(Input::Path(path.clone())).await {
            Err(SoundError::File(SoundFailure::Unsupported)) => {
                let decoded = match ffmpeg::decode(&self.programs, &path).await {
                    Ok(decoded) => decoded,
                    Err(error) if error.needs_installation() => return Ok(None),
                    Err(error) if error.is_caused_by_input() => {
                        return Ok(Some(Err(SoundFailure::Unsupported)));
                    }
                    Err(error) => return Err(JobFailure::retry(error)),
                };
                let file = decoded.file.try_clone().map_err(JobFailure::retry)?;
                measured(Input::File(file)).await
            }
            result => result,
        };
        match result {
            Ok(measured) => Ok(Some(Ok(measured))),
            Err(SoundError::File(failure)) => Ok(Some(Err(failure))),
            Err(error @ (SoundError::Io(_) | SoundError::Stopped)) => Err(JobFailure::retry(error)),
        }
    }
}

/// What is measured.
enum Input {
    Path(PathBuf),
    File(File),
}

/// What measuring a file came to.
type Measured = Result<(Measurement, Waveform), SoundFailure>;

/// Measures on the blocking pool; stops when the job is dropped.
async fn measured(input: Input) -> Result<(Measurement, Waveform), SoundError> {
    let sign = StopSign::default();
    let _stop = sign.when_dropped();
    let damaged = || SoundFailure::Damaged.into();
    let measure = move || match input {
        Input::Path(path) => measure(&path, sign),
        Input::File(file) => measure_file(file, sign),
    };
    blocking(move || contain(measure, damaged)).await
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
        let Some(JobFile { asset, file, .. }) = file_job::file(&*self.works, job).await? else {
            return Ok(changes);
        };
        let of = file.sha256;
        let path = self.store.path(of)?;
        let (outcome, waveform) = match self.measured(path).await? {
            Some(Ok((measurement, waveform))) => (Outcome::Measured(measurement), Some(waveform)),
            Some(Err(failure)) => {
                tracing::info!(blob = %of, reason = failure.name(), "a sound was not measured");
                (Outcome::Failed(failure), None)
            }
            None => {
                let program = Program::Ffmpeg.name();
                tracing::warn!(blob = %of, program, "a sound waits for a program to be measured");
                return Ok(changes);
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
        if matches!(report.outcome, Outcome::Measured(_)) {
            let jobs = (self.follow_up)(asset, of, changes.at);
            changes = jobs.into_iter().fold(changes, ChangeSet::job);
        }
        for ((recipe, media_type), bytes) in made {
            let place = (recipe.to_owned(), media_type);
            let rendition = self.store.put(of, place, bytes).await?;
            changes = changes.write(Write::Rendition(rendition, asset));
        }
        Ok(changes)
    }
}
