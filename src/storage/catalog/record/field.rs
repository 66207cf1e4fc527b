//! Single fields of stored records, to and from the domain.

use std::collections::BTreeMap;

use crate::domain::asset::AssetId;
use crate::domain::{LanguageMap, LanguageTag, SavedSearchId, Sha256, Slug, Timestamp};

/// A stored value that the domain does not take: damage that a checksum cannot see, or a record
/// written by a newer version of the archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored {what} is not valid: {value:?}")]
pub struct InvalidRecord {
    /// Which field.
    pub what: &'static str,
    /// Its stored value.
    pub value: String,
}

/// Reads a text of the domain from its stored form.
pub(super) fn parsed<T>(
    what: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, InvalidRecord> {
    parse(text).ok_or_else(|| InvalidRecord {
        what,
        value: text.to_owned(),
    })
}

/// The wire name of a value of a closed list.
pub(super) fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> String {
    names
        .iter()
        .find(|(_, named)| named == value)
        .map_or_else(String::new, |(name, _)| (*name).to_owned())
}

/// The value with this wire name.
pub(super) fn named<T: Copy>(
    what: &'static str,
    names: &[(&'static str, T)],
    name: &str,
) -> Result<T, InvalidRecord> {
    parsed(what, name, |name| {
        names
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    })
}

pub(super) fn millis(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::as_millis)
}

pub(super) fn moment(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

pub(super) fn asset_id(text: &str) -> Result<AssetId, InvalidRecord> {
    parsed("asset id", text, |text| text.parse().ok())
}

pub(super) fn saved_search_id(text: &str) -> Result<SavedSearchId, InvalidRecord> {
    parsed("saved search id", text, |text| text.parse().ok())
}

pub(super) fn sha256(text: &str) -> Result<Sha256, InvalidRecord> {
    parsed("SHA-256", text, |text| text.parse().ok())
}

pub(super) fn slug(text: &str) -> Result<Slug, InvalidRecord> {
    parsed("slug", text, |text| Slug::parse(text).ok())
}

pub(super) fn language(text: &str) -> Result<LanguageTag, InvalidRecord> {
    parsed("language", text, |text| LanguageTag::parse(text).ok())
}

pub(super) fn slugs(texts: &[String]) -> Result<Vec<Slug>, InvalidRecord> {
    texts.iter().map(|text| slug(text)).collect()
}

pub(super) fn slug_texts(slugs: &[Slug]) -> Vec<String> {
    slugs.iter().map(Slug::to_string).collect()
}

pub(super) fn texts(map: &LanguageMap) -> BTreeMap<String, String> {
    map.iter()
        .map(|(tag, text)| (tag.to_string(), text.to_owned()))
        .collect()
}

pub(super) fn language_map(texts: BTreeMap<String, String>) -> Result<LanguageMap, InvalidRecord> {
    texts
        .into_iter()
        .map(|(tag, text)| Ok((language(&tag)?, text)))
        .collect()
}

pub(super) fn all<S, T: TryFrom<S, Error = InvalidRecord>>(
    stored: Vec<S>,
) -> Result<Vec<T>, InvalidRecord> {
    stored.into_iter().map(T::try_from).collect()
}
