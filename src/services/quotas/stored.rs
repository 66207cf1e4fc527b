//! The stored form of a quota.

use serde::{Deserialize, Serialize};

use crate::storage::catalog::Keyed;

/// The quota of a body, under its slug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum QuotaRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(QuotaV1),
}

/// Version 1 of a stored quota. What is absent has no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaV1 {
    pub(super) organisation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) works: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) requests_per_minute: Option<u64>,
}

impl Keyed for QuotaRecord {
    const TABLE: &'static str = "quotas";

    fn key(&self) -> String {
        let Self::V1(quota) = self;
        quota.organisation.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyed as _, QuotaRecord};

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes = include_str!("../../../tests/fixtures/records/keyed/quota.v1.json");
        let record: QuotaRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "dic");
    }
}
