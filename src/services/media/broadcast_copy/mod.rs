//! Copies of recordings for stations: as loud as broadcasting asks for, with a peak that no transmitter cuts off, and as
//! long as the original to the sample.
//!
//! What the copies are like is data ([`Profiles`]). The job [`MakeBroadcastCopy`] encodes with ffmpeg, confined by
//! [`crate::services::programs`], decodes the result and measures it with the meter of [`super::sound`], and corrects
//! the gain until it is near enough. Speech is never cut; a limiter works only where a peak would be too high.
//!
//! Nothing in a copy comes from a work: works share the copies of equal recordings.

mod bext;
mod chain;
mod encode;
mod gain;
mod job;
mod profile;
mod rebuild;
mod report;
mod write;

pub use job::{MakeBroadcastCopy, jobs};
pub use profile::{CopyFormat, Profile, ProfileError, Profiles};
pub use rebuild::BroadcastCopyJobs;
pub use report::{CopyOutcome, CopyReport, MadeCopy};
