//! Bearer tokens in the catalogue: hashed, so that a stolen catalogue contains no secret.

use crate::domain::access::{AccountId, Permissions, Role, TokenId};
use crate::domain::{Sha256, Slug, Timestamp};

/// SHA-256 of the secret text of a token. The secret has 256 random bits, so a plain hash is
/// enough: there is nothing to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub Sha256);

/// One secret of a token. A token whose secret was replaced has several, with the same public id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The public id of the token.
    pub id: TokenId,
    /// The hash of the secret.
    pub hash: TokenHash,
    /// The role of its holder.
    pub role: Role,
    /// The organisation of its holder.
    pub organisation: Option<Slug>,
    /// The permissions of the role that it is narrowed to; none: all of them.
    pub permissions: Option<Permissions>,
    /// The account that it belongs to and acts as.
    pub account: Option<AccountId>,
    /// What it is for.
    pub label: String,
    /// When the token was created.
    pub created_at: Timestamp,
    /// When the token expires.
    pub expires_at: Option<Timestamp>,
    /// When the token was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When this secret was made.
    pub secret_since: Timestamp,
    /// When this secret ends, because another has replaced it.
    pub secret_expires_at: Option<Timestamp>,
}

impl TokenRecord {
    /// Whether nobody can call with this secret any more.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        let is_over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
        self.revoked_at.is_some() || is_over(self.expires_at) || is_over(self.secret_expires_at)
    }
}
