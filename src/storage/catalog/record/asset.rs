//! The stored form of works and tombstones.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{all, asset_id, millis, moment, name_of, named, parsed};
use super::file::FileV1;
use super::work::WorkV1;
use crate::domain::Timestamp;
use crate::domain::asset::{Asset, AudienceLevel, Revision, State, Tombstone};

/// A stored work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssetRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(Box<AssetV1>),
}

/// A stored tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TombstoneRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(TombstoneV1),
}

/// Version 1 of a stored work; fields are those of [`Asset`] and `Work`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct AssetV1 {
    pub id: String,
    pub revision: u64,
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_reason: Option<String>,
    pub exposure: String,
    pub work: WorkV1,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileV1>,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at_ms: Option<i64>,
}

/// Version 1 of a stored tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct TombstoneV1 {
    pub id: String,
    pub revision: u64,
    pub exposure: String,
    pub deleted_at_ms: i64,
}

/// The audience levels by their stored names. The stored field is called `exposure`.
const AUDIENCE_LEVELS: [(&str, AudienceLevel); 4] = [
    ("staff", AudienceLevel::Staff),
    ("state-internal", AudienceLevel::StateInternal),
    ("partner", AudienceLevel::Partner),
    ("public", AudienceLevel::Public),
];

impl AssetRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> AssetV1 {
        match self {
            Self::V1(asset) => *asset,
        }
    }
}

impl TombstoneRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> TombstoneV1 {
        match self {
            Self::V1(tombstone) => tombstone,
        }
    }
}

impl From<Asset> for AssetRecord {
    fn from(asset: Asset) -> Self {
        let state = asset.state.name().to_owned();
        let withdrawn_reason = asset.state.withdrawal_reason().map(str::to_owned);
        Self::V1(Box::new(AssetV1 {
            id: asset.id.to_string(),
            revision: asset.revision.0,
            state,
            withdrawn_reason,
            exposure: name_of(&AUDIENCE_LEVELS, &asset.widest_audience),
            work: asset.work.into(),
            files: asset.files.into_iter().map(FileV1::from).collect(),
            created_at_ms: asset.created_at.as_millis(),
            updated_at_ms: asset.updated_at.as_millis(),
            published_at_ms: millis(asset.published_at),
        }))
    }
}

impl TryFrom<AssetRecord> for Asset {
    type Error = InvalidRecord;

    fn try_from(record: AssetRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        let state = match (stored.state.as_str(), stored.withdrawn_reason) {
            ("draft", None) => State::Draft,
            ("submitted", None) => State::Submitted,
            ("published", None) => State::Published,
            ("withdrawn", Some(reason)) => State::Withdrawn { reason },
            (other, _) => return parsed("state", other, |_| None),
        };
        Ok(Self {
            id: asset_id(&stored.id)?,
            revision: Revision(stored.revision),
            state,
            widest_audience: named("exposure", &AUDIENCE_LEVELS, &stored.exposure)?,
            work: stored.work.try_into()?,
            files: all(stored.files)?,
            created_at: Timestamp::from_millis(stored.created_at_ms),
            updated_at: Timestamp::from_millis(stored.updated_at_ms),
            published_at: moment(stored.published_at_ms),
        })
    }
}

impl From<Tombstone> for TombstoneRecord {
    fn from(tombstone: Tombstone) -> Self {
        Self::V1(TombstoneV1 {
            id: tombstone.id.to_string(),
            revision: tombstone.revision.0,
            exposure: name_of(&AUDIENCE_LEVELS, &tombstone.widest_audience),
            deleted_at_ms: tombstone.deleted_at.as_millis(),
        })
    }
}

impl TryFrom<TombstoneRecord> for Tombstone {
    type Error = InvalidRecord;

    fn try_from(record: TombstoneRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        Ok(Self {
            id: asset_id(&stored.id)?,
            revision: Revision(stored.revision),
            widest_audience: named("exposure", &AUDIENCE_LEVELS, &stored.exposure)?,
            deleted_at: Timestamp::from_millis(stored.deleted_at_ms),
        })
    }
}
