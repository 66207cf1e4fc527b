//! Facet counts with labels.

use std::collections::HashMap;

use crate::domain::vocabulary::{Direction, Vocabularies};
use crate::services::search::filters::{Facet, Filters};
use crate::services::search::request::SearchRequest;
use crate::services::search::response::{FacetCounts, FacetValue, PlaceFilter};
use crate::services::search::snapshot::facet_tags::{Counts, most_frequent};

/// The counts of the requested facets, with labels in the requested language.
pub(crate) fn facet_counts(
    counts: &Counts,
    request: &SearchRequest,
    filters: &Filters,
    vocabularies: &Vocabularies,
) -> Vec<FacetCounts> {
    let selected: HashMap<Facet, &Vec<String>> =
        filters.values.iter().map(|(f, v)| (*f, v)).collect();
    let counted = |facet: Facet| {
        let values = most_frequent(counts, facet, request.facet_values)
            .into_iter()
            .map(|(value, works)| FacetValue {
                label: label(facet, &value, vocabularies, &request.language),
                is_selected: selected
                    .get(&facet)
                    .is_some_and(|values| values.iter().any(|selected| **selected == *value)),
                value: value.to_string(),
                works,
            });
        FacetCounts {
            facet,
            values: values.collect(),
        }
    };
    request.facets.iter().copied().map(counted).collect()
}

/// The places of the filter, with the number of narrower places that each takes with it.
pub(crate) fn place_filters(
    filters: &Filters,
    vocabularies: &Vocabularies,
    language: &str,
) -> Vec<PlaceFilter> {
    let scheme = Facet::Place.scheme();
    let narrower = |slug: &str| {
        let scheme = scheme.and_then(|name| vocabularies.scheme(name));
        scheme.map_or(0, |places| {
            places.expand(slug, Direction::Narrower, None).len()
        })
    };
    let values = filters.values.iter();
    values
        .filter(|(facet, _)| *facet == Facet::Place)
        .flat_map(|(_, values)| values)
        .map(|value| PlaceFilter {
            value: value.clone(),
            label: label(Facet::Place, value, vocabularies, language),
            narrower: narrower(value),
        })
        .collect()
}

fn label(facet: Facet, value: &str, vocabularies: &Vocabularies, language: &str) -> String {
    let scheme = match facet {
        Facet::Language => Some("language"),
        other => other.scheme(),
    };
    let slug = value.to_lowercase();
    let label = scheme.and_then(|scheme| vocabularies.label(scheme, &slug, language));
    label.unwrap_or(value).to_owned()
}
