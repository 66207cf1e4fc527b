//! Filters of a search: facets as checkboxes, and what is chosen as links that take it away.

use super::query::Query;
use crate::interfaces::http::search::parameters::SearchParameters;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::{format, search as texts};
use crate::interfaces::portal::href::Href;
use crate::services::search::FacetCounts;

/// Values that are shown at once.
const AT_ONCE: usize = 5;

/// A facet with its values.
pub(super) struct FacetView {
    /// The parameter.
    pub name: &'static str,
    /// What it is called.
    pub heading: &'static str,
    /// The values shown at once: those chosen, and the most frequent.
    pub first: Vec<ValueView>,
    /// The others.
    pub more: Vec<ValueView>,
}

/// A value of a facet.
pub(super) struct ValueView {
    /// The value of the parameter.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// How many works have it.
    pub works: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

impl FacetView {
    /// The view of counts.
    pub(super) fn new(counts: FacetCounts, language: Language) -> Self {
        let mut values = counts.values;
        values.sort_by_key(|value| !value.is_selected);
        let chosen = values.iter().filter(|value| value.is_selected).count();
        let view = |value: crate::services::search::FacetValue| ValueView {
            works: format::number(value.works, language),
            value: value.value,
            label: value.label,
            is_chosen: value.is_selected,
        };
        let mut first: Vec<_> = values.into_iter().map(view).collect();
        let more = first.split_off(first.len().min(AT_ONCE.max(chosen)));
        Self {
            name: counts.facet.name(),
            heading: texts::facet(counts.facet, language),
            first,
            more,
        }
    }
}

/// A filter that can be taken away.
pub(super) struct Chip {
    /// What it says.
    pub text: String,
    /// The search without it.
    pub href: Href,
}

/// The filters that a search has.
pub(super) fn chips(
    query: &Query<'_>,
    parameters: &SearchParameters,
    facets: &[FacetView],
) -> Vec<Chip> {
    let filters = &parameters.request.filters;
    let mut chips = Vec::new();
    for (facet, values) in &filters.values {
        for value in values {
            let views = facets.iter().filter(|view| view.name == facet.name());
            let mut views = views.flat_map(|view| &view.first);
            let label = views.find(|view| view.value == *value);
            let label = label.map_or(value.as_str(), |view| &view.label);
            chips.push(Chip {
                text: format!("{}: {label}", texts::facet(*facet, query.language)),
                href: query.without_value(facet.name(), value),
            });
        }
    }
    let others = [
        (
            "made_from",
            filters.made_from.as_ref().map(ToString::to_string),
        ),
        ("made_to", filters.made_to.as_ref().map(ToString::to_string)),
    ];
    for (name, value) in others {
        if let Some(value) = value {
            chips.push(Chip {
                text: value,
                href: query.without(name),
            });
        }
    }
    chips
}
