//! A saved search with titles, whose feed can be followed.
//!
//! It belongs to a role and an organisation, never to a person (to a token that has no organisation), and stores the parameters of an address,
//! which are interpreted again for every search. It cannot be edited: the subscribers of its feed would
//! get other works without notice.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::asset::Revision;
use super::credential::Credential;
use super::role::Role;
use super::{LanguageMap, Slug, Timestamp};

/// A search that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Permanent; also the id of its feed.
    pub id: SavedSearchId,
    /// Counts up by one with every change.
    pub revision: Revision,
    /// Its titles; at least one.
    pub titles: LanguageMap,
    /// The parameters of the search by name, as in its address.
    pub parameters: BTreeMap<String, String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// The role of the token it was saved with.
    pub role: Role,
    /// The organisation of that token, if it has one.
    pub organisation: Option<Slug>,
    /// That token, when it has no organisation: tokens of one role have nothing else in common.
    pub credential: Option<Credential>,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// Who may read a saved search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Visibility {
    /// Tokens of the role and body it was saved with; without a body that token alone.
    #[default]
    Private,
    /// Everybody.
    Public,
}

impl Visibility {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 2] =
        [("private", Self::Private), ("public", Self::Public)];
}

/// The id of a saved search: a UUID version 7 (RFC 9562), so ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SavedSearchId([u8; 16]);

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a saved search: {0:?}")]
pub struct InvalidSavedSearchId(pub String);

impl SavedSearchId {
    /// From 16 bytes in network order.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// 16 bytes in network order; they sort as the ids do.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FromStr for SavedSearchId {
    type Err = InvalidSavedSearchId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::try_parse(text)
            .map(|id| Self(id.into_bytes()))
            .map_err(|_| InvalidSavedSearchId(text.to_owned()))
    }
}

impl fmt::Display for SavedSearchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}
