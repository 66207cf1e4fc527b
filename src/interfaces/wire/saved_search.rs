//! Saved searches, as they are sent and given.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::names::{self, name_of};
use super::place::Place;
use super::reading::Reading;
use super::schema;
use crate::domain::asset::limits;
use crate::domain::text::line;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, SavedSearch, Violations, Visibility};
use crate::services::sharing::NewSearch;

/// What callers say of a saved search, coming in and going out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SavedSearchWanted)]
pub struct SavedSearchDto {
    /// What it is called, by BCP 47 language tag; at least one title.
    #[schema(schema_with = schema::titles)]
    pub titles: BTreeMap<String, String>,
    /// The parameters of the search.
    #[schema(schema_with = schema::parameters)]
    pub query: BTreeMap<String, String>,
    /// Who may read it; `private` unless you say.
    #[serde(default)]
    #[schema(schema_with = schema::visibility)]
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

/// Reads a search to save. `broken_rule` says what keeps a parameter from being one.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_saved_search(
    value: &Value,
    vocabularies: &Vocabularies,
    broken_rule: fn(&str, &str) -> Option<Rule>,
) -> Result<NewSearch, Violations> {
    let mut reading = Reading::new(vocabularies);
    let root = Place::Root;
    let mut search = NewSearch::default();
    let names = ["titles", "query", "visibility"];
    if let Some([titles, query, visibility]) = reading.record(&root, value, names) {
        let titles = reading.required(&root, "titles", titles, |reading, at, value| {
            Some(reading.language_map(at, value, line, limits::TITLE))
        });
        search.titles = titles.unwrap_or_default();
        let query = reading.required(&root, "query", query, |reading, at, value| {
            Some(parameters(reading, at, value, broken_rule))
        });
        search.parameters = query.unwrap_or_default();
        if let Some(visibility) = visibility {
            let (at, list) = (root.property("visibility"), &Visibility::NAMES);
            let visibility = reading.one_of(&at, visibility, list, names::VISIBILITY);
            search.visibility = visibility.unwrap_or_default();
        }
        // Titles that were all refused have been noted where they stand.
        if search.titles.is_empty() && !reading.has_noted_below("/titles") {
            reading.refuse(&root.property("titles"), Rule::Required);
        }
    }
    reading.finish(search)
}

fn parameters(
    reading: &mut Reading<'_>,
    at: &Place<'_>,
    value: &Value,
    broken_rule: fn(&str, &str) -> Option<Rule>,
) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::new();
    for (name, value) in reading.properties(at, value) {
        let place = at.property(name);
        if value.is_null() {
            continue;
        }
        let Some(text) = reading.text(&place, value, line, limits::PARAMETER) else {
            continue;
        };
        match broken_rule(name, &text) {
            None => drop(parameters.insert(name.to_owned(), text)),
            Some(rule) => reading.refuse(&place, rule),
        }
    }
    parameters
}
