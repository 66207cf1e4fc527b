//! The stored forms of successions and of what they have passed on.

use serde::{Deserialize, Serialize};

use crate::domain::{Slug, WorkDate};
use crate::storage::catalog::{CatalogError, Keyed};

/// How far a succession is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It waits for its day.
    Planned,
    /// It passes on.
    Running,
    /// Everything has passed.
    Done,
    /// It was cancelled before its day.
    Cancelled,
}

impl Phase {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("planned", Self::Planned),
        ("running", Self::Running),
        ("done", Self::Done),
        ("cancelled", Self::Cancelled),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, phase)| *phase == self);
        found.map_or("", |(name, _)| name)
    }
}

/// A succession, under its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SuccessionRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(SuccessionV1),
}

/// Version 1 of a stored succession.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuccessionV1 {
    pub(super) id: String,
    pub(super) from: Vec<String>,
    pub(super) to: String,
    /// A day of Viet Nam.
    pub(super) on: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    pub(super) phase: Phase,
    pub(super) created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) finished_at_ms: Option<i64>,
    /// How much has passed, once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) passed: Option<PassedCountsV1>,
}

/// Version 1 of the stored counts of what has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassedCountsV1 {
    pub(super) works: u64,
    pub(super) accounts: u64,
    pub(super) tokens: u64,
    pub(super) saved_searches: u64,
}

/// What is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Account,
    /// A granted request for access whose token was not fetched.
    Grant,
    SavedSearch,
    Token,
    Work,
}

/// Something that a succession has passed on, under the succession, its kind and its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PassedRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(PassedV1),
}

/// Version 1 of the record of something that was passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassedV1 {
    pub(super) succession: String,
    pub(super) kind: Kind,
    pub(super) subject: String,
}

impl SuccessionRecord {
    pub(super) fn latest(&self) -> &SuccessionV1 {
        let Self::V1(record) = self;
        record
    }

    /// The next state of this record.
    pub(super) fn with(&self, change: impl FnOnce(&mut SuccessionV1)) -> Self {
        let mut next = self.latest().clone();
        change(&mut next);
        Self::V1(next)
    }

    pub(super) fn from(&self) -> Result<Vec<Slug>, CatalogError> {
        self.latest().from.iter().map(|text| slug(text)).collect()
    }

    pub(super) fn to(&self) -> Result<Slug, CatalogError> {
        slug(&self.latest().to)
    }

    /// Whether nothing passes any more.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.latest().phase, Phase::Done | Phase::Cancelled)
    }

    /// The day.
    pub(super) fn on(&self) -> Result<WorkDate, CatalogError> {
        let on = &self.latest().on;
        on.parse()
            .map_err(|_| CatalogError::NewerVersion(format!("the day {on} of a succession")))
    }
}

impl Kind {
    /// The stored name.
    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Grant => "grant",
            Self::SavedSearch => "saved-search",
            Self::Token => "token",
            Self::Work => "work",
        }
    }
}

impl PassedRecord {
    pub(super) fn new(succession: &str, kind: Kind, subject: impl ToString) -> Self {
        Self::V1(PassedV1 {
            succession: succession.to_owned(),
            kind,
            subject: subject.to_string(),
        })
    }

    /// What the keys of everything that a succession has passed on begin with.
    pub(super) fn prefix(succession: &str) -> String {
        format!("{succession}/")
    }

    /// The same, of one kind.
    pub(super) fn prefix_of(succession: &str, kind: Kind) -> String {
        format!("{succession}/{}/", kind.name())
    }

    pub(super) fn kind(&self) -> Kind {
        let Self::V1(record) = self;
        record.kind
    }

    /// The id of what has passed.
    pub(super) fn subject(&self) -> &str {
        let Self::V1(record) = self;
        &record.subject
    }
}

impl Keyed for SuccessionRecord {
    const TABLE: &'static str = "successions";

    fn key(&self) -> String {
        self.latest().id.clone()
    }
}

impl Keyed for PassedRecord {
    const TABLE: &'static str = "succession-passed";

    fn key(&self) -> String {
        let Self::V1(record) = self;
        let prefix = Self::prefix_of(&record.succession, record.kind);
        format!("{prefix}{}", record.subject)
    }
}

fn slug(text: &str) -> Result<Slug, CatalogError> {
    Slug::parse(text)
        .map_err(|_| CatalogError::NewerVersion(format!("the body {text} of a succession")))
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::{Keyed as _, PassedRecord, SuccessionRecord};

    fn read<T: Serialize + DeserializeOwned>(bytes: &str) -> T {
        let record: T = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        record
    }

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let succession: SuccessionRecord = read(include_str!(
            "../../../tests/fixtures/records/keyed/succession.v1.json"
        ));
        assert_eq!(succession.key(), "s-0123456789ab");
        let passed: PassedRecord = read(include_str!(
            "../../../tests/fixtures/records/keyed/succession-passed.v1.json"
        ));
        assert_eq!(passed.key(), "s-0123456789ab/token/4f9a2c");
    }
}
