//! Why nobody was verified.

use crate::telemetry::error_chain;

/// Why nobody was verified.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// The provider does not answer as it should.
    #[error("the provider does not answer as it should: {0}")]
    Unavailable(String),
    /// The code or the token is not valid.
    #[error("the code or token is not valid: {0}")]
    Refused(String),
}

/// The provider does not answer as it should.
pub(super) fn unavailable(error: impl std::error::Error + 'static) -> Unverified {
    Unverified::Unavailable(error_chain(&error))
}
