//! Values of the index that no stored record has.

use serde::{Deserialize, Serialize};

use super::super::journal::{Place, Position};
use crate::storage::catalog::Counts;
use crate::storage::catalog::record::{AuditRecord, IdentifierV1};

/// How far the journal is applied, and what is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The format of the index; another one than [`Meta::FORMAT`] is rebuilt.
    pub(crate) format: u32,
    /// Behind the last change set applied.
    pub(crate) position: Position,
    /// The last line applied, by which index and journal know each other.
    pub(crate) last_line: Option<Place>,
    /// The number of the last event.
    pub(crate) events: u64,
    /// The number of the last job.
    pub(crate) jobs: u64,
    /// Works alive.
    pub(crate) assets: u64,
    /// Works deleted.
    pub(crate) tombstones: u64,
    /// Jobs that wait.
    pub(crate) jobs_open: u64,
    /// Jobs given up.
    pub(crate) jobs_dead: u64,
}

impl Meta {
    /// The present format of the index.
    pub(crate) const FORMAT: u32 = 1;

    /// What a new index begins with.
    pub(crate) fn new() -> Self {
        Self {
            format: Self::FORMAT,
            ..Self::default()
        }
    }

    /// What the port tells.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            assets: self.assets,
            tombstones: self.tombstones,
            events: self.events,
            jobs_open: self.jobs_open,
            jobs_dead: self.jobs_dead,
        }
    }
}

/// A work or tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssetRow {
    /// Its revision.
    pub(crate) revision: u64,
    /// Whether it is a work, not a tombstone.
    pub(crate) alive: bool,
    /// Its line in the journal.
    pub(crate) place: Place,
    /// The identifiers it carries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) identifiers: Vec<IdentifierV1>,
    /// The blobs of its files, in hexadecimal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) blobs: Vec<String>,
}

/// A referenced blob.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct BlobRow {
    /// Works that have it as a file, and renditions that are it.
    pub(crate) references: u64,
    /// The last audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) audit: Option<AuditRecord>,
}
