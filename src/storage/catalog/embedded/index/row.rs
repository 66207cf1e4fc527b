//! Values of the index that no stored record has.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::journal::{Place, Position};
use super::table::Table;
use crate::storage::catalog::record::{
    AuditRecord, EventRecord, EventV1, HashedPictureRecord, ProcessedBlobRecord,
};
use crate::storage::catalog::{CatalogError, Counts, Event, EventKind, LogId, Subject};

/// How far the journal is applied, and what is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The format of the index; another one than [`Meta::FORMAT`] is rebuilt.
    pub(crate) format: u32,
    /// Behind the last change set applied.
    pub(crate) position: Position,
    /// The last line applied, by which index and journal know each other.
    pub(crate) last_line: Option<Place>,
    /// The identity of the log, as hyphenated UUID.
    pub(crate) log: Option<String>,
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
    pub(crate) const FORMAT: u32 = 6;

    /// What a new index begins with.
    pub(crate) fn new() -> Self {
        Self {
            format: Self::FORMAT,
            ..Self::default()
        }
    }

    /// The identity of the log, once it has one.
    pub(crate) fn log_id(&self) -> Option<LogId> {
        self.log.as_deref()?.parse().ok()
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

/// A work or tombstone. Names are short because there are many of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssetRow {
    /// Its revision.
    #[serde(rename = "r")]
    pub(crate) revision: u64,
    /// Whether it is a work, not a tombstone.
    #[serde(rename = "a")]
    pub(crate) alive: bool,
    /// Its line in the journal.
    #[serde(rename = "p")]
    pub(crate) place: Place,
    /// The identifiers it carries, as scheme and value.
    #[serde(rename = "i", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) identifiers: Vec<(String, String)>,
    /// The blobs of its files, in hexadecimal.
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) blobs: Vec<String>,
    /// The length of each, in the same order.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sizes: Vec<u64>,
    /// The blobs of its sealed files, in hexadecimal, with their lengths.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sealed: Vec<(String, u64)>,
    /// The bytes of its files, sealed or not, and of those that only earlier revisions have; the same bytes count once.
    #[serde(rename = "h", default)]
    pub(crate) held_bytes: u64,
    /// The organisation that it counts for.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<String>,
}

/// What an organisation takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct UsageRow {
    /// Works that are not deleted.
    pub(crate) works: u64,
    /// [`AssetRow::held_bytes`] of all of them, and what keyed records hold.
    pub(crate) bytes: u64,
}

/// A revision of a work. Names are short because there are many of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RevisionRow {
    /// Its line in the journal.
    #[serde(rename = "p")]
    pub(crate) place: Place,
    /// What happened: a name of [`EventKind::NAMES`].
    #[serde(rename = "k")]
    pub(crate) kind: String,
    /// When, in milliseconds since 1970.
    #[serde(rename = "t")]
    pub(crate) at_ms: i64,
    /// Who.
    #[serde(rename = "b")]
    pub(crate) by: String,
    /// Why.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl RevisionRow {
    /// What happened, as a domain value.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] when it is no name of [`EventKind::NAMES`].
    pub(crate) fn kind(&self) -> Result<EventKind, CatalogError> {
        let mut names = EventKind::NAMES.iter();
        let named = names.find(|(name, _)| *name == self.kind);
        named.map(|(_, kind)| *kind).ok_or_else(|| {
            CatalogError::Damaged(format!(
                "a revision in the index is of kind {:?}",
                self.kind
            ))
        })
    }
}

/// Consecutive events of one change set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventsRow {
    /// The number of the first.
    pub(crate) first: u64,
    /// When they happened.
    pub(crate) at_ms: i64,
    /// Who made them happen.
    pub(crate) by: String,
    /// Kind and subject of each: a work with its revision, or a blob.
    pub(crate) events: Vec<(String, String, Option<u64>)>,
}

impl EventsRow {
    /// Events in one row at most.
    pub(crate) const MAX: usize = 128;

    /// A row of one event.
    pub(crate) fn new(event: &Event) -> Self {
        let mut row = Self {
            first: event.number.0,
            at_ms: event.at.as_millis(),
            by: event.by.clone(),
            events: Vec::new(),
        };
        row.push(event);
        row
    }

    /// Adds the next event.
    pub(crate) fn push(&mut self, event: &Event) {
        let (subject, revision) = match event.subject {
            Subject::Asset(id, revision) => (id.to_string(), Some(revision.0)),
            Subject::Blob(key) => (key.to_hex(), None),
        };
        self.events
            .push((event.kind.name().to_owned(), subject, revision));
    }

    /// Whether the event can stand in this row too.
    pub(crate) fn takes(&self, event: &Event) -> bool {
        self.events.len() < Self::MAX
            && event.number.0 == self.first + self.events.len() as u64
            && event.at.as_millis() == self.at_ms
            && event.by == self.by
    }

    /// The number of the last.
    pub(crate) fn last(&self) -> u64 {
        self.first + (self.events.len() as u64).saturating_sub(1)
    }

    /// The events, as they are stored elsewhere.
    pub(crate) fn into_records(self) -> impl Iterator<Item = EventRecord> {
        let Self {
            first,
            at_ms,
            by,
            events,
        } = self;
        (first..)
            .zip(events)
            .map(move |(number, (kind, subject, revision))| {
                let (asset, blob) = match revision {
                    Some(_) => (Some(subject), None),
                    None => (None, Some(subject)),
                };
                EventRecord::V1(EventV1 {
                    number,
                    at_ms,
                    by: by.clone(),
                    kind,
                    asset,
                    revision,
                    blob,
                })
            })
    }
}

/// A referenced blob.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct BlobRow {
    /// Works that have it as a file now or in an earlier revision, and renditions that are it.
    pub(crate) references: u64,
    /// The last audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) audit: Option<AuditRecord>,
    /// What the picture in it looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) picture: Option<HashedPictureRecord>,
    /// What processing it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) processed: Option<ProcessedBlobRecord>,
}

/// Reads a row as it is stored.
///
/// # Errors
/// [`CatalogError::Damaged`] when it is not of this form.
pub(crate) fn from_row<T: DeserializeOwned>(table: Table, row: &[u8]) -> Result<T, CatalogError> {
    serde_json::from_slice(row).map_err(|error| {
        CatalogError::Damaged(format!(
            "a row of the index table {} cannot be read ({error}); stop the archive and delete \
             its folder `index`: it is rebuilt from the journal at the next start",
            table.name()
        ))
    })
}

/// A row as it is stored.
///
/// # Errors
/// None in practice: rows are plain data.
pub(crate) fn to_row(row: &impl Serialize) -> Result<Vec<u8>, CatalogError> {
    serde_json::to_vec(row).map_err(|error| CatalogError::Io(error.into()))
}

/// A record of the index as a domain value.
///
/// # Errors
/// [`CatalogError::Damaged`] when it is not one.
pub(crate) fn readable<R, T>(record: R) -> Result<T, CatalogError>
where
    T: TryFrom<R>,
    T::Error: std::fmt::Display,
{
    T::try_from(record).map_err(|bad| CatalogError::Damaged(bad.to_string()))
}
