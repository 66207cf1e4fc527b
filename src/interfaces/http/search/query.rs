//! The parameters of a search: their one declaration, and the request that they make.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::WorkDate;
use crate::interfaces::http::extract::query::listed;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Included;
use crate::interfaces::http::{pagination, schemas};
use crate::interfaces::wire::Inclusions;
use crate::services::search::{Cursor, ExpansionOptions, Facet, Filters, Order, SearchRequest};
use crate::storage::catalog::EventNumber;

/// The most values that the filters of one request have together: every value is a posting list to
/// read, and is compared with the others of its facet.
const MAX_FILTER_VALUES: usize = 200;
/// The most expansions that one request strikes out.
const MAX_STRUCK_OUT: usize = 100;
/// The most values of each facet.
const MAX_FACET_VALUES: usize = 1000;

/// The parameters of a search. Lists are written with commas or by repeating the parameter.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchQuery {
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
    /// The cursor of the previous page, as in the `next` link, for the same `sort`; with another one it is
    /// refused as `wrong-cursor`. It never expires. Sorted by date or title, the
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
    /// Slugs of the scheme `place`. A place takes the narrower ones with it: everything that was part of
    /// it at any time. `interpretation.places` in the answer says how many those are.
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
    /// Media and texts that the works have.
    #[param(value_type = Option<Vec<schemas::MediaKindName>>, inline)]
    has: Option<Vec<String>>,
    /// Made in or after: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[param(format = "work-date")]
    made_from: Option<String>,
    /// Made in or before: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[param(format = "work-date")]
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
    /// Ids of expansions to strike out, at most 100.
    without: Option<Vec<String>>,
    /// Language of labels. By default that of `Accept-Language`.
    #[param(value_type = Option<schemas::LabelLanguage>, inline)]
    lang: Option<String>,
    /// Number of an event that must be searchable: waits for it for up to two seconds.
    event: Option<u64>,
    /// Put near-duplicates under one hit: reprints of a text, copies of a picture.
    #[param(default = true)]
    group: Option<bool>,
    /// What else to send of each work.
    #[param(value_type = Option<Vec<schemas::RecordInclusion>>, inline)]
    include: Option<Vec<String>>,
}

impl SearchQuery {
    /// The request that these parameters make. `language`: of labels, unless a parameter names one.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] naming the first with a wrong value; [`Problem::WrongCursor`].
    pub(super) fn request(&self, language: &str) -> Result<SearchRequest, Problem> {
        let defaults = SearchRequest::for_text(self.q.as_deref().unwrap_or_default());
        let lang = self.lang.as_deref().unwrap_or(language);
        if !has_labels(lang) {
            return Err(Problem::parameter("lang"));
        }
        let limit = self.limit.unwrap_or(defaults.limit);
        let facet_values = self.facet_values.unwrap_or(defaults.facet_values);
        if !(1..=MAX_FACET_VALUES).contains(&facet_values) {
            return Err(Problem::parameter("facet_values"));
        }
        let after = self.after.as_deref().map(Cursor::parse).transpose();
        let without: Vec<String> = listed(&self.without).map(str::to_owned).collect();
        if without.len() > MAX_STRUCK_OUT {
            return Err(Problem::parameter("without"));
        }
        Ok(SearchRequest {
            filters: self.filters()?,
            order: self.order()?,
            limit: pagination::within(limit, SearchRequest::MAX_LIMIT)?,
            after: after.map_err(|_| Problem::WrongCursor)?,
            facets: self.facets()?,
            facet_values,
            verbatim: self.verbatim.unwrap_or(defaults.verbatim),
            all_words: self.all_words.unwrap_or(defaults.all_words),
            expansion: ExpansionOptions {
                without,
                ..self.expansion()?
            },
            language: lang.to_owned(),
            not_before: self.event.map(EventNumber),
            group_duplicates: self.group.unwrap_or(defaults.group_duplicates),
            ..defaults
        })
    }

    /// What else to send of each work.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] for an unknown name.
    pub(super) fn inclusions(&self) -> Result<Inclusions, Problem> {
        Ok(Included::parse(&self.include, None)?.parts)
    }

    fn order(&self) -> Result<Order, Problem> {
        let Some(sort) = &self.sort else {
            return Ok(Order::Relevance);
        };
        let mut names = Order::NAMES.into_iter();
        let order = names.find(|(name, _)| name == sort);
        order
            .map(|(_, order)| order)
            .ok_or_else(|| Problem::parameter("sort"))
    }

    fn facets(&self) -> Result<Vec<Facet>, Problem> {
        if self.facets.is_none() {
            return Ok(Facet::ALL.map(|(facet, ..)| facet).to_vec());
        }
        let names: Vec<&str> = listed(&self.facets).collect();
        if names == ["none"] {
            return Ok(Vec::new());
        }
        let mut facets = Vec::new();
        for name in names {
            match Facet::from_name(name) {
                Some(facet) if !facets.contains(&facet) => facets.push(facet),
                _ => return Err(Problem::parameter("facets")),
            }
        }
        Ok(facets)
    }

    fn filters(&self) -> Result<Filters, Problem> {
        let date = |name: &str, text: &Option<String>| -> Result<Option<WorkDate>, Problem> {
            let date = text.as_deref().map(str::parse).transpose();
            date.map_err(|_| Problem::parameter(name))
        };
        let mut filters = Filters {
            values: Vec::new(),
            made_from: date("made_from", &self.made_from)?,
            made_to: date("made_to", &self.made_to)?,
            min_duration_ms: self.min_duration_ms,
            max_duration_ms: self.max_duration_ms,
            min_image_side_px: self.min_image_side_px,
            related_to: None,
        };
        let mut count = 0;
        for (facet, values) in self.facet_filters() {
            for value in listed(values) {
                count += 1;
                let closed_list = facet.closed_list();
                if count > MAX_FILTER_VALUES
                    || closed_list.is_some_and(|list| !list.contains(&value))
                {
                    return Err(Problem::parameter(facet.name()));
                }
                filters.add(facet, value);
            }
        }
        Ok(filters)
    }

    const fn facet_filters(&self) -> [(Facet, &Option<Vec<String>>); 14] {
        [
            (Facet::Kind, &self.kind),
            (Facet::Language, &self.language),
            (Facet::Strand, &self.strand),
            (Facet::Theme, &self.theme),
            (Facet::Instrument, &self.instrument),
            (Facet::RightsGroup, &self.rights_group),
            (Facet::UdhrArticle, &self.udhr_article),
            (Facet::Audience, &self.audience),
            (Facet::Place, &self.place),
            (Facet::Organisation, &self.organisation),
            (Facet::Year, &self.year),
            (Facet::ReuseTerms, &self.reuse_terms),
            (Facet::State, &self.state),
            (Facet::Has, &self.has),
        ]
    }

    fn expansion(&self) -> Result<ExpansionOptions, Problem> {
        let mut options = ExpansionOptions::default();
        for name in listed(&self.expand) {
            match name {
                "none" => options.none = true,
                "narrower" => options.narrower = true,
                "succession" => options.succession = true,
                _ => return Err(Problem::parameter("expand")),
            }
        }
        Ok(options)
    }
}

/// Whether labels exist in this language.
fn has_labels(language: &str) -> bool {
    ["vi", "en"].contains(&language)
}
