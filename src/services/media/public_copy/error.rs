//! Why a copy was not made.

use std::io;

use crate::domain::asset::ProcessingFailure;

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    /// The file is the reason.
    #[error("no public copy of the file can be made: {}", .0.name())]
    File(ProcessingFailure),
    /// The disk is the reason.
    #[error("the file could not be read")]
    Io(#[source] io::Error),
}

impl From<ProcessingFailure> for CopyError {
    fn from(failure: ProcessingFailure) -> Self {
        Self::File(failure)
    }
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::File(ProcessingFailure::Damaged),
            _ => Self::Io(error),
        }
    }
}
