//! Keyed records: everything that is neither a work nor about one's files, such as accounts, sessions,
//! audit entries and notifications.
//!
//! The catalogue keeps the JSON of a record under a table name and a text key, with a revision, and can read
//! keys in order. It does not know what a record means, except for the bytes that it holds ([`Held`]): the service that owns a table defines the type, its
//! versions and its keys ([`Keyed`]). A second access path is a second table, written in the same change
//! set, whose records say where the first is.
//!
//! A type is an enum with one variant per version, tagged with its name (`{"v1": {…}}`), as all stored
//! records are; golden bytes of each version are in `tests/fixtures/records/keyed`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::Slug;
use crate::domain::asset::Revision;

/// A record as the catalogue keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRecord {
    /// Where.
    pub key: RecordKey,
    /// Counts the writes of this key, from 1.
    pub revision: Revision,
    /// The record.
    pub value: Value,
    /// What it takes up beside itself.
    pub held: Option<Held>,
}

/// Bytes that a record holds for an organisation, such as those of an upload that is no file of a work yet. They count as used
/// ([`Usage`](super::Usage)) from the commit that writes the record to the one that replaces or deletes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// For whom.
    pub organisation: Slug,
    /// How many.
    pub bytes: u64,
}

/// The address of a keyed record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// The name of the table: lower-case ASCII letters and `-`.
    pub table: String,
    /// The key: any text that is not empty. Records of a table are in the order of the bytes of their keys.
    pub key: String,
}

/// Which records of a table to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRange {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Only keys behind this one in the order of reading. A cursor never expires.
    pub after: Option<String>,
    /// Read from the greatest key down.
    pub descending: bool,
}

impl KeyRange {
    /// All keys that begin with `prefix`, ascending.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            ..Self::default()
        }
    }

    /// Only keys behind this one.
    #[must_use]
    pub fn after(mut self, after: Option<String>) -> Self {
        self.after = after;
        self
    }

    /// From the greatest key down.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }
}

/// A type that is stored as a keyed record.
pub trait Keyed: Serialize + DeserializeOwned + Send {
    /// The table.
    const TABLE: &'static str;

    /// The key of this record; it never changes.
    fn key(&self) -> String;

    /// What the record takes up beside itself; nothing, for most tables.
    fn held(&self) -> Option<Held> {
        None
    }

    /// Where the record is.
    fn address(&self) -> RecordKey {
        RecordKey {
            table: Self::TABLE.to_owned(),
            key: self.key(),
        }
    }
}

/// A record as it was read, with the revision that a change expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// Its revision.
    pub revision: Revision,
}
