//! The stored form of events.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{asset_id, name_of, named, parsed, sha256};
use crate::domain::Timestamp;
use crate::domain::asset::Revision;
use crate::storage::catalog::{Event, EventKind, EventNumber, Subject};

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(EventV1),
}

/// Version 1 of a stored event: about a work (`asset`, `revision`) or about a blob (`blob`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct EventV1 {
    pub number: u64,
    pub at_ms: i64,
    pub by: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
}

impl EventRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> EventV1 {
        match self {
            Self::V1(event) => event,
        }
    }
}

impl From<Event> for EventRecord {
    fn from(event: Event) -> Self {
        let (asset, revision, blob) = match event.subject {
            Subject::Asset(id, revision) => (Some(id.to_string()), Some(revision.0), None),
            Subject::Blob(key) => (None, None, Some(key.to_hex())),
        };
        Self::V1(EventV1 {
            number: event.number.0,
            at_ms: event.at.as_millis(),
            by: event.by,
            kind: name_of(&EventKind::NAMES, &event.kind),
            asset,
            revision,
            blob,
        })
    }
}

impl TryFrom<EventRecord> for Event {
    type Error = InvalidRecord;

    fn try_from(record: EventRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        let subject = match (&stored.asset, stored.revision, &stored.blob) {
            (Some(id), Some(revision), None) => Subject::Asset(asset_id(id)?, Revision(revision)),
            (None, None, Some(key)) => Subject::Blob(sha256(key)?),
            _ => return parsed("event subject", &format!("{stored:?}"), |_| None),
        };
        Ok(Self {
            number: EventNumber(stored.number),
            at: Timestamp::from_millis(stored.at_ms),
            by: stored.by,
            subject,
            kind: named("event kind", &EventKind::NAMES, &stored.kind)?,
        })
    }
}
