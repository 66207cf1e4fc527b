//! Why an image cannot be decoded or rendered.

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
