//! Why a search fails.

use super::admission::Refusal;
use super::engine::FindError;
use super::index::open_index::IndexError;
use super::index::projector::ProjectionError;
use crate::storage::catalog::CatalogError;

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The request may not run now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The cursor of the request is of another order.
    #[error("the cursor is of another order")]
    WrongCursor,
    /// The index could not be read or written.
    #[error("the search index does not answer")]
    Index(#[from] IndexError),
    /// The catalogue could not be read.
    #[error("the catalogue does not answer")]
    Catalog(#[from] CatalogError),
}

impl From<FindError> for SearchError {
    fn from(error: FindError) -> Self {
        match error {
            FindError::WrongCursor => Self::WrongCursor,
            FindError::Index(error) => Self::Index(error.into()),
        }
    }
}

impl From<ProjectionError> for SearchError {
    fn from(error: ProjectionError) -> Self {
        match error {
            ProjectionError::Catalog(error) => Self::Catalog(error),
            ProjectionError::Index(error) => Self::Index(error),
        }
    }
}
