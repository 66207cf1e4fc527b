//! Uploads: raw bodies or forms with one file, streamed into staging and never held in memory.
//!
//! Length, digest, size limit and pace are checked while the bytes arrive; after an error nothing of them
//! stays. The result is an [`Upload`], which intake attaches or refuses.

pub mod attach;
pub mod description;
pub mod digest;
pub mod receive;
pub mod sealed;
pub mod slots;
pub mod version;

use crate::interfaces::http::problem::Problem;
use crate::storage::blobs::{Staged, StagingError};
use description::Fields;

/// A received file.
#[derive(Debug)]
pub struct Upload {
    /// Its bytes.
    pub staged: Staged,
    /// The declared media type: a hint.
    pub declared_type: Option<String>,
    /// Its name, as sent.
    pub name: Option<String>,
    /// Its description, as sent.
    pub fields: Fields,
}

/// Why a file was not received.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The body arrived too slowly.
    #[error("the body arrived too slowly")]
    TooSlow,
    /// The body is incomplete.
    #[error("the body is incomplete")]
    Incomplete,
    /// The body is not a valid form, or does not have exactly one file.
    #[error("the body is not a form with one file")]
    MalformedForm,
    /// The body has a content coding; files are stored as they are.
    #[error("content codings are not accepted here")]
    ContentCoding,
    /// A header or query parameter has an invalid value.
    #[error("the value of {0} is invalid")]
    Parameter(&'static str),
    /// Too many bytes, other bytes than announced, or no space for them.
    #[error(transparent)]
    Staging(#[from] StagingError),
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooSlow => Self::Timeout,
            UploadError::Incomplete => Self::IncompleteBody,
            UploadError::MalformedForm => Self::MalformedRequest,
            UploadError::ContentCoding => Self::UnsupportedMediaType {
                accepted: Vec::new(),
            },
            UploadError::Parameter(name) => Self::parameter(name),
            UploadError::Staging(error) => error.into(),
        }
    }
}
