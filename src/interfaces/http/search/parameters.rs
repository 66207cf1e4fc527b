//! The parameters of a search, read from the query string.

use actix_web::web;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::Rule;
use crate::interfaces::http::described_parameters::is_tracking;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::schemas;
use crate::services::search::{Cursor, Facet, Filters, Order, SearchRequest};
use crate::storage::catalog::EventNumber;

/// The most parameters of one request.
const MAX_PARAMETERS: usize = 200;
/// The most values that the filters of one request have together: every value is a posting list to
/// read, and is compared with the others of its facet.
const MAX_FILTER_VALUES: usize = 200;
/// The most expansions that one request strikes out.
const MAX_STRUCK_OUT: usize = 100;

/// The parameters of a search, for the description; [`SearchParameters`] reads them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes parameters, which are read pair by pair"
)]
pub struct SearchQuery {
    /// What to look for; nothing lists everything.
    #[param(example = "quyen tre em")]
    q: Option<String>,
    /// `relevance` (default), `newest` or `oldest` by when they were made, `title` in Vietnamese
    /// alphabetical order, or `changed`: last published or changed first.
    #[param(value_type = Option<schemas::OrderName>, inline)]
    sort: Option<String>,
    /// The number of hits, at most 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<usize>,
    /// The cursor of the previous page, as in the `next` link. It never expires. Sorted by date or title, the
    /// pages contain every work once, also while others write; by relevance, writes change scores, and
    /// works close to the end of a page can be repeated or skipped.
    after: Option<String>,
    /// Which facets to count, each name once; `none` counts nothing. All by default.
    #[param(value_type = Option<Vec<schemas::FacetName>>, inline)]
    facets: Option<Vec<String>>,
    /// The number of values of each facet, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    facet_values: Option<usize>,
    /// Kinds: slugs of the scheme `product-kind`.
    kind: Option<Vec<String>>,
    /// Languages of the work (BCP 47).
    language: Option<Vec<String>>,
    /// Slugs of the scheme `strand`.
    strand: Option<Vec<String>>,
    /// Slugs of the scheme `theme`.
    theme: Option<Vec<String>>,
    /// Slugs of the scheme `instrument`.
    instrument: Option<Vec<String>>,
    /// Slugs of the scheme `rights-group`.
    rights_group: Option<Vec<String>>,
    /// Slugs of the scheme `udhr-article`.
    udhr_article: Option<Vec<String>>,
    /// Slugs of the scheme `audience`.
    audience: Option<Vec<String>>,
    /// Slugs of the scheme `place`.
    place: Option<Vec<String>>,
    /// Slugs of the scheme `organisation`.
    organisation: Option<Vec<String>>,
    /// Years it can have been made in.
    year: Option<Vec<String>>,
    /// Slugs of the scheme `reuse-terms`.
    reuse_terms: Option<Vec<String>>,
    /// States of the works.
    #[param(value_type = Option<Vec<schemas::WorkStateName>>, inline)]
    state: Option<Vec<String>>,
    /// `audio`, `video`, `image`, `document`, `text`, `transcript`, `captions`, `accessible`.
    has: Option<Vec<String>>,
    /// Made in or after: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    made_from: Option<String>,
    /// Made in or before: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    made_to: Option<String>,
    /// The longest recording lasts at least so many milliseconds.
    min_duration_ms: Option<u64>,
    /// The longest recording lasts at most so many milliseconds.
    max_duration_ms: Option<u64>,
    /// The smaller side of the largest image has at least so many pixels.
    min_image_side_px: Option<u32>,
    /// Take the text as typed: repair nothing.
    #[param(default = false)]
    verbatim: Option<bool>,
    /// Only works with all words.
    #[param(default = false)]
    all_words: Option<bool>,
    /// What to add to the words beside their other names: `none`, `narrower`, `succession`.
    #[param(value_type = Option<Vec<schemas::ExpansionName>>, inline)]
    expand: Option<Vec<String>>,
    /// Ids of expansions to strike out.
    without: Option<Vec<String>>,
    /// Language of labels. By default that of `Accept-Language`.
    #[param(value_type = Option<schemas::LabelLanguage>, inline)]
    lang: Option<String>,
    /// Number of an event that must be searchable: waits for it for up to two seconds.
    event: Option<u64>,
    /// Put near-duplicates under one hit: reprints of a text, copies of a picture.
    #[param(default = true)]
    group: Option<bool>,
}

/// The parameters of a search.
#[derive(Debug)]
pub struct SearchParameters {
    /// The request for the service.
    pub request: SearchRequest,
    /// The parameters as sent, without the cursor.
    pairs: Vec<(String, String)>,
}

impl SearchParameters {
    /// Reads a query string.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] naming the first that is unknown or has a wrong value.
    pub fn parse(query: &str, language: &str) -> Result<Self, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|_| Problem::parameter("query"))?
            .into_inner();
        Self::of_pairs(pairs, language)
    }

    /// Reads parameters one by one; of two contradicting ones the later counts.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] naming the first that is unknown or has a wrong value.
    pub fn of_pairs(pairs: Vec<(String, String)>, language: &str) -> Result<Self, Problem> {
        if pairs.len() > MAX_PARAMETERS {
            return Err(Problem::parameter("query"));
        }
        let mut request = SearchRequest::for_text("");
        request.language = language.to_owned();
        request.facets = Facet::ALL.map(|(facet, ..)| facet).to_vec();
        let pairs: Vec<_> = pairs
            .into_iter()
            .filter(|(name, _)| !is_tracking(name))
            .collect();
        for (name, value) in &pairs {
            set(&mut request, name, value).ok_or_else(|| Problem::parameter(name))?;
        }
        let pairs = pairs
            .into_iter()
            .filter(|(name, _)| name != "after")
            .collect();
        Ok(Self { request, pairs })
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

/// Parameters of presentation and timing, which do not select works.
const PRESENTATION: [&str; 9] = [
    "after",
    "all_words",
    "event",
    "facet_values",
    "facets",
    "group",
    "lang",
    "limit",
    "sort",
];

/// Parameters that apply only to one request and cannot be saved.
const TRANSIENT: [&str; 2] = ["after", "event"];

/// Why a parameter cannot be saved.
pub fn broken_rule(name: &str, value: &str) -> Option<Rule> {
    let is_known = Facet::from_name(name).is_some() || OTHERS.contains(&name);
    if !is_known || TRANSIENT.contains(&name) {
        return Some(Rule::UnknownProperty);
    }
    let mut request = SearchRequest::for_text("");
    set(&mut request, name, value)
        .is_none()
        .then_some(Rule::Malformed)
}

/// The parameters beside those named like facets.
const OTHERS: [&str; 18] = [
    "q",
    "sort",
    "limit",
    "after",
    "facets",
    "facet_values",
    "made_from",
    "made_to",
    "min_duration_ms",
    "max_duration_ms",
    "min_image_side_px",
    "verbatim",
    "all_words",
    "expand",
    "without",
    "lang",
    "event",
    "group",
];

/// Sets one parameter of the request; `None` when its name or value is invalid.
fn set(request: &mut SearchRequest, name: &str, value: &str) -> Option<()> {
    if let Some(facet) = Facet::from_name(name) {
        return add_values(&mut request.filters, facet, value);
    }
    let filters = &mut request.filters;
    match name {
        "q" => request.text = value.to_owned(),
        "sort" => request.order = order(value)?,
        "limit" => request.limit = within(value, SearchRequest::MAX_LIMIT)?,
        "after" => request.after = Some(Cursor::parse(value).ok()?),
        "facets" => request.facets = facets(value)?,
        "facet_values" => request.facet_values = within(value, 1000)?,
        "made_from" => filters.made_from = Some(value.parse().ok()?),
        "made_to" => filters.made_to = Some(value.parse().ok()?),
        "min_duration_ms" => filters.min_duration_ms = Some(value.parse().ok()?),
        "max_duration_ms" => filters.max_duration_ms = Some(value.parse().ok()?),
        "min_image_side_px" => filters.min_image_side_px = Some(value.parse().ok()?),
        "verbatim" => request.verbatim = value.parse().ok()?,
        "all_words" => request.all_words = value.parse().ok()?,
        "expand" => return listed(value).try_for_each(|wish| expand(request, wish)),
        "without" => return strike_out(request, value),
        "lang" => request.language = has_labels(value).then(|| value.to_owned())?,
        "event" => request.not_before = Some(EventNumber(value.parse().ok()?)),
        "group" => request.group_duplicates = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

fn add_values(filters: &mut Filters, facet: Facet, values: &str) -> Option<()> {
    let mut count: usize = filters.values.iter().map(|(_, values)| values.len()).sum();
    for value in listed(values) {
        count += 1;
        if count > MAX_FILTER_VALUES {
            return None;
        }
        filters.add(facet, value);
    }
    Some(())
}

fn strike_out(request: &mut SearchRequest, ids: &str) -> Option<()> {
    let struck_out = &mut request.expansion.without;
    let room = MAX_STRUCK_OUT.saturating_sub(struck_out.len());
    let ids: Vec<String> = listed(ids).take(room + 1).map(str::to_owned).collect();
    let fits = ids.len() <= room;
    struck_out.extend(ids);
    fits.then_some(())
}

fn listed(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn within(value: &str, most: usize) -> Option<usize> {
    value
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number))
}

fn order(value: &str) -> Option<Order> {
    let mut names = Order::NAMES.into_iter();
    names
        .find(|(name, _)| *name == value)
        .map(|(_, order)| order)
}

fn facets(value: &str) -> Option<Vec<Facet>> {
    if value == "none" {
        return Some(Vec::new());
    }
    let mut facets = Vec::new();
    for name in listed(value) {
        let facet = Facet::from_name(name)?;
        if facets.contains(&facet) {
            return None;
        }
        facets.push(facet);
    }
    Some(facets)
}

fn expand(request: &mut SearchRequest, wish: &str) -> Option<()> {
    let wishes = &mut request.expansion;
    match wish {
        "none" => wishes.none = true,
        "narrower" => wishes.narrower = true,
        "succession" => wishes.succession = true,
        _ => return None,
    }
    Some(())
}

/// Whether labels exist in this language.
fn has_labels(language: &str) -> bool {
    ["vi", "en"].contains(&language)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::IntoParams as _;

    use super::{OTHERS, PRESENTATION, SearchParameters, SearchQuery, TRANSIENT, broken_rule};
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
    fn the_described_parameters_are_the_accepted_ones() {
        let described = SearchQuery::into_params(|| None);
        let described: BTreeSet<&str> = described.iter().map(|p| p.name.as_str()).collect();
        let facets = Facet::ALL.map(|(_, name, _)| name);
        let known: BTreeSet<&str> = facets.into_iter().chain(OTHERS).collect();
        assert_eq!(described, known);
        assert!(
            PRESENTATION
                .iter()
                .chain(&TRANSIENT)
                .all(|name| known.contains(name))
        );
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
            ("after=x", "after"),
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
}
