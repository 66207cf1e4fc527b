//! The stored form of decisions on a work.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{name_of, named, slug};
use crate::domain::access::{Credential, Role};
use crate::domain::asset::{Correction, Decision, Requirement, ReturnReason, Revision};
use crate::domain::{Slug, Timestamp};

/// Version 1 of a stored decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct DecisionV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    pub at_ms: i64,
}

/// Version 1 of a stored reason of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct ReturnReasonV1 {
    pub pointer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Version 1 of a stored correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct CorrectionV1 {
    pub note: String,
    pub at_ms: i64,
    pub revision: u64,
    pub corrected: u64,
}

impl From<Decision> for DecisionV1 {
    fn from(decision: Decision) -> Self {
        Self {
            by: decision.by.map(|by| by.to_string()),
            role: decision.role.map(|role| role.name().to_owned()),
            organisation: decision.organisation.as_ref().map(Slug::to_string),
            at_ms: decision.at.as_millis(),
        }
    }
}

impl TryFrom<DecisionV1> for Decision {
    type Error = InvalidRecord;

    fn try_from(stored: DecisionV1) -> Result<Self, InvalidRecord> {
        let role = stored.role.as_deref();
        Ok(Self {
            by: stored.by.map(Credential::from),
            role: role
                .map(|role| named("role", &Role::NAMES, role))
                .transpose()?,
            organisation: stored.organisation.as_deref().map(slug).transpose()?,
            at: Timestamp::from_millis(stored.at_ms),
        })
    }
}

impl From<&ReturnReason> for ReturnReasonV1 {
    fn from(reason: &ReturnReason) -> Self {
        let requirement = reason.requirement.as_ref();
        Self {
            pointer: reason.pointer.clone(),
            requirement: requirement.map(|of| name_of(&Requirement::NAMES, of)),
            text: reason.text.clone(),
        }
    }
}

impl TryFrom<ReturnReasonV1> for ReturnReason {
    type Error = InvalidRecord;

    fn try_from(stored: ReturnReasonV1) -> Result<Self, InvalidRecord> {
        let requirement = stored.requirement.as_deref();
        Ok(Self {
            pointer: stored.pointer,
            requirement: requirement
                .map(|name| named("requirement", &Requirement::NAMES, name))
                .transpose()?,
            text: stored.text,
        })
    }
}

impl From<Correction> for CorrectionV1 {
    fn from(correction: Correction) -> Self {
        Self {
            note: correction.note,
            at_ms: correction.at.as_millis(),
            revision: correction.revision.0,
            corrected: correction.corrected.0,
        }
    }
}

impl TryFrom<CorrectionV1> for Correction {
    type Error = InvalidRecord;

    fn try_from(stored: CorrectionV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            note: stored.note,
            at: Timestamp::from_millis(stored.at_ms),
            revision: Revision(stored.revision),
            corrected: Revision(stored.corrected),
        })
    }
}
