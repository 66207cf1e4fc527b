//! The stored form of keyed records. The version of a record is inside its value: the service that owns the
//! table has it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{InvalidRecord, field};
use crate::domain::asset::Revision;
use crate::storage::catalog::{Held, KeyedRecord, RecordKey};

/// A stored keyed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of `KeyedRecord`")]
pub struct StoredKeyed {
    pub table: String,
    pub key: String,
    pub revision: u64,
    pub value: Value,
    /// Since 0.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<StoredHeld>,
}

/// Stored bytes that a record holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of `Held`")]
pub struct StoredHeld {
    pub organisation: String,
    pub bytes: u64,
}

impl From<KeyedRecord> for StoredKeyed {
    fn from(record: KeyedRecord) -> Self {
        Self {
            table: record.key.table,
            key: record.key.key,
            revision: record.revision.0,
            value: record.value,
            held: record.held.map(|held| StoredHeld {
                organisation: held.organisation.to_string(),
                bytes: held.bytes,
            }),
        }
    }
}

impl TryFrom<StoredKeyed> for KeyedRecord {
    type Error = InvalidRecord;

    fn try_from(stored: StoredKeyed) -> Result<Self, InvalidRecord> {
        let held = stored.held.map(|held| {
            Ok(Held {
                organisation: field::slug(&held.organisation)?,
                bytes: held.bytes,
            })
        });
        Ok(Self {
            key: RecordKey {
                table: stored.table,
                key: stored.key,
            },
            revision: Revision(stored.revision),
            value: stored.value,
            held: held.transpose()?,
        })
    }
}
