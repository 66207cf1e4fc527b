//! The search page. Every state of a list has its own address, whose parameters are those of the HTTP interface.

mod filters;
mod hit;
mod interpretation;
mod query;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::works;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::search::parameters::SearchParameters;
use crate::interfaces::messages::portal::search::{self as texts, SearchTexts};
use crate::services::delivery::Delivery;
use crate::services::search::{MatchMode, Order, Search, SearchRequest, SearchResponse};
use filters::{Chip, FacetView};
use hit::HitView;
use interpretation::InterpretationView;
use query::{Query, SHOWN};

/// Values of a facet that the page offers.
const FACET_VALUES: usize = 24;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    layout: Layout,
    t: &'static SearchTexts,
    text: String,
    hidden: Vec<(String, String)>,
    interpretation: InterpretationView,
    facets: Vec<FacetView>,
    chips: Vec<Chip>,
    found: String,
    is_partial: bool,
    /// The same search with only the works that have all words.
    all_words: Option<Href>,
    orders: Vec<OrderView>,
    hits: Vec<HitView>,
    next: Option<Href>,
    feed: Href,
    everything: Href,
    /// One act on all works that are found.
    bulk: Href,
}

struct OrderView {
    name: &'static str,
    href: Href,
    is_current: bool,
}

/// Shows the page.
///
/// # Errors
/// [`Problem::InvalidParameter`]; those of search and catalogue.
pub async fn show(
    actor: Allowed<Read>,
    counted: Counted,
    page: PageRequest,
    search: web::Data<Search>,
    delivery: web::Data<Delivery>,
    vocabularies: web::Data<Vocabularies>,
) -> Result<HttpResponse, Problem> {
    let parameters = SearchParameters::parse(page.query(), page.language.tag())?;
    let request = SearchRequest {
        requester: counted.0,
        facets: SHOWN.to_vec(),
        facet_values: FACET_VALUES,
        ..parameters.request.clone()
    };
    let mut found = search.search(&actor, request).await?;
    let hits = std::mem::take(&mut found.hits);
    let (works, matches): (Vec<_>, Vec<_>) = hits.into_iter().map(hit::split).unzip();
    let works = works.into_iter().map(works::without_body).collect();
    let records = works::records(&actor, works, &delivery, &vocabularies).await?;
    let hits = std::iter::zip(&records, matches)
        .map(|(record, found)| HitView::new(record, found, &vocabularies, page.language))
        .collect();
    page.respond(&SearchPage::new(&page, &parameters, found, hits))
}

impl SearchPage {
    fn new(
        page: &PageRequest,
        parameters: &SearchParameters,
        found: SearchResponse,
        hits: Vec<HitView>,
    ) -> Self {
        let (language, query) = (page.language, Query::of(parameters, page.language));
        let works = texts::found(found.total.works, found.total.is_exact, language);
        let t = SearchTexts::of(language);
        let text = parameters.request.text.clone();
        let is_some_words = matches!(found.matching, MatchMode::AnySelectiveTerm)
            && !text.trim().is_empty()
            && !hits.is_empty();
        let heading = match text.trim() {
            "" => t.title.to_owned(),
            text => format!("{text}: {works}"),
        };
        let facets: Vec<FacetView> = found
            .facets
            .into_iter()
            .map(|counts| FacetView::new(counts, language))
            .collect();
        let next = found.next.as_ref().map(|cursor| cursor.to_text());
        Self {
            layout: page.layout(heading, Place::Search),
            hidden: query.kept_by_form(),
            interpretation: InterpretationView::new(found.interpretation, &query),
            chips: filters::chips(&query, parameters, &facets),
            facets,
            found: works,
            is_partial: found.is_partial,
            all_words: is_some_words.then(|| query.with("all_words", "true")),
            orders: orders(&query, parameters.request.order, !text.trim().is_empty()),
            next: next.map(|cursor| query.with("after", &cursor)),
            feed: query.feed(),
            everything: Place::Search.href(language),
            bulk: Href::own(format!("{}?{}", Place::Bulk.path(language), page.query())),
            hits,
            text,
            t,
        }
    }
}

fn orders(query: &Query<'_>, current: Order, has_text: bool) -> Vec<OrderView> {
    let view = |(name, order): (&str, Order)| OrderView {
        name: texts::order(order, query.language),
        href: query.with("sort", name),
        is_current: order == current,
    };
    let names = Order::NAMES.into_iter();
    names
        .filter(|(_, order)| has_text || *order != Order::Relevance)
        .map(view)
        .collect()
}
