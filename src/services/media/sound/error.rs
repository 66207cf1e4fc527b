//! Why sound was not measured.

use std::io;

use crate::domain::sound::SoundFailure;

/// Why sound was not measured.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The file is the reason.
    #[error("the sound of the file cannot be measured: {}", .0.name())]
    File(SoundFailure),
    /// The disk is the reason.
    #[error("the file could not be read")]
    Io(#[source] io::Error),
    /// The job that asked for it ended.
    #[error("measuring was stopped")]
    Stopped,
}

impl From<SoundFailure> for SoundError {
    fn from(failure: SoundFailure) -> Self {
        Self::File(failure)
    }
}
