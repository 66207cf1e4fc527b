//! The stored form of requests for access.

use serde::{Deserialize, Serialize};

use crate::storage::catalog::Keyed;

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    /// Nobody has looked at it.
    Received,
    /// An administrator looks into it.
    InReview,
    /// The asker may fetch the token, or has it.
    Granted,
    /// Refused, with a reason.
    Refused,
    /// The asker does not want it any more.
    Withdrawn,
}

impl RequestState {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("received", Self::Received),
        ("in-review", Self::InReview),
        ("granted", Self::Granted),
        ("refused", Self::Refused),
        ("withdrawn", Self::Withdrawn),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, state)| *state == self);
        found.map_or("", |(name, _)| name)
    }

    /// Whether it waits for a decision.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::InReview)
    }
}

/// A request for access, under its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RequestRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(RequestV1),
}

/// Version 1 of a stored request for access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestV1 {
    pub(super) id: String,
    pub(super) role: String,
    /// The body as the asker calls it.
    pub(super) body: String,
    pub(super) purpose: String,
    /// The address of the office, encrypted; none once it was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed_contact: Option<String>,
    /// SHA-256 of the receipt code.
    pub(super) receipt_hash: String,
    pub(super) state: RequestState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    pub(super) received_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decided_at_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grant: Option<GrantV1>,
}

/// Version 1 of a stored grant: the token to make, and the link that makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) permissions: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at_ms: Option<i64>,
    /// SHA-256 of the one-time link; none once it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) link_hash: Option<String>,
    pub(super) link_expires_at_ms: i64,
}

impl RequestRecord {
    pub(super) fn latest(&self) -> &RequestV1 {
        let Self::V1(record) = self;
        record
    }

    /// The next state of this record.
    pub(super) fn with(&self, change: impl FnOnce(&mut RequestV1)) -> Self {
        let mut next = self.latest().clone();
        change(&mut next);
        Self::V1(next)
    }
}

impl Keyed for RequestRecord {
    const TABLE: &'static str = "access-requests";

    fn key(&self) -> String {
        self.latest().id.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyed as _, RequestRecord};

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes = include_str!("../../../tests/fixtures/records/keyed/access-request.v1.json");
        let record: RequestRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "q-0123456789ab");
    }
}
