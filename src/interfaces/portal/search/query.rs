//! The addresses of the searches beside a search: with one filter more or less, in another order, the next page.

use crate::interfaces::http::pagination::query_text;
use crate::interfaces::http::search::parameters::SearchParameters;
use crate::interfaces::messages::Language;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::place::Place;
use crate::services::search::Facet;

/// The facets that the page shows.
pub(super) const SHOWN: [Facet; 7] = [
    Facet::Kind,
    Facet::Language,
    Facet::Year,
    Facet::ReuseTerms,
    Facet::Place,
    Facet::Organisation,
    Facet::Theme,
];

/// The parameters of a search, from which the addresses of its neighbours are made.
pub(super) struct Query<'a> {
    /// The language of the page.
    pub(super) language: Language,
    pairs: Vec<(&'a str, String)>,
}

impl<'a> Query<'a> {
    pub(super) fn of(parameters: &'a SearchParameters, language: Language) -> Self {
        let pairs = parameters.without_cursor().into_iter();
        Self {
            language,
            pairs: pairs.filter(|(_, value)| !value.is_empty()).collect(),
        }
    }

    /// The search with this value in place of any other of the parameter.
    pub(super) fn with(&self, name: &str, value: &str) -> Href {
        self.address(name, [(name, value)])
    }

    /// The search without a parameter.
    pub(super) fn without(&self, name: &str) -> Href {
        self.address(name, [])
    }

    /// The search with one more value of a list.
    pub(super) fn also(&self, name: &str, value: &str) -> Href {
        self.address("", [(name, value)])
    }

    /// The search without one value of a list.
    pub(super) fn without_value(&self, name: &str, value: &str) -> Href {
        let mut rest = Vec::new();
        for (known, values) in &self.pairs {
            let values = values
                .split(',')
                .filter(|v| *known != name || v.trim() != value);
            rest.extend(values.map(|value| (*known, value)));
        }
        Place::Search.href_with(self.language, rest)
    }

    fn address<'b, const N: usize>(&'b self, replaced: &str, new: [(&'b str, &'b str); N]) -> Href {
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let others = pairs.filter(|(name, _)| *name != replaced);
        Place::Search.href_with(self.language, others.chain(new))
    }

    /// The Atom feed of the search.
    pub(super) fn feed(&self) -> Href {
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let own = ["sort", "all_words", "limit"];
        let pairs = pairs.filter(|(name, _)| !own.contains(name));
        let language = [("lang", self.language.tag())];
        Href::own(format!(
            "/api/v1/search/feed?{}",
            query_text(pairs.chain(language))
        ))
    }

    /// Parameters that the form of filters sends along although it has no field for them.
    pub(super) fn kept_by_form(&self) -> Vec<(String, String)> {
        let has_field = |name: &str| name == "q" || SHOWN.iter().any(|facet| facet.name() == name);
        let pairs = self.pairs.iter().filter(|(name, _)| !has_field(name));
        pairs
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }
}
