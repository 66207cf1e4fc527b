//! The stored form of tokens.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{millis, moment, named, parsed, sha256, slug};
use crate::domain::access::{AccountId, Permission, Permissions, Role, TokenId};
use crate::domain::{Slug, Timestamp};
use crate::storage::catalog::{TokenHash, TokenRecord};

/// A stored token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredToken {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(TokenV1),
    /// Since 0.3, for tokens that have what version 1 cannot say: narrowed to permissions, of an account, with a replaced secret. The
    /// others are still written in version 1.
    #[serde(rename = "v2")]
    V2(TokenV2),
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

/// Version 2 of a stored token: one secret of it. What is new may be absent, and then means what version 1 meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenV2 {
    pub id: String,
    pub hash: String,
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub label: String,
    pub created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at_ms: Option<i64>,
    pub secret_since_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_expires_at_ms: Option<i64>,
}

impl StoredToken {
    /// The newest version of this record.
    pub fn upgrade(self) -> TokenV2 {
        match self {
            Self::V1(token) => TokenV2 {
                id: token.id,
                hash: token.hash,
                role: token.role,
                organisation: token.organisation,
                permissions: None,
                account: None,
                label: token.label,
                created_at_ms: token.created_at_ms,
                expires_at_ms: token.expires_at_ms,
                revoked_at_ms: token.revoked_at_ms,
                secret_since_ms: token.created_at_ms,
                secret_expires_at_ms: None,
            },
            Self::V2(token) => token,
        }
    }
}

impl From<TokenRecord> for StoredToken {
    fn from(token: TokenRecord) -> Self {
        let names = |permissions: Permissions| {
            let names = permissions.iter().map(|one| one.name().to_owned());
            names.collect()
        };
        let newest = TokenV2 {
            id: token.id.0,
            hash: token.hash.0.to_hex(),
            role: token.role.name().to_owned(),
            organisation: token.organisation.as_ref().map(Slug::to_string),
            permissions: token.permissions.map(names),
            account: token.account.as_ref().map(AccountId::to_string),
            label: token.label,
            created_at_ms: token.created_at.as_millis(),
            expires_at_ms: millis(token.expires_at),
            revoked_at_ms: millis(token.revoked_at),
            secret_since_ms: token.secret_since.as_millis(),
            secret_expires_at_ms: millis(token.secret_expires_at),
        };
        if newest.fits_version_1() {
            Self::V1(newest.into())
        } else {
            Self::V2(newest)
        }
    }
}

impl TokenV2 {
    /// Whether version 1 can say the same.
    fn fits_version_1(&self) -> bool {
        self.permissions.is_none()
            && self.account.is_none()
            && self.secret_since_ms == self.created_at_ms
            && self.secret_expires_at_ms.is_none()
    }
}

impl From<TokenV2> for TokenV1 {
    fn from(token: TokenV2) -> Self {
        Self {
            id: token.id,
            hash: token.hash,
            role: token.role,
            organisation: token.organisation,
            label: token.label,
            created_at_ms: token.created_at_ms,
            expires_at_ms: token.expires_at_ms,
            revoked_at_ms: token.revoked_at_ms,
        }
    }
}

impl TryFrom<StoredToken> for TokenRecord {
    type Error = InvalidRecord;

    fn try_from(record: StoredToken) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        let account = stored.account.as_deref();
        let account = account.map(|text| parsed("account", text, |text| text.parse().ok()));
        Ok(Self {
            id: TokenId(stored.id),
            hash: TokenHash(sha256(&stored.hash)?),
            role: named("role", &Role::NAMES, &stored.role)?,
            organisation: stored.organisation.as_deref().map(slug).transpose()?,
            permissions: stored.permissions.as_deref().map(permissions).transpose()?,
            account: account.transpose()?,
            label: stored.label,
            created_at: Timestamp::from_millis(stored.created_at_ms),
            expires_at: moment(stored.expires_at_ms),
            revoked_at: moment(stored.revoked_at_ms),
            secret_since: Timestamp::from_millis(stored.secret_since_ms),
            secret_expires_at: moment(stored.secret_expires_at_ms),
        })
    }
}

fn permissions(names: &[String]) -> Result<Permissions, InvalidRecord> {
    let permissions = names
        .iter()
        .map(|name| named("permission", &Permission::NAMES, name));
    let permissions: Vec<Permission> = permissions.collect::<Result<_, _>>()?;
    Ok(Permissions::new(permissions))
}
