//! Why a work was not found or not changed. All services that change works share these errors.

use crate::domain::asset::{AssetId, Revision, TransitionError};
use crate::domain::{Rule, Violations};
use crate::storage::blobs::BlobError;
use crate::storage::catalog::CatalogError;

/// Why a work cannot be shown to this actor.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// For this actor there is no such work.
    #[error("there is no such work")]
    NotFound,
    /// It was withdrawn or deleted; the actor could once see it.
    #[error("the work is no longer available")]
    Gone {
        /// Why it was withdrawn, in words for the public.
        reason: Option<String>,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl FindError {
    /// Whether the work is absent, as opposed to a failed lookup.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::NotFound | Self::Gone { .. })
    }
}

/// Why a change was not made. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The actor cannot see the work.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The actor sees the work but may not do this to it.
    #[error("the actor may not do this")]
    Forbidden,
    /// The work was changed since the caller read it.
    #[error("the work is at revision {current}")]
    Stale {
        /// Its present revision.
        current: Revision,
    },
    /// The request breaks rules.
    #[error("the request breaks rules")]
    Invalid(#[source] Violations),
    /// The state or the files of the work do not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The idempotency key was used for another request.
    #[error("the idempotency key belongs to another request")]
    KeyReused,
    /// The identifier belongs to another work, or to several.
    #[error("the identifier belongs to another work")]
    IdentifierTaken {
        /// A work that has it, if the actor may see it.
        owner: Option<AssetId>,
    },
    /// The archive does not accept files of this type.
    #[error("files of type {media_type} are not accepted")]
    UnsupportedType {
        /// As recognised from the bytes.
        media_type: String,
        /// The types and families of types that are.
        accepted: Vec<String>,
    },
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(CatalogError),
    /// The blob store refused or failed.
    #[error(transparent)]
    Blobs(#[from] BlobError),
}

impl ChangeError {
    /// One broken rule at one JSON pointer.
    pub fn invalid(pointer: impl std::fmt::Display, rule: Rule) -> Self {
        let mut violations = Violations::default();
        violations.push(pointer, rule);
        Self::Invalid(violations)
    }
}

impl From<CatalogError> for ChangeError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Conflict {
                current: Some(current),
                ..
            } => Self::Stale { current },
            CatalogError::Conflict { current: None, .. } => Self::Find(FindError::NotFound),
            // Who has it was not asked whether the actor may see it.
            CatalogError::IdentifierTaken { .. } => Self::IdentifierTaken { owner: None },
            other => Self::Catalog(other),
        }
    }
}
