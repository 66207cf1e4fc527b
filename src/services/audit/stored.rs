//! The stored form of entries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Act, AuditEntry};
use crate::domain::Timestamp;
use crate::storage::catalog::{CatalogError, Keyed};

/// An entry, under its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum EntryRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(EntryV1),
}

/// Version 1 of a stored entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryV1 {
    pub(super) hashed: HashedV1,
    /// SHA-256 in hexadecimal digits.
    pub(super) hash: String,
}

/// What the hash covers beside the hash before: this as JSON, fields in this order, names of details sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HashedV1 {
    pub(super) number: u64,
    pub(super) at_ms: i64,
    pub(super) by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<String>,
    pub(super) act: String,
    pub(super) subject: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) details: BTreeMap<String, String>,
}

impl Keyed for EntryRecord {
    const TABLE: &'static str = "audit";

    fn key(&self) -> String {
        let Self::V1(entry) = self;
        key(entry.hashed.number)
    }
}

/// The key of an entry: sorts as its number.
pub(super) fn key(number: u64) -> String {
    format!("{number:020}")
}

impl TryFrom<EntryRecord> for AuditEntry {
    type Error = CatalogError;

    fn try_from(record: EntryRecord) -> Result<Self, CatalogError> {
        let EntryRecord::V1(EntryV1 { hashed, hash }) = record;
        let act = Act::NAMES.iter().find(|(name, _)| *name == hashed.act);
        let (Some((_, act)), Ok(hash)) = (act, hash.parse()) else {
            let what = format!("entry {} of the audit trail", hashed.number);
            return Err(CatalogError::NewerVersion(what));
        };
        Ok(Self {
            number: hashed.number,
            at: Timestamp::from_millis(hashed.at_ms),
            by: hashed.by,
            organisation: hashed.organisation,
            act: *act,
            subject: hashed.subject,
            details: hashed.details,
            hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::EntryRecord;
    use crate::services::audit::entry::{Act, AuditEntry};
    use crate::storage::catalog::Keyed as _;

    /// The bytes were written by hand from the description of the version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes = include_str!("../../../tests/fixtures/records/keyed/audit-entry.v1.json");
        let record: EntryRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "00000000000000000007");
        let entry = AuditEntry::try_from(record).unwrap();
        assert_eq!((entry.number, entry.act), (7, Act::WorkDecided));
        assert_eq!(entry.details["event"], "submitted");
    }
}
