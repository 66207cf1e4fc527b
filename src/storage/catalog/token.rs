//! Bearer tokens as the catalogue keeps them: hashed, so that a stolen catalogue opens nothing.

use crate::domain::access::{Role, TokenId};
use crate::domain::{Sha256, Slug, Timestamp};

/// SHA-256 of the secret text of a token. The secret has 256 random bits, so a plain hash is
/// enough: there is nothing to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub Sha256);

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its public id.
    pub id: TokenId,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// What it lets its holder be.
    pub role: Role,
    /// The body it was given to.
    pub organisation: Option<Slug>,
    /// What it is for, in the words of whoever made it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ceases to be valid by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
