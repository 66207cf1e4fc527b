//! Why a program made nothing.

use std::io;

use super::program::{Program, Version};
use crate::domain::asset::ProcessingFailure;

/// Why a program made nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It is not installed.
    #[error("{0} is not installed")]
    Missing(Program),
    /// It is there without data that is needed of it.
    #[error("{program} has no data for {data}")]
    MissingData {
        /// The program.
        program: Program,
        /// The name of the data.
        data: &'static str,
    },
    /// It is older than what is needed of it.
    #[error("{program} {found} is older than {oldest}")]
    TooOld {
        /// The program.
        program: Program,
        /// The version that is installed.
        found: Version,
        /// The oldest version that can be used.
        oldest: Version,
    },
    /// It used its processor time or its time by the clock.
    #[error("{0} took too long")]
    TimedOut(Program),
    /// It was killed by the system, or asked for more memory than it may have.
    #[error("{program} needed too much memory or was killed: {printed}")]
    Killed {
        /// The program.
        program: Program,
        /// The first lines that it printed about it.
        printed: String,
    },
    /// It wrote more than it may.
    #[error("{0} wrote too much")]
    OutputTooLarge(Program),
    /// It says that it failed.
    #[error("{program} failed with code {code}: {printed}")]
    Failed {
        /// The program.
        program: Program,
        /// Its exit code.
        code: i32,
        /// The first lines that it printed about it.
        printed: String,
    },
    /// It says that it succeeded, and the file that was asked for is missing, empty or no such file.
    #[error("{0} wrote nothing that can be used")]
    NothingWritten(Program),
    /// It could not be confined, so it was not started.
    #[error("{program} could not be confined: {reason}")]
    NotConfined {
        /// The program.
        program: Program,
        /// What failed.
        reason: String,
    },
    /// The private folder cannot be made, filled or read.
    #[error("the private folder of a program failed")]
    Folder(#[source] io::Error),
}

impl ProgramError {
    /// Whether the operator has to install something before another attempt can succeed.
    pub const fn needs_installation(&self) -> bool {
        matches!(
            self,
            Self::Missing(_) | Self::MissingData { .. } | Self::TooOld { .. }
        )
    }

    /// Whether it came from what the program was given: another attempt would end the same.
    pub const fn is_caused_by_input(&self) -> bool {
        self.file_failure().is_some()
    }

    /// What is wrong with the file that the program was given; `None` when the failure is not in the file.
    pub const fn file_failure(&self) -> Option<ProcessingFailure> {
        match self {
            Self::TimedOut(_) | Self::Killed { .. } | Self::OutputTooLarge(_) => {
                Some(ProcessingFailure::TooLarge)
            }
            Self::Failed { .. } | Self::NothingWritten(_) => Some(ProcessingFailure::Damaged),
            Self::Missing(_)
            | Self::MissingData { .. }
            | Self::TooOld { .. }
            | Self::NotConfined { .. }
            | Self::Folder(_) => None,
        }
    }
}
