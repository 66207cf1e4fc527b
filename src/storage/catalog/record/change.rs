//! The stored forms of renditions, audits, hashes of pictures and remembered answers.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{asset_id, name_of, named, parsed, saved_search_id, sha256};
use crate::domain::Timestamp;
use crate::domain::asset::Revision;
use crate::storage::catalog::{
    Audit, AuditOutcome, HashedPicture, IdempotencyKey, Idempotent, Made, Rendition,
};

/// A stored rendition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenditionRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(RenditionV1),
}

/// A stored audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(AuditV1),
}

/// What is stored of how a picture looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HashedPictureRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(HashedPictureV1),
}

/// A stored answer to a request that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdempotentRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(IdempotentV1),
    /// Since 0.1, when not only works were made by requests any more.
    #[serde(rename = "v2")]
    V2(IdempotentV2),
}

/// Version 1 of a stored rendition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct RenditionV1 {
    pub of: String,
    pub recipe: String,
    pub blob: String,
    pub size: u64,
    pub media_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
}

/// Version 1 of a stored audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct AuditV1 {
    pub blob: String,
    pub at_ms: i64,
    pub outcome: String,
}

/// Version 1 of how a picture looks. `hash` is 16 hexadecimal digits; left out when there is too
/// little in the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct HashedPictureV1 {
    pub of: String,
    pub recipe: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// Version 1 of a stored answer: that of a request about a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct IdempotentV1 {
    pub scope: String,
    pub key: String,
    pub request: String,
    pub asset: String,
    pub revision: u64,
    pub at_ms: i64,
}

/// Version 2 of a stored answer: about a work (`asset`) or a saved search (`search`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct IdempotentV2 {
    pub scope: String,
    pub key: String,
    pub request: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    pub revision: u64,
    pub at_ms: i64,
}

/// What an audit found, by stored name.
const OUTCOMES: [(&str, AuditOutcome); 3] = [
    ("intact", AuditOutcome::Intact),
    ("damaged", AuditOutcome::Damaged),
    ("missing", AuditOutcome::Missing),
];

impl RenditionRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> RenditionV1 {
        match self {
            Self::V1(rendition) => rendition,
        }
    }
}

impl AuditRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> AuditV1 {
        match self {
            Self::V1(audit) => audit,
        }
    }
}

impl HashedPictureRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> HashedPictureV1 {
        match self {
            Self::V1(picture) => picture,
        }
    }
}

impl IdempotentRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> IdempotentV2 {
        match self {
            Self::V1(answer) => IdempotentV2 {
                scope: answer.scope,
                key: answer.key,
                request: answer.request,
                asset: Some(answer.asset),
                search: None,
                revision: answer.revision,
                at_ms: answer.at_ms,
            },
            Self::V2(answer) => answer,
        }
    }
}

impl From<Rendition> for RenditionRecord {
    fn from(rendition: Rendition) -> Self {
        Self::V1(RenditionV1 {
            of: rendition.of.to_hex(),
            recipe: rendition.recipe,
            blob: rendition.blob.to_hex(),
            size: rendition.size,
            media_type: rendition.media_type,
            width_px: rendition.width_px,
            height_px: rendition.height_px,
        })
    }
}

impl TryFrom<RenditionRecord> for Rendition {
    type Error = InvalidRecord;

    fn try_from(record: RenditionRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        Ok(Self {
            of: sha256(&stored.of)?,
            recipe: stored.recipe,
            blob: sha256(&stored.blob)?,
            size: stored.size,
            media_type: stored.media_type,
            width_px: stored.width_px,
            height_px: stored.height_px,
        })
    }
}

impl From<Audit> for AuditRecord {
    fn from(audit: Audit) -> Self {
        Self::V1(AuditV1 {
            blob: audit.blob.to_hex(),
            at_ms: audit.at.as_millis(),
            outcome: name_of(&OUTCOMES, &audit.outcome),
        })
    }
}

impl TryFrom<AuditRecord> for Audit {
    type Error = InvalidRecord;

    fn try_from(record: AuditRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        Ok(Self {
            blob: sha256(&stored.blob)?,
            at: Timestamp::from_millis(stored.at_ms),
            outcome: named("audit outcome", &OUTCOMES, &stored.outcome)?,
        })
    }
}

impl From<HashedPicture> for HashedPictureRecord {
    fn from(picture: HashedPicture) -> Self {
        Self::V1(HashedPictureV1 {
            of: picture.of.to_hex(),
            recipe: picture.recipe,
            hash: picture.hash.map(|hash| hash.to_string()),
        })
    }
}

impl TryFrom<HashedPictureRecord> for HashedPicture {
    type Error = InvalidRecord;

    fn try_from(record: HashedPictureRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        let hash = stored
            .hash
            .map(|hash| parsed("hash of a picture", &hash, |text| text.parse().ok()));
        Ok(Self {
            of: sha256(&stored.of)?,
            recipe: stored.recipe,
            hash: hash.transpose()?,
        })
    }
}

impl From<Idempotent> for IdempotentRecord {
    fn from(answer: Idempotent) -> Self {
        let (asset, search) = match answer.made {
            Made::Asset(id) => (Some(id.to_string()), None),
            Made::Search(id) => (None, Some(id.to_string())),
        };
        Self::V2(IdempotentV2 {
            scope: answer.key.scope,
            key: answer.key.key,
            request: answer.request.to_hex(),
            asset,
            search,
            revision: answer.revision.0,
            at_ms: answer.at.as_millis(),
        })
    }
}

impl TryFrom<IdempotentRecord> for Idempotent {
    type Error = InvalidRecord;

    fn try_from(record: IdempotentRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        let made = match (stored.asset, stored.search) {
            (Some(asset), None) => Made::Asset(asset_id(&asset)?),
            (None, Some(search)) => Made::Search(saved_search_id(&search)?),
            (asset, search) => {
                let what = "subject of an answer";
                let value = format!("{asset:?}, {search:?}");
                return Err(InvalidRecord { what, value });
            }
        };
        Ok(Self {
            key: IdempotencyKey {
                scope: stored.scope,
                key: stored.key,
            },
            request: sha256(&stored.request)?,
            made,
            revision: Revision(stored.revision),
            at: Timestamp::from_millis(stored.at_ms),
        })
    }
}
