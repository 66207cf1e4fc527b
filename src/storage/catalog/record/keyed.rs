//! The stored form of keyed records. The version of a record is inside its value: the service that owns the
//! table has it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::asset::Revision;
use crate::storage::catalog::{KeyedRecord, RecordKey};

/// A stored keyed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of `KeyedRecord`")]
pub struct StoredKeyed {
    pub table: String,
    pub key: String,
    pub revision: u64,
    pub value: Value,
}

impl From<KeyedRecord> for StoredKeyed {
    fn from(record: KeyedRecord) -> Self {
        Self {
            table: record.key.table,
            key: record.key.key,
            revision: record.revision.0,
            value: record.value,
        }
    }
}

impl From<StoredKeyed> for KeyedRecord {
    fn from(stored: StoredKeyed) -> Self {
        Self {
            key: RecordKey {
                table: stored.table,
                key: stored.key,
            },
            revision: Revision(stored.revision),
            value: stored.value,
        }
    }
}
