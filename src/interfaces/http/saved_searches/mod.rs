//! `/api/v1/searches`: saved searches, each with a feed.

pub mod view;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::authentication::Counted;
use super::extract::body::{JsonBody, SmallJson};
use super::extract::guard::{Allowed, KeepSearches, Read};
use super::extract::precondition::{self, IdempotencyKeyHeader, IfMatch, IfNoneMatch};
use super::extract::query::{Query, path_part};
use super::frame::Caller;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use super::search::feed::cacheability;
use super::search::feed_response::{self, FeedSource};
use super::search::parameters;
use super::{BaseAddress, pagination};
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{SavedSearch, Visibility};
use crate::interfaces::wire::{SavedSearchDto, parse_saved_search};
use crate::services::sharing::{FeedId, Feeds, SavedSearches};
use view::{FeedQuery, ListQuery, SavedSearchList, SavedSearchView, feed_path};

/// Lists saved searches.
#[utoipa::path(
    get, path = "/api/v1/searches", operation_id = "listSavedSearches", tag = "search",
    summary = "List the saved searches you may see",
    description = "Public ones, and those saved with tokens of your role and body.",
    params(ListQuery),
    responses((
        status = 200, description = "One page, oldest first.", body = SavedSearchList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security((), ("token" = []))
)]
pub async fn list(
    actor: Allowed<Read>,
    query: Query<ListQuery>,
    saved: web::Data<SavedSearches>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let after = query
        .0
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| Problem::WrongCursor)?;
    let limit = pagination::limit(query.0.limit)?;
    let listing = saved.list(&actor, after, limit).await?;
    let next = listing.next.map(|id| id.to_string());
    let mut answer = HttpResponse::Ok();
    if let Some(next) = &next {
        let query = [("limit", limit.to_string()), ("after", next.clone())];
        pagination::link_next(&mut answer, &base, "/api/v1/searches", &query);
    }
    let items = listing
        .items
        .iter()
        .map(|search| SavedSearchView::render(search, &base));
    answer.insert_header((header::VARY, "Authorization"));
    Ok(answer.json(SavedSearchList {
        items: items.collect(),
        next,
    }))
}

/// Saves a search.
#[utoipa::path(
    post, path = "/api/v1/searches", operation_id = "saveSearch", tag = "search",
    summary = "Save a search under a name",
    description = "It belongs to the role and body of the token. It cannot be changed, as others may \
        follow its feed: save another one, and delete the first.",
    params(IdempotencyKeyHeader),
    request_body(content = SavedSearchDto, description = "The search and what it is called."),
    responses(
        (status = 201, description = "The saved search.", body = SavedSearchView,
         headers(("Location" = String, description = "Address of the saved search."), ("ETag" = String, description = "Its revision."))),
        (status = 409, description = "500 searches are kept for this role and body already.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn create(
    actor: Allowed<KeepSearches>,
    request: HttpRequest,
    key: IdempotencyKeyHeader,
    body: JsonBody<SmallJson>,
    vocabularies: web::Data<Vocabularies>,
    saved: web::Data<SavedSearches>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let wanted = parse_saved_search(&body.value, &vocabularies, parameters::broken_rule)?;
    let idempotent = key.for_request(&request, &body.bytes);
    let completed = saved.create(&actor, wanted, idempotent.as_ref()).await?;
    let search = completed.result;
    let location = format!("{}/api/v1/searches/{}", base.as_str(), search.id);
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, location));
    precondition::mark_replay(&mut answer, completed.is_replay);
    Ok(saved_search_response(answer, &search, &base))
}

/// Reads a saved search.
#[utoipa::path(
    get, path = "/api/v1/searches/{id}", operation_id = "readSavedSearch", tag = "search",
    summary = "Read a saved search",
    params(
        ("id" = String, Path, description = "Id of the saved search.", format = "uuid"),
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "The saved search.", body = SavedSearchView,
         headers(("ETag" = String, description = "Its revision, for `If-Match`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn read(
    actor: Allowed<Read>,
    request: HttpRequest,
    saved: web::Data<SavedSearches>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let search = saved.read(&actor, path_part(&request, "id")?).await?;
    let etag = precondition::etag(search.revision);
    if precondition::matches_if_none_match(&request, &etag) {
        let etag = (header::ETAG, etag);
        return Ok(HttpResponse::NotModified().insert_header(etag).finish());
    }
    Ok(saved_search_response(HttpResponse::Ok(), &search, &base))
}

/// Deletes a saved search.
#[utoipa::path(
    delete, path = "/api/v1/searches/{id}", operation_id = "deleteSavedSearch", tag = "search",
    summary = "Delete a saved search; its feed ends",
    description = "For those who keep it; editors also take public ones away.",
    params(
        ("id" = String, Path, description = "Id of the saved search.", format = "uuid"),
        IfMatch
    ),
    responses((status = 204, description = "It is gone.")),
    security(("token" = []))
)]
pub async fn delete(
    actor: Allowed<KeepSearches>,
    request: HttpRequest,
    expected: IfMatch,
    saved: web::Data<SavedSearches>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    saved.delete(&actor, id, expected.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Returns a saved search as a feed.
#[utoipa::path(
    get, path = "/api/v1/searches/{id}/feed", operation_id = "followSavedSearch", tag = "search",
    summary = "Follow a saved search as an Atom feed",
    description = "As `/api/v1/search/feed`. The feed of a public search shows everybody the works \
        that everybody may see; that of a private one shows its readers what they may see.",
    params(
        ("id" = String, Path, description = "Id of the saved search.", format = "uuid"),
        FeedQuery,
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "One page.", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn feed(
    actor: Allowed<Read>,
    counted: Counted,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    query: Query<FeedQuery>,
    saved: web::Data<SavedSearches>,
    feeds: web::Data<Feeds>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let search = saved.read(&actor, path_part(&request, "id")?).await?;
    let mut parameters = query.0.parameters(&search, caller.language.tag())?;
    parameters.request.requester = counted.0;
    let reader = reader(&actor, &search);
    let page = feeds.page(reader, parameters.request.clone()).await?;
    let title = search.titles.best(&parameters.request.language);
    let source = FeedSource {
        id: FeedId::of_saved(search.id),
        title: title.unwrap_or_default().to_owned(),
        kept_by: search.organisation.clone(),
        created_at: search.created_at,
        path: feed_path(&search),
        query: query.0.without_cursor(),
        cacheability: cacheability(reader),
    };
    feed_response::respond(&request, &feeds, &source, &parameters, &page, &base)
}

/// The actor whose works the feed shows: a public feed is the same for everybody.
fn reader<'a>(actor: &'a Actor, search: &SavedSearch) -> &'a Actor {
    match search.visibility {
        Visibility::Public => &Actor::Anonymous,
        Visibility::Private => actor,
    }
}

/// A saved search with its entity tag.
fn saved_search_response(
    mut answer: HttpResponseBuilder,
    search: &SavedSearch,
    base: &BaseAddress,
) -> HttpResponse {
    answer
        .insert_header((header::ETAG, precondition::etag(search.revision)))
        .insert_header((header::VARY, "Authorization"))
        .json(SavedSearchView::render(search, base))
}
