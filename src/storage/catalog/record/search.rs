//! The stored form of saved searches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{language_map, name_of, named, saved_search_id, slug, texts};
use crate::domain::access::{Credential, Role};
use crate::domain::asset::Revision;
use crate::domain::{SavedSearch, Slug, Timestamp, Visibility};

/// A stored saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SavedSearchRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(SavedSearchV1),
    /// Of a holder without organisation: with its token or account.
    #[serde(rename = "v2")]
    V2(SavedSearchV2),
}

/// Version 2 of a stored saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct SavedSearchV2 {
    pub id: String,
    pub revision: u64,
    pub titles: BTreeMap<String, String>,
    pub parameters: BTreeMap<String, String>,
    pub visibility: String,
    pub role: String,
    pub token: String,
    pub created_at_ms: i64,
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
    /// Its revision.
    pub const fn revision(&self) -> u64 {
        match self {
            Self::V1(search) => search.revision,
            Self::V2(search) => search.revision,
        }
    }
}

impl From<SavedSearch> for SavedSearchRecord {
    fn from(search: SavedSearch) -> Self {
        let id = search.id.to_string();
        let revision = search.revision.0;
        let titles = texts(&search.titles);
        let visibility = name_of(&Visibility::NAMES, &search.visibility);
        let role = search.role.name().to_owned();
        let created_at_ms = search.created_at.as_millis();
        let parameters = search.parameters;
        match search.credential {
            Some(credential) => Self::V2(SavedSearchV2 {
                id,
                revision,
                titles,
                parameters,
                visibility,
                role,
                token: credential.to_string(),
                created_at_ms,
            }),
            None => Self::V1(SavedSearchV1 {
                id,
                revision,
                titles,
                parameters,
                visibility,
                role,
                organisation: search.organisation.as_ref().map(Slug::to_string),
                created_at_ms,
            }),
        }
    }
}

impl TryFrom<SavedSearchRecord> for SavedSearch {
    type Error = InvalidRecord;

    fn try_from(record: SavedSearchRecord) -> Result<Self, InvalidRecord> {
        let (stored, credential) = match record {
            SavedSearchRecord::V1(search) => (search, None),
            SavedSearchRecord::V2(search) => {
                let stored = SavedSearchV1 {
                    id: search.id,
                    revision: search.revision,
                    titles: search.titles,
                    parameters: search.parameters,
                    visibility: search.visibility,
                    role: search.role,
                    organisation: None,
                    created_at_ms: search.created_at_ms,
                };
                (stored, Some(Credential::from(search.token)))
            }
        };
        Ok(Self {
            id: saved_search_id(&stored.id)?,
            revision: Revision(stored.revision),
            titles: language_map(stored.titles)?,
            parameters: stored.parameters,
            visibility: named("visibility", &Visibility::NAMES, &stored.visibility)?,
            role: named("role", &Role::NAMES, &stored.role)?,
            organisation: stored.organisation.as_deref().map(slug).transpose()?,
            credential,
            created_at: Timestamp::from_millis(stored.created_at_ms),
        })
    }
}
