//! Why a file has no text.

use std::io;

use crate::domain::asset::ProcessingFailure;
use crate::services::programs::ProgramError;

/// Why a file has no text.
#[derive(Debug, thiserror::Error)]
pub(in crate::services::media) enum TextError {
    /// It is about the file: another attempt would end the same.
    #[error("the file has no text that can be read: {}", .0.name())]
    File(ProcessingFailure),
    /// A program that reads such files failed, or is not there.
    #[error("a program that reads the file failed")]
    Program(#[source] ProgramError),
    /// The file cannot be read from the disk.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

impl From<ProcessingFailure> for TextError {
    fn from(failure: ProcessingFailure) -> Self {
        Self::File(failure)
    }
}

impl From<ProgramError> for TextError {
    fn from(error: ProgramError) -> Self {
        error
            .file_failure()
            .map_or(Self::Program(error), Self::File)
    }
}
