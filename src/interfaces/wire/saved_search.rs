//! Saved searches in requests and responses.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::names::{self, name_of};
use super::pointer::Pointer;
use super::reader::JsonReader;
use super::schema_fields;
use crate::domain::asset::limits;
use crate::domain::text::line;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, SavedSearch, Violations, Visibility};
use crate::services::sharing::NewSearch;

/// The titles, parameters and visibility of a saved search, in requests and responses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SavedSearchWanted)]
pub struct SavedSearchDto {
    /// What it is called, by BCP 47 language tag; at least one title.
    #[schema(schema_with = schema_fields::titles)]
    pub titles: BTreeMap<String, String>,
    /// The parameters of the search.
    #[schema(schema_with = schema_fields::parameters)]
    pub query: BTreeMap<String, String>,
    /// Who may read it; `private` by default.
    #[serde(default)]
    #[schema(schema_with = schema_fields::visibility)]
    pub visibility: &'static str,
}

impl From<&SavedSearch> for SavedSearchDto {
    fn from(search: &SavedSearch) -> Self {
        let titles = search.titles.iter();
        Self {
            titles: titles
                .map(|(tag, text)| (tag.to_string(), text.to_owned()))
                .collect(),
            query: search.parameters.clone(),
            visibility: name_of(&Visibility::NAMES, &search.visibility),
        }
    }
}

/// Parses a search to save. `broken_rule` returns why a parameter cannot be saved.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_saved_search(
    value: &Value,
    vocabularies: &Vocabularies,
    broken_rule: fn(&str, &str) -> Option<Rule>,
) -> Result<NewSearch, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let root = Pointer::Root;
    let mut search = NewSearch::default();
    let names = ["titles", "query", "visibility"];
    if let Some([titles, query, visibility]) = reader.record(&root, value, names) {
        let titles = reader.required(&root, "titles", titles, |reader, at, value| {
            Some(reader.language_map(at, value, line, limits::TITLE))
        });
        search.titles = titles.unwrap_or_default();
        let query = reader.required(&root, "query", query, |reader, at, value| {
            Some(parameters(reader, at, value, broken_rule))
        });
        search.parameters = query.unwrap_or_default();
        if let Some(visibility) = visibility {
            let (at, list) = (root.property("visibility"), &Visibility::NAMES);
            let visibility = reader.one_of(&at, visibility, list, names::VISIBILITY);
            search.visibility = visibility.unwrap_or_default();
        }
        // Refused titles are reported at their own pointers.
        if search.titles.is_empty() && !reader.has_violation_below("/titles") {
            reader.refuse(&root.property("titles"), Rule::Required);
        }
    }
    reader.finish(search)
}

pub(super) fn parameters(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
    broken_rule: fn(&str, &str) -> Option<Rule>,
) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::new();
    for (name, value) in reader.properties(at, value) {
        let place = at.property(name);
        if value.is_null() {
            continue;
        }
        let Some(text) = reader.text(&place, value, line, limits::PARAMETER) else {
            continue;
        };
        match broken_rule(name, &text) {
            None => drop(parameters.insert(name.to_owned(), text)),
            Some(rule) => reader.refuse(&place, rule),
        }
    }
    parameters
}
