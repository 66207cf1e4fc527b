//! The stored form of tokens.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{millis, moment, named, sha256, slug};
use crate::domain::access::{Role, TokenId};
use crate::domain::{Slug, Timestamp};
use crate::storage::catalog::{TokenHash, TokenRecord};

/// A stored token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredToken {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(TokenV1),
}

/// Version 1 of a stored token. `hash` is of the secret; the secret itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct TokenV1 {
    pub id: String,
    pub hash: String,
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    pub label: String,
    pub created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at_ms: Option<i64>,
}

impl StoredToken {
    /// The newest version of this record.
    pub fn upgrade(self) -> TokenV1 {
        match self {
            Self::V1(token) => token,
        }
    }
}

impl From<TokenRecord> for StoredToken {
    fn from(token: TokenRecord) -> Self {
        Self::V1(TokenV1 {
            id: token.id.0,
            hash: token.hash.0.to_hex(),
            role: token.role.name().to_owned(),
            organisation: token.organisation.as_ref().map(Slug::to_string),
            label: token.label,
            created_at_ms: token.created_at.as_millis(),
            expires_at_ms: millis(token.expires_at),
            revoked_at_ms: millis(token.revoked_at),
        })
    }
}

impl TryFrom<StoredToken> for TokenRecord {
    type Error = InvalidRecord;

    fn try_from(record: StoredToken) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        Ok(Self {
            id: TokenId(stored.id),
            hash: TokenHash(sha256(&stored.hash)?),
            role: named("role", &Role::NAMES, &stored.role)?,
            organisation: stored.organisation.as_deref().map(slug).transpose()?,
            label: stored.label,
            created_at: Timestamp::from_millis(stored.created_at_ms),
            expires_at: moment(stored.expires_at_ms),
            revoked_at: moment(stored.revoked_at_ms),
        })
    }
}
