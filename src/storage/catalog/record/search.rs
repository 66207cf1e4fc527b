//! The stored form of saved searches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{language_map, name_of, named, saved_search_id, slug, texts};
use crate::domain::access::Role;
use crate::domain::asset::Revision;
use crate::domain::{SavedSearch, Slug, Timestamp, Visibility};

/// A stored saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SavedSearchRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(SavedSearchV1),
}

/// Version 1 of a stored saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct SavedSearchV1 {
    pub id: String,
    pub revision: u64,
    pub titles: BTreeMap<String, String>,
    pub parameters: BTreeMap<String, String>,
    pub visibility: String,
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    pub created_at_ms: i64,
}

impl SavedSearchRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> SavedSearchV1 {
        match self {
            Self::V1(search) => search,
        }
    }
}

impl From<SavedSearch> for SavedSearchRecord {
    fn from(search: SavedSearch) -> Self {
        Self::V1(SavedSearchV1 {
            id: search.id.to_string(),
            revision: search.revision.0,
            titles: texts(&search.titles),
            parameters: search.parameters,
            visibility: name_of(&Visibility::NAMES, &search.visibility),
            role: search.role.name().to_owned(),
            organisation: search.organisation.as_ref().map(Slug::to_string),
            created_at_ms: search.created_at.as_millis(),
        })
    }
}

impl TryFrom<SavedSearchRecord> for SavedSearch {
    type Error = InvalidRecord;

    fn try_from(record: SavedSearchRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        Ok(Self {
            id: saved_search_id(&stored.id)?,
            revision: Revision(stored.revision),
            titles: language_map(stored.titles)?,
            parameters: stored.parameters,
            visibility: named("visibility", &Visibility::NAMES, &stored.visibility)?,
            role: named("role", &Role::NAMES, &stored.role)?,
            organisation: stored.organisation.as_deref().map(slug).transpose()?,
            created_at: Timestamp::from_millis(stored.created_at_ms),
        })
    }
}
