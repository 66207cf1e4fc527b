//! The stored form of successions.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::allocation::Part;
use crate::domain::access::TokenId;
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
    /// What other successors get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<PartV1>,
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

/// Version 1 of the stored part of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartV1 {
    pub(super) to: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    works: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    access_requests: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    saved_searches: Vec<String>,
    /// How much its successor has got, once the succession is done.
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

    /// What other successors get.
    pub(super) fn parts(&self) -> Result<Vec<Part>, CatalogError> {
        self.latest().parts.iter().map(PartV1::part).collect()
    }

    /// All successors, the main one first.
    pub(super) fn successors(&self) -> Result<Vec<Slug>, CatalogError> {
        let parts = self.latest().parts.iter();
        let all = std::iter::once(&self.latest().to).chain(parts.map(|part| &part.to));
        all.map(|to| slug(to)).collect()
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

impl PartV1 {
    fn part(&self) -> Result<Part, CatalogError> {
        let places = self.places.iter().map(|place| slug(place));
        Ok(Part {
            to: slug(&self.to)?,
            places: places.collect::<Result<_, _>>()?,
            works: parsed(&self.works)?,
            accounts: parsed(&self.accounts)?,
            tokens: self.tokens.iter().cloned().map(TokenId).collect(),
            access_requests: self.access_requests.clone(),
            saved_searches: parsed(&self.saved_searches)?,
        })
    }
}

impl From<&Part> for PartV1 {
    fn from(part: &Part) -> Self {
        Self {
            to: part.to.to_string(),
            places: texts(&part.places),
            works: texts(&part.works),
            accounts: texts(&part.accounts),
            tokens: part.tokens.iter().map(|token| token.0.clone()).collect(),
            access_requests: part.access_requests.clone(),
            saved_searches: texts(&part.saved_searches),
            passed: None,
        }
    }
}

impl Keyed for SuccessionRecord {
    const TABLE: &'static str = "successions";

    fn key(&self) -> String {
        self.latest().id.clone()
    }
}

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(T::to_string).collect()
}

fn parsed<T: FromStr>(texts: &[String]) -> Result<Vec<T>, CatalogError> {
    let unreadable = |text| CatalogError::NewerVersion(format!("the id {text} of a succession"));
    let ids = texts.iter();
    ids.map(|text| text.parse().map_err(|_| unreadable(text)))
        .collect()
}

fn slug(text: &str) -> Result<Slug, CatalogError> {
    Slug::parse(text)
        .map_err(|_| CatalogError::NewerVersion(format!("the body {text} of a succession")))
}

#[cfg(test)]
mod tests {
    use super::{Keyed as _, SuccessionRecord};

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        for bytes in [
            include_str!("../../../tests/fixtures/records/keyed/succession.v1.json"),
            include_str!("../../../tests/fixtures/records/keyed/succession-split.v1.json"),
        ] {
            let record: SuccessionRecord = serde_json::from_str(bytes).unwrap();
            assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
            assert_eq!(record.key(), "s-0123456789ab");
            let parts = record.parts().unwrap();
            assert_eq!(parts.len(), record.latest().parts.len());
        }
    }
}
