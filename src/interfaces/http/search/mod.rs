//! `/api/v1/search`: search for works.
//!
//! [`query`] declares the parameters, [`parameters`] reads them, [`response`] writes the results; [`feed`] returns the same works as
//! an Atom feed; [`neighbours`] completes queries and finds similar works. The service accepts any text, so
//! only parameters can be invalid.

pub mod feed;
pub mod feed_response;
pub mod neighbours;
pub mod parameters;
mod query;
pub mod response;

use actix_web::{HttpRequest, HttpResponse, web};

use super::authentication::Counted;
use super::extract::guard::{Allowed, Read};
use super::frame::Caller;
use super::problem::Problem;
use super::records::Records;
use super::{BaseAddress, pagination};
use crate::services::search::{Search, SearchRequest};
use parameters::SearchParameters;
use query::SearchQuery;
use response::SearchAnswerDto;

/// Finds works.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "searchAssets", tag = "search",
    summary = "Find works",
    description = "Takes Vietnamese with or without marks, phrases in quotes, `-word` and \
        `facet:value`. Parameters named like facets narrow the search; several values of one are \
        alternatives, written with commas or by repeating the parameter.",
    params(SearchQuery),
    responses((
        status = 200, description = "What you may see of what was found.", body = SearchAnswerDto,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end, unless the address is longer than 2048 bytes."))
    )),
    security((), ("token" = []))
)]
pub async fn search(
    actor: Allowed<Read>,
    counted: Counted,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    service: web::Data<Search>,
    records: web::Data<Records>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let parameters = SearchParameters::parse(request.query_string(), caller.language.tag())?;
    let request = SearchRequest {
        requester: counted.0,
        ..parameters.request.clone()
    };
    let found = service.search(&actor, request).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &found.next {
        let query = parameters.next_page(&next.to_text());
        pagination::link_next(&mut response, &base, "/api/v1/search", &query);
    }
    let answer = SearchAnswerDto::render(found, &actor, &records, parameters.include);
    Ok(response.json(answer.await?))
}
