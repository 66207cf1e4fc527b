//! The parameters of a search as sent: the request, the addresses of its pages, and which can be saved.

use utoipa::IntoParams as _;

use super::query::SearchQuery;
use crate::domain::Rule;
use crate::interfaces::http::described_parameters::is_tracking;
use crate::interfaces::http::extract::query;
use crate::interfaces::http::pagination;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::wire::Inclusions;
use crate::services::search::SearchRequest;

/// The most parameters of one request.
const MAX_PARAMETERS: usize = 200;

/// Parameters of presentation and timing, which do not select works.
const PRESENTATION: [&str; 10] = [
    "after",
    "all_words",
    "event",
    "facet_values",
    "facets",
    "group",
    "include",
    "lang",
    "limit",
    "sort",
];

/// Parameters that apply only to one request and cannot be saved.
const TRANSIENT: [&str; 3] = ["after", "event", "include"];

/// The parameters of a search.
#[derive(Debug)]
pub struct SearchParameters {
    /// The request for the service.
    pub request: SearchRequest,
    /// What else to send of each work.
    pub include: Inclusions,
    /// The parameters as sent, without the cursor.
    pairs: Vec<(String, String)>,
}

impl SearchParameters {
    /// Reads a query string. `language`: of labels, unless a parameter names one.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] naming the first that is unknown or has a wrong value;
    /// [`Problem::WrongCursor`].
    pub fn parse(query: &str, language: &str) -> Result<Self, Problem> {
        if query.split('&').count() > MAX_PARAMETERS {
            return Err(Problem::parameter("query"));
        }
        let parameters: SearchQuery = query::parse(query)?;
        let pairs: Vec<(String, String)> = query::parse(query)?;
        Ok(Self {
            request: parameters.request(language)?,
            include: parameters.inclusions()?,
            pairs: pairs
                .into_iter()
                .filter(|(name, _)| name != "after" && !is_tracking(name))
                .collect(),
        })
    }

    /// Reads parameters by name and value.
    ///
    /// # Errors
    /// As [`SearchParameters::parse`].
    pub fn of_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        language: &str,
    ) -> Result<Self, Problem> {
        Self::parse(&pagination::query_text(pairs), language)
    }

    /// The parameters without the cursor.
    pub fn without_cursor(&self) -> Vec<(&str, String)> {
        let pairs = self.pairs.iter();
        let owned = pairs.map(|(name, value)| (name.as_str(), value.clone()));
        owned.collect()
    }

    /// The parameters of the next page.
    pub fn next_page<'a>(&'a self, next: &str) -> Vec<(&'a str, String)> {
        let mut query = self.without_cursor();
        query.push(("after", next.to_owned()));
        query
    }

    /// The parameters that determine which works are found.
    pub fn selecting(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !PRESENTATION.contains(name))
    }
}

/// Why a parameter cannot be saved.
pub fn broken_rule(name: &str, value: &str) -> Option<Rule> {
    let described = SearchQuery::into_params(|| None);
    let is_known = described.iter().any(|parameter| parameter.name == name);
    if !is_known || TRANSIENT.contains(&name) {
        return Some(Rule::UnknownProperty);
    }
    let parsed = SearchParameters::of_pairs([(name, value)], "vi");
    parsed.is_err().then_some(Rule::Malformed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::IntoParams as _;

    use super::{PRESENTATION, SearchParameters, SearchQuery, TRANSIENT, broken_rule};
    use crate::domain::Rule;
    use crate::interfaces::http::problem::Problem;
    use crate::services::search::Facet;

    #[test]
    fn values_of_one_facet_come_by_comma_or_repeated() {
        let parameters = SearchParameters::parse(
            "kind=article,interview&kind=song&q=quy%E1%BB%81n+tr%E1%BA%BB",
            "vi",
        );
        let request = parameters.unwrap().request;
        assert_eq!(request.text, "quyền trẻ");
        let kinds = ["article", "interview", "song"].map(str::to_owned).to_vec();
        assert_eq!(request.filters.values, [(Facet::Kind, kinds)]);
    }

    #[test]
    fn every_facet_is_a_parameter_and_every_special_name_exists() {
        let described = SearchQuery::into_params(|| None);
        let described: BTreeSet<&str> = described.iter().map(|p| p.name.as_str()).collect();
        let facets = Facet::ALL.map(|(_, name, _)| name);
        let names = facets.iter().chain(&PRESENTATION).chain(&TRANSIENT);
        let missing: Vec<_> = names.filter(|name| !described.contains(**name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let parse = |facet: &str| {
            let value = match facet {
                "state" => "published",
                "has" => "audio",
                _ => "2024",
            };
            let parameters = SearchParameters::of_pairs([(facet, value)], "vi");
            parameters.unwrap().request.filters.values[0].0.name()
        };
        assert_eq!(facets.map(parse), facets);
    }

    /// Saved searches are used for years: these parameters stay valid.
    #[test]
    fn every_parameter_that_could_ever_be_saved_is_valid() {
        for (name, value) in [
            ("q", "\"quyền trẻ em\" -rừng theme:education"),
            ("sort", "relevance"),
            ("sort", "newest"),
            ("sort", "oldest"),
            ("sort", "title"),
            ("sort", "changed"),
            ("limit", "100"),
            (
                "facets",
                "kind,language,strand,theme,instrument,rights_group,udhr_article",
            ),
            (
                "facets",
                "audience,place,organisation,year,reuse_terms,state,has",
            ),
            ("facets", "none"),
            ("facet_values", "1000"),
            ("kind", "article,interview"),
            ("language", "vi,jra-Latn"),
            ("strand", "educate"),
            ("theme", "international-law"),
            ("instrument", "udhr"),
            ("rights_group", "education"),
            ("udhr_article", "udhr-26"),
            ("audience", "pupils"),
            ("place", "district-pc/chu-se"),
            ("organisation", "dic"),
            ("year", "2024"),
            ("reuse_terms", "cc-by-4.0"),
            ("state", "published"),
            ("has", "audio"),
            ("made_from", "2024"),
            ("made_to", "2024-05-12"),
            ("min_duration_ms", "1000"),
            ("max_duration_ms", "60000"),
            ("min_image_side_px", "1200"),
            ("verbatim", "true"),
            ("all_words", "false"),
            ("expand", "narrower,succession"),
            ("expand", "none"),
            ("without", "theme/x"),
            ("lang", "en"),
            ("group", "false"),
        ] {
            assert_eq!(broken_rule(name, value), None, "{name}={value}");
        }
        for (name, value, rule) in [
            ("colour", "red", Rule::UnknownProperty),
            ("after", "", Rule::UnknownProperty),
            ("event", "7", Rule::UnknownProperty),
            ("include", "labels", Rule::UnknownProperty),
            ("limit", "0", Rule::Malformed),
            ("made_from", "12/5/2024", Rule::Malformed),
        ] {
            assert_eq!(broken_rule(name, value), Some(rule), "{name}={value}");
        }
    }

    #[test]
    fn the_wrong_parameter_is_named() {
        for (query, wrong) in [
            ("q=a&limit=0", "limit"),
            ("limit=101", "limit"),
            ("sort=best", "sort"),
            ("colour=red", "colour"),
            ("facets=kind,colour", "facets"),
            ("facets=kind,place,kind", "facets"),
            ("made_from=12/5/2024", "made_from"),
            ("group=perhaps", "group"),
            ("include=body", "include"),
            ("has=paper", "has"),
            ("state=lost", "state"),
            ("limit=5&limit=6", "limit"),
            ("lang=km", "lang"),
            ("verbatim=yes", "verbatim"),
        ] {
            let Err(Problem::InvalidParameter { name }) = SearchParameters::parse(query, "vi")
            else {
                panic!("{query} is wrong");
            };
            assert_eq!(name, wrong);
        }
    }

    #[test]
    fn a_text_that_is_no_cursor_is_a_wrong_cursor() {
        let parsed = SearchParameters::parse("q=a&after=0193", "vi");
        assert!(matches!(parsed, Err(Problem::WrongCursor)), "{parsed:?}");
    }
}
