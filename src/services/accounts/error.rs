//! Why something with a token, an account or a session was refused or failed.

use super::password::Overload;
use super::private;
use super::throttle::TooManyAttempts;
use crate::domain::asset::Revision;
use crate::domain::{Rule, Violations};
use crate::storage::catalog::CatalogError;

/// Why something with a token, an account or a session was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The actor does not administer the archive.
    #[error("only administrators handle tokens and accounts")]
    Forbidden,
    /// The request breaks rules; pointers are into its wire form.
    #[error("the request breaks rules")]
    Invalid(#[source] Violations),
    /// No token has this id.
    #[error("there is no such token")]
    NoSuchToken,
    /// The token was revoked or has expired, so that it gets no new secret.
    #[error("the token has ended")]
    TokenEnded,
    /// The account has as many tokens as it can have.
    #[error("the account has too many tokens")]
    TooManyTokens,
    /// No account has this id, or it was forgotten.
    #[error("there is no such account")]
    NoSuchAccount,
    /// The account has no such session.
    #[error("there is no such session")]
    NoSuchSession,
    /// The account is closed.
    #[error("the account is closed")]
    Closed,
    /// The account has changed since it was read.
    #[error("the account is not at the expected revision")]
    Stale {
        /// Its present revision.
        current: Revision,
    },
    /// Nobody could administer the archive any more.
    #[error("it is the last account of an administrator")]
    LastAdministrator,
    /// The account has a second factor already.
    #[error("the account has a second factor")]
    SecondFactorExists,
    /// The account has no second factor.
    #[error("the account has no second factor")]
    NoSecondFactor,
    /// The holder signs in through a provider, which has its password and second factor.
    #[error("the account has no password of its own")]
    OfProvider,
    /// The idempotency key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// No mail server is configured.
    #[error("no mail is sent by this archive")]
    NoMail,
    /// The secret belongs to no token or session, or to one that was revoked or has expired.
    #[error("the token or session is not valid")]
    NotValid,
    /// The one-time link is unknown, used, replaced or expired.
    #[error("the one-time link is not valid")]
    LinkNotValid,
    /// Login name and password, or the second factor, are not right together.
    #[error("the credentials are not right")]
    WrongCredentials,
    /// Too many failures.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// Too many sign-ins of everybody at once.
    #[error(transparent)]
    Overload(#[from] Overload),
    /// The private part of an account cannot be decrypted.
    #[error(transparent)]
    Unreadable(#[from] private::Unreadable),
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl AccountsError {
    pub(super) fn broken(pointer: &str, rule: Rule) -> Self {
        let mut violations = Violations::default();
        violations.push(pointer, rule);
        Self::Invalid(violations)
    }
}
