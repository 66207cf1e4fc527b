//! Files on their way in: as a raw body or in a form, streamed into staging and never held whole.
//!
//! Length, digest, greatest size and pace are checked while the bytes come; whatever goes wrong,
//! nothing is left of them. What comes out is an [`Upload`], which intake takes or refuses.

pub mod attach;
pub mod description;
pub mod digest;
pub mod pace;
pub mod receive;

use crate::storage::blobs::{Staged, StagingError};
use description::Fields;

/// A file that has arrived.
#[derive(Debug)]
pub struct Upload {
    /// Its bytes.
    pub staged: Staged,
    /// The media type the sender declares: a hint.
    pub declared_type: Option<String>,
    /// The name it has with the sender, as sent.
    pub name: Option<String>,
    /// What else the sender says about it, as sent.
    pub fields: Fields,
}

/// Why a file did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The body came too slowly.
    #[error("the body came too slowly")]
    TooSlow,
    /// The body ended before its end.
    #[error("the body is incomplete")]
    Cut,
    /// The body is not the form it says it is, or has not exactly one file.
    #[error("the body is not a form with one file")]
    MalformedForm,
    /// The bytes are encoded: a file is kept as it is.
    #[error("a content coding is not taken here")]
    Encoded,
    /// A header or query parameter has a value it cannot have.
    #[error("the value of {0} is not one it can have")]
    Parameter(&'static str),
    /// Too many bytes, other bytes than announced, or no room for them.
    #[error(transparent)]
    Staging(#[from] StagingError),
}
