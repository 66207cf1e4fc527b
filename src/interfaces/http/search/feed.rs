//! `/api/v1/search/feed`: any search as a feed.

use actix_web::{HttpRequest, HttpResponse, web};

use super::feed_response::{self, FeedSource};
use super::parameters::SearchParameters;
use super::query::SearchQuery;
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Timestamp, text};
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::precondition::IfNoneMatch;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::{self, Language};
use crate::services::delivery::Cacheability;
use crate::services::search::Facet;
use crate::services::sharing::{FeedId, Feeds};

const PATH: &str = "/api/v1/search/feed";

/// Returns a search as a feed.
#[utoipa::path(
    get, path = "/api/v1/search/feed", operation_id = "followSearch", tag = "search",
    summary = "Follow a search as an Atom feed",
    description = "Atom 1.0 (RFC 4287), last published or changed first, in pages (RFC 5005). Takes \
        the parameters of a search; `sort`, `facets`, `facet_values`, `group` and `include` do nothing here, and \
        every work has all the words. Of each work the first 50 original files are enclosures.",
    params(
        SearchQuery,
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "What you may see of what was found.", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn feed(
    actor: Allowed<Read>,
    counted: Counted,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    feeds: web::Data<Feeds>,
    vocabularies: web::Data<Vocabularies>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let mut parameters = SearchParameters::parse(request.query_string(), caller.language.tag())?;
    parameters.request.requester = counted.0;
    let page = feeds.page(&actor, parameters.request.clone()).await?;
    let source = FeedSource {
        id: FeedId::of_search(base.as_str(), parameters.selecting()),
        title: title(&parameters, &vocabularies),
        kept_by: None,
        created_at: Timestamp::from_millis(0),
        path: PATH.to_owned(),
        query: parameters.without_cursor(),
        cacheability: cacheability(&actor),
    };
    feed_response::respond(&request, &feeds, &source, &parameters, &page, &base)
}

/// What anonymous callers get may be cached by everybody.
pub fn cacheability(actor: &Actor) -> Cacheability {
    match actor {
        Actor::Anonymous => Cacheability::Public,
        Actor::Holder { .. } | Actor::System => Cacheability::Private,
    }
}

/// The words of the search and the labels of its filters.
fn title(parameters: &SearchParameters, vocabularies: &Vocabularies) -> String {
    let request = &parameters.request;
    let language = request.language.as_str();
    let label = |facet: Facet, value: &String| {
        let scheme = facet.scheme().unwrap_or_default();
        let label = vocabularies.label(scheme, value, language);
        label.unwrap_or(value).to_owned()
    };
    let filters: Vec<String> = request
        .filters
        .values
        .iter()
        .flat_map(|(facet, values)| values.iter().map(move |value| label(*facet, value)))
        .collect();
    let words = text::nfc(&request.text);
    messages::feeds::title(&words, &filters, Language::of_tag(language))
}
