//! Makes one copy with ffmpeg: encodes, measures the result, corrects, and encodes again.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use super::chain;
use super::gain::{self, Gain};
use super::profile::{CopyFormat, Profile};
use super::report::MadeCopy;
use crate::domain::sound::{CopyFailure, Decibels, SoundFailure};
use crate::services::media::file_job::contain;
use crate::services::media::sound::{Measurement, SoundError, StopSign, ffmpeg, measure_file};
use crate::services::programs::{
    Invocation, Limits, Program, ProgramError, Programs, Version, Workspace,
};
use crate::storage::blocking;

/// How often a copy is encoded: once, and corrected three times.
const MAX_ATTEMPTS: u32 = 4;
/// The name of the prepared sound.
const PREPARED: &str = "prepared.caf";
/// Seconds of a processor that every run may take, and for each second of sound.
const BASE_SECONDS: u64 = 60;
const SECONDS_PER_SECOND: f64 = 0.5;
/// A run beside much other work takes longer by the clock.
const CLOCK_FACTOR: u32 = 6;
/// Bytes of a sample while it is measured: the largest form of a sample that is written.
const PREPARED_SAMPLE_BYTES: u64 = 4;

/// Why no copy was made.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    /// The sound is the reason.
    #[error("no copy can be made: {}", .0.name())]
    Sound(CopyFailure),
    /// The program is the reason.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The result could not be read.
    #[error("the copy cannot be measured")]
    Measure(#[source] SoundError),
}

/// A copy that was made.
pub(super) struct Encoded {
    /// The program that encoded it.
    pub(super) version: Version,
    /// The file as the program wrote it.
    pub(super) file: File,
    /// What was measured of it.
    pub(super) copy: MadeCopy,
    /// Its folder, which must outlive the file.
    _workspace: Workspace,
}

/// One attempt.
struct Attempt {
    name: String,
    file: File,
    measured: Measurement,
    gain: Gain,
    version: Version,
}

/// Makes the copy of the sound at `path`, which was measured before.
pub(super) async fn encode(
    programs: &Programs,
    profile: &Profile,
    source: &Measurement,
    path: &Path,
) -> Result<Encoded, EncodeError> {
    let workspace = programs.workspace().await?;
    workspace.give(ffmpeg::INPUT, path).await?;
    let (loudness, true_peak) = prepared(programs, &workspace, profile, source).await?;
    let loudness = loudness.ok_or(EncodeError::Sound(CopyFailure::Silent))?;
    let mut gain = Gain::first(profile, loudness, true_peak);
    let mut best: Option<Attempt> = None;
    let mut earlier = None;
    let mut attempts = 0;
    while attempts < MAX_ATTEMPTS {
        attempts += 1;
        let name = format!("copy-{attempts}");
        let attempt = attempt(programs, &workspace, (profile, source), (gain, name)).await?;
        let levels = levels(&attempt.measured);
        let is_met = profile.is_met_by(levels.0, levels.1);
        let was_greatest = gain.is_greatest();
        let next = gain.corrected(profile, levels, earlier);
        earlier = Some((gain, levels.0));
        gain = next;
        let worse = match &best {
            Some(best) if distance(profile, best) <= distance(profile, &attempt) => attempt.name,
            _ => match best.replace(attempt) {
                Some(earlier) => earlier.name,
                None => String::new(),
            },
        };
        if !worse.is_empty() {
            workspace.discard(&worse).await?;
        }
        // A sound that is raised as far as it may be does not come nearer.
        if is_met || (was_greatest && gain.is_greatest()) {
            break;
        }
    }
    let best = best.ok_or(EncodeError::Sound(CopyFailure::Damaged))?;
    Ok(Encoded {
        version: best.version,
        copy: made(profile, &best, attempts),
        file: best.file,
        _workspace: workspace,
    })
}

fn levels(measured: &Measurement) -> (Option<Decibels>, Option<Decibels>) {
    (measured.loudness, measured.true_peak)
}

fn distance(profile: &Profile, attempt: &Attempt) -> f64 {
    gain::distance(profile, levels(&attempt.measured))
}

fn made(profile: &Profile, best: &Attempt, attempts: u32) -> MadeCopy {
    let measured = &best.measured;
    MadeCopy {
        is_met: profile.is_met_by(measured.loudness, measured.true_peak),
        loudness: measured.loudness,
        range: measured.range,
        true_peak: measured.true_peak,
        rate_hz: measured.rate_hz,
        samples: measured.samples,
        gain: Decibels::rounded(best.gain.decibels),
        is_limited: best.gain.limit.is_some(),
        attempts,
    }
}

/// Loudness and peak of the sound as the gain finds it.
async fn prepared(
    programs: &Programs,
    workspace: &Workspace,
    profile: &Profile,
    source: &Measurement,
) -> Result<(Option<Decibels>, Option<Decibels>), EncodeError> {
    if !profile.changes_sound() || source.loudness.is_none() {
        return Ok(levels(source));
    }
    let filters = chain::preparation(profile, source);
    let arguments = chain::prepared_arguments(&filters, PREPARED);
    let sample_bytes = PREPARED_SAMPLE_BYTES * u64::from(source.channel_count);
    let limits = limits(source, source.samples.saturating_mul(sample_bytes));
    run(programs, workspace, (arguments, PREPARED), limits).await?;
    let file = workspace.open(PREPARED).await?;
    let measured = measured(&file).await?;
    workspace.discard(PREPARED).await?;
    Ok(levels(&measured))
}

async fn attempt(
    programs: &Programs,
    workspace: &Workspace,
    (profile, source): (&Profile, &Measurement),
    (gain, name): (Gain, String),
) -> Result<Attempt, EncodeError> {
    let filters = chain::filters(profile, source, gain);
    let arguments = chain::copy_arguments(profile, &filters, &name);
    let samples = chain::copy_samples(profile, source);
    let bytes = match profile.format() {
        CopyFormat::Wav => samples.saturating_mul(2 * 2),
        CopyFormat::Mp3 => {
            let bytes_per_second = u64::from(profile.bit_rate_kbps()) * 125;
            samples.saturating_mul(bytes_per_second) / u64::from(profile.rate_hz())
        }
    };
    // The best copy so far is there as well.
    let limits = limits(source, bytes.saturating_mul(2));
    let version = run(programs, workspace, (arguments, &name), limits).await?;
    let file = workspace.open(&name).await?;
    Ok(Attempt {
        measured: measured(&file).await?,
        name,
        file,
        gain,
        version,
    })
}

async fn run(
    programs: &Programs,
    workspace: &Workspace,
    (arguments, expected): (Vec<String>, &str),
    limits: Limits,
) -> Result<Version, ProgramError> {
    let invocation = Invocation::new(Program::Ffmpeg)
        .arguments(arguments)
        .expecting(expected)
        .within(limits);
    let output = programs.run(workspace, invocation).await?;
    Ok(output.version)
}

fn limits(source: &Measurement, bytes: u64) -> Limits {
    let seconds = source.samples as f64 / f64::from(source.rate_hz.max(1));
    let processor_time = Duration::from_secs(BASE_SECONDS)
        .saturating_add(Duration::from_secs_f64(seconds * SECONDS_PER_SECOND));
    Limits {
        processor_time,
        time: processor_time.saturating_mul(CLOCK_FACTOR),
        // Headers, and what an encoder adds.
        output_bytes: bytes.saturating_add(bytes / 8).saturating_add(16 << 20),
        ..Limits::default()
    }
}

async fn measured(file: &File) -> Result<Measurement, EncodeError> {
    let file = file
        .try_clone()
        .map_err(|error| EncodeError::Measure(SoundError::Io(error)))?;
    let sign = StopSign::default();
    let _stop = sign.when_dropped();
    let damaged = || SoundFailure::Damaged.into();
    let measure = move || contain(|| measure_file(file, sign), damaged);
    let (measurement, _) = blocking(measure).await.map_err(EncodeError::Measure)?;
    Ok(measurement)
}
