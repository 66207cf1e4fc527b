//! Why an image cannot be decoded or rendered.

use crate::domain::asset::ProcessingFailure;

/// Why an image cannot be decoded or rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// It has more pixels or bytes than allowed, or needs more memory.
    #[error("the image is too large to be shown")]
    TooLarge,
    /// The archive cannot decode this format or variant.
    #[error("the archive cannot show images of this format")]
    Unsupported,
    /// The file is damaged.
    #[error("the image is damaged")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Rendering failed for a reason that is not in the image.
    #[error("the copy could not be made")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl RenderError {
    /// The decoder panicked on the file.
    pub(super) fn panicked() -> Self {
        Self::Broken("its decoder panicked".into())
    }

    /// What is wrong with the file; `None` when the failure is not in the file.
    pub(super) fn failure(&self) -> Option<ProcessingFailure> {
        match self {
            Self::TooLarge => Some(ProcessingFailure::TooLarge),
            Self::Unsupported => Some(ProcessingFailure::Unsupported),
            Self::Broken(_) => Some(ProcessingFailure::Damaged),
            Self::Failed(_) => None,
        }
    }
}
