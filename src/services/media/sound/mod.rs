//! The sound of recordings: measured, drawn, and named with its defects.
//!
//! [`measure()`] decodes a file once and gives its [`Measurement`]: loudness, range and peaks by EBU R 128, the exact length
//! in samples, silence, clipping, offset and the relation of the channels, and its [`Waveform`]. The job
//! [`MeasureSound`] stores both as renditions of the file. A file that cannot be measured says so in its report; that is
//! no failure of the job.
//!
//! Files are hostile: samples pass in pieces, and no length that a file states decides how much memory is taken.

mod decoder;
mod defects;
mod edit_list;
mod error;
pub(super) mod ffmpeg;
mod job;
mod loudness;
mod measure;
mod read;
mod rebuild;
mod report;
mod source;
mod vorbis;
mod waveform;

pub use crate::services::media::stop_sign::{StopSign, StopWhenDropped};
pub use error::SoundError;
pub use job::{FollowUp, MeasureSound, can_measure, job};
pub use measure::measure;
pub(super) use measure::measure_file;
pub(super) use read::read_report;
pub use rebuild::SoundReportJobs;
pub use report::{Gap, Measurement, Outcome, SoundReport};
pub(super) use report::{decibels, millis};
pub use waveform::Waveform;
