//! The stored form of works and tombstones.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::consent::{ConsentV1, SealedFileV1};
use super::field::{all, asset_id, millis, moment, name_of, named, parsed, slug};
use super::file::FileV1;
use super::review::{CorrectionV1, DecisionV1, ReturnReasonV1};
use super::work::WorkV1;
use crate::domain::asset::{
    Asset, AudienceLevel, Consent, Decision, Review, Revision, State, Tombstone, Work,
};
use crate::domain::{Slug, Timestamp};

/// A stored work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssetRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(Box<AssetV1>),
    /// Since 0.3, for works that have what version 1 cannot say; the others are still written in version 1.
    #[serde(rename = "v2")]
    V2(Box<AssetV2>),
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

/// Version 2 of a stored work: version 1 with the decisions on its way to the public, and its issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct AssetV2 {
    pub asset: AssetV1,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_on: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub return_reasons: Vec<ReturnReasonV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<DecisionV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<DecisionV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<DecisionV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<CorrectionV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_withdrawn: Option<DecisionV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedFileV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
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
    pub fn upgrade(self) -> AssetV2 {
        match self {
            Self::V1(asset) => AssetV2::from(*asset),
            Self::V2(asset) => *asset,
        }
    }
}

impl From<AssetV1> for AssetV2 {
    fn from(asset: AssetV1) -> Self {
        Self {
            asset,
            review_on: None,
            return_reasons: Vec::new(),
            rights: None,
            accepted: None,
            approved: None,
            corrections: Vec::new(),
            consent: None,
            consent_withdrawn: None,
            sealed: Vec::new(),
            issuer: None,
        }
    }
}

impl AssetV2 {
    /// Whether version 1 can say the same.
    fn fits_version_1(&self) -> bool {
        let state_is_known = !matches!(self.asset.state.as_str(), "returned" | "accepted");
        state_is_known
            && self.review_on.is_none()
            && self.return_reasons.is_empty()
            && self.rights.is_none()
            && self.accepted.is_none()
            && self.approved.is_none()
            && self.corrections.is_empty()
            && self.consent.is_none()
            && self.consent_withdrawn.is_none()
            && self.sealed.is_empty()
            && self.issuer.is_none()
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
        let reasons = asset.state.return_reasons().iter();
        let newest = AssetV2 {
            review_on: asset.work.review_on.map(|day| day.to_string()),
            return_reasons: reasons.map(ReturnReasonV1::from).collect(),
            rights: asset.review.rights.map(DecisionV1::from),
            accepted: asset.review.accepted.map(DecisionV1::from),
            approved: asset.review.approved.map(DecisionV1::from),
            consent: asset.work.consent.as_ref().map(ConsentV1::from),
            consent_withdrawn: asset.review.consent_withdrawn.map(DecisionV1::from),
            sealed: asset.sealed.into_iter().map(SealedFileV1::from).collect(),
            corrections: asset
                .corrections
                .into_iter()
                .map(CorrectionV1::from)
                .collect(),
            issuer: asset.issuer.as_ref().map(Slug::to_string),
            asset: AssetV1 {
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
            },
        };
        if newest.fits_version_1() {
            Self::V1(Box::new(newest.asset))
        } else {
            Self::V2(Box::new(newest))
        }
    }
}

impl TryFrom<AssetRecord> for Asset {
    type Error = InvalidRecord;

    fn try_from(record: AssetRecord) -> Result<Self, InvalidRecord> {
        let newest = record.upgrade();
        let reasons = all(newest.return_reasons)?;
        let stored = newest.asset;
        let state = match (stored.state.as_str(), stored.withdrawn_reason) {
            ("draft", None) => State::Draft,
            ("submitted", None) => State::Submitted,
            ("returned", None) => State::Returned { reasons },
            ("accepted", None) => State::Accepted,
            ("published", None) => State::Published,
            ("withdrawn", Some(reason)) => State::Withdrawn { reason },
            (other, _) => return parsed("state", other, |_| None),
        };
        let mut work = Work::try_from(stored.work)?;
        work.review_on = newest
            .review_on
            .map(|day| parsed("date", &day, |day| day.parse().ok()))
            .transpose()?;
        work.consent = newest.consent.map(Consent::try_from).transpose()?;
        let decided = |decision: Option<DecisionV1>| decision.map(Decision::try_from).transpose();
        Ok(Self {
            id: asset_id(&stored.id)?,
            revision: Revision(stored.revision),
            state,
            widest_audience: named("exposure", &AUDIENCE_LEVELS, &stored.exposure)?,
            work,
            files: all(stored.files)?,
            sealed: all(newest.sealed)?,
            created_at: Timestamp::from_millis(stored.created_at_ms),
            updated_at: Timestamp::from_millis(stored.updated_at_ms),
            published_at: moment(stored.published_at_ms),
            review: Review {
                rights: decided(newest.rights)?,
                accepted: decided(newest.accepted)?,
                approved: decided(newest.approved)?,
                consent_withdrawn: decided(newest.consent_withdrawn)?,
            },
            corrections: all(newest.corrections)?,
            issuer: newest.issuer.as_deref().map(slug).transpose()?,
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
