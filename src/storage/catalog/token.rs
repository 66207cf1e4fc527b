//! Bearer tokens in the catalogue: hashed, so that a stolen catalogue contains no secret.

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
    /// The role of its holder.
    pub role: Role,
    /// The organisation of its holder.
    pub organisation: Option<Slug>,
    /// What it is for.
    pub label: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
