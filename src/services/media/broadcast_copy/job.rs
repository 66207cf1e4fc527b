//! The job that makes one copy for stations of a recording that was measured.
//!
//! While ffmpeg is not installed nothing is made, and the file says what is missing; the job that finds unmeasured sound
//! finds what is not made as well. A sound of which no copy can be made has a report that says why.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::encode::{EncodeError, Encoded, encode};
use super::profile::{CopyFormat, Profile, Profiles};
use super::report::{CopyOutcome, CopyReport};
use super::write;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::domain::sound::CopyFailure;
use crate::services::jobs::{Handler, JobFailure, Policy, WorkerPool};
use crate::services::media::file_job::RenditionStore;
use crate::services::media::file_job::{self, JobFile};
use crate::services::media::sound::{self, Measurement, Outcome};
use crate::services::programs::{Program, ProgramError, Programs};
use crate::storage::blobs::Staged;
use crate::storage::catalog::{BlobKey, ChangeSet, Job, NewJob, WorkReader, Write};
use crate::telemetry::error_chain;

/// The kind of job.
const KIND: &str = "make-broadcast-copy";

/// The jobs that make the copies of a recording, one for each profile.
pub fn jobs(profiles: &Profiles, asset: AssetId, blob: BlobKey, now: Timestamp) -> Vec<NewJob> {
    let job = |profile| job(profile, (asset, blob), false, now);
    profiles.iter().map(job).collect()
}

/// The job that makes one copy; `again`, although it is there.
pub(super) fn job(
    profile: &Profile,
    of: (AssetId, BlobKey),
    again: bool,
    now: Timestamp,
) -> NewJob {
    file_job::new_for_part(KIND, of, (&profile.name, again), now)
}

/// Makes copies for stations.
pub struct MakeBroadcastCopy {
    catalog: Arc<dyn WorkReader>,
    store: RenditionStore,
    programs: Programs,
    profiles: Profiles,
}

impl MakeBroadcastCopy {
    /// Reads from and writes to this store, with these programs.
    pub fn new(
        catalog: Arc<dyn WorkReader>,
        store: RenditionStore,
        programs: Programs,
        profiles: Profiles,
    ) -> Self {
        Self {
            catalog,
            store,
            programs,
            profiles,
        }
    }

    /// What was measured of a recording, if it was; without `again` only while the copy is not made.
    async fn source(
        &self,
        of: BlobKey,
        (profile, again): (&Profile, bool),
    ) -> Result<Option<Measurement>, JobFailure> {
        let renditions = self.catalog.renditions(&[of]).await;
        let renditions = renditions.map_err(JobFailure::retry)?.concat();
        let report = profile.report_recipe();
        if !again && renditions.iter().any(|made| made.recipe == report) {
            return Ok(None);
        }
        let report = sound::read_report(&*self.store.blobs, &renditions).await?;
        Ok(report.and_then(|report| match report.outcome {
            Outcome::Measured(measurement) => Some(measurement),
            Outcome::Failed(_) => None,
        }))
    }

    /// The copy in the staging area, and what came of making it.
    async fn made(
        &self,
        path: PathBuf,
        profile: &Profile,
        (of, source): (BlobKey, &Measurement),
    ) -> Result<(Option<Staged>, CopyReport), EncodeErrorOrRetry> {
        let encoded = match encode(&self.programs, profile, source, &path).await {
            Ok(encoded) => encoded,
            Err(error) => return Ok((None, report(String::new(), failed(error)?))),
        };
        let encoder = format!("ffmpeg {}", encoded.version);
        let staged = self.write(&encoded, profile, (of, source)).await;
        match staged.map_err(EncodeErrorOrRetry::retry)? {
            Some(staged) => {
                let outcome = CopyOutcome::Made(encoded.copy);
                Ok((Some(staged), report(encoder, outcome)))
            }
            None => {
                let outcome = CopyOutcome::Failed(CopyFailure::TooLarge);
                Ok((None, report(encoder, outcome)))
            }
        }
    }

    async fn write(
        &self,
        encoded: &Encoded,
        profile: &Profile,
        (of, source): (BlobKey, &Measurement),
    ) -> Result<Option<Staged>, write::WriteError> {
        match profile.format() {
            CopyFormat::Mp3 => write::as_it_is(&self.store.staging, &encoded.file)
                .await
                .map(Some),
            CopyFormat::Wav => {
                let bext = write::bext(of, source, &encoded.copy, encoded.version);
                write::broadcast_wav(&self.store.staging, &encoded.file, &bext).await
            }
        }
    }
}

/// Why the job ends without a result.
enum EncodeErrorOrRetry {
    /// Something must be installed first.
    Missing(ProgramError),
    Retry(JobFailure),
}

impl EncodeErrorOrRetry {
    fn retry(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Retry(JobFailure::retry(error))
    }
}

fn report(encoder: String, outcome: CopyOutcome) -> CopyReport {
    CopyReport {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        encoder,
        outcome,
    }
}

/// A sound of which no copy can be made, or the failure of the job.
fn failed(error: EncodeError) -> Result<CopyOutcome, EncodeErrorOrRetry> {
    let failure = match error {
        EncodeError::Sound(failure) => failure,
        EncodeError::Program(error) if error.needs_installation() => {
            return Err(EncodeErrorOrRetry::Missing(error));
        }
        EncodeError::Program(ProgramError::OutputTooLarge(_) | ProgramError::TimedOut(_)) => {
            CopyFailure::TooLarge
        }
        EncodeError::Program(error) if error.is_caused_by_input() => {
            tracing::info!(
                error = error_chain(&error),
                "ffmpeg made no copy of a sound"
            );
            CopyFailure::Damaged
        }
        EncodeError::Measure(sound::SoundError::File(_)) => CopyFailure::Damaged,
        error => return Err(EncodeErrorOrRetry::retry(error)),
    };
    Ok(CopyOutcome::Failed(failure))
}

#[async_trait]
impl Handler for MakeBroadcastCopy {
    fn kind(&self) -> &str {
        KIND
    }

    /// One at a time: each keeps a processor busy.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(12 * 60 * 60),
            pool: WorkerPool::Long,
            max_attempts: 5,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let mut changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(file) = file_job::file(&*self.catalog, job).await? else {
            return Ok(changes);
        };
        let JobFile {
            asset,
            file,
            part,
            again,
        } = file;
        let Some(profile) = self.profiles.find(part.as_deref().unwrap_or_default()) else {
            return Ok(changes);
        };
        let of = file.sha256;
        let Some(source) = self.source(of, (profile, again)).await? else {
            return Ok(changes);
        };
        let path = self.store.path(of)?;
        let (staged, report) = match self.made(path, profile, (of, &source)).await {
            Ok(made) => made,
            Err(EncodeErrorOrRetry::Retry(failure)) => return Err(failure),
            Err(EncodeErrorOrRetry::Missing(error)) => {
                let program = Program::Ffmpeg.name();
                tracing::warn!(blob = %of, program, error = error_chain(&error), "a copy for stations waits for a program");
                return Ok(changes);
            }
        };
        if let Some(staged) = staged {
            let place = (profile.recipe(), profile.media_type());
            let rendition = self.store.put_staged(of, place, staged).await?;
            changes = changes.write(Write::Rendition(rendition, asset));
        }
        let bytes = serde_json::to_vec(&report).map_err(JobFailure::give_up)?;
        let place = (profile.report_recipe(), "application/json");
        let rendition = self.store.put(of, place, bytes).await?;
        Ok(changes.write(Write::Rendition(rendition, asset)))
    }
}
