//! Why something with a request for access was refused or failed.

use std::time::Duration;

use crate::domain::{Rule, Violations};
use crate::services::accounts::AccountsError;
use crate::storage::catalog::CatalogError;

/// Why something with a request for access was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum AccessRequestError {
    /// The actor does not administer the archive.
    #[error("only administrators decide requests for access")]
    Forbidden,
    /// There is no such request, or the receipt code is another.
    #[error("there is no such request for access")]
    NotFound,
    /// It was decided or withdrawn already, or not granted yet.
    #[error("the request for access is in another state")]
    WrongState,
    /// The one-time link is unknown, used, replaced or expired.
    #[error("the one-time link is not valid")]
    LinkNotValid,
    /// The request breaks rules; pointers are into its wire form.
    #[error("the request breaks rules")]
    Invalid(#[source] Violations),
    /// Too many requests from one network, or waiting.
    #[error("too many requests for access")]
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// The token was refused or cannot be made.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl AccessRequestError {
    pub(super) fn broken(pointer: &str, rule: Rule) -> Self {
        let mut violations = Violations::default();
        violations.push(pointer, rule);
        Self::Invalid(violations)
    }
}
