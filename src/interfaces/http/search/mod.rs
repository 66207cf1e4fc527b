//! `/api/v1/search`: finding works.
//!
//! [`question`] reads what is asked from the query, [`answer`] writes down what was found;
//! [`feed`] gives the same works to feed readers; [`neighbours`] completes what is typed and finds works like one. The
//! service makes something of any text, so only parameters can be wrong.

pub mod answer;
pub mod feed;
pub mod neighbours;
pub mod question;

use actix_web::{HttpRequest, HttpResponse, web};

use super::frame::Caller;
use super::guard::{Allowed, Read};
use super::problem::Problem;
use super::{BaseAddress, page};
use crate::services::search::Search;
use answer::SearchAnswerDto;
use question::{Asked, SearchQuery};

/// Registers the addresses of this module.
pub fn routes(config: &mut web::ServiceConfig) {
    let search = web::resource("/api/v1/search")
        .route(web::get().to(search))
        .route(web::head().to(search));
    config
        .service(search)
        .configure(feed::routes)
        .configure(neighbours::routes);
}

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
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security((), ("token" = []))
)]
pub async fn search(
    actor: Allowed<Read>,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    service: web::Data<Search>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let asked = Asked::parse(request.query_string(), caller.language.tag())?;
    let found = service.search(&actor, asked.request.clone()).await?;
    let mut answer = HttpResponse::Ok();
    if let Some(next) = &found.next {
        let query = asked.following(&next.to_text());
        page::link_next(&mut answer, &base, "/api/v1/search", &query);
    }
    Ok(answer.json(SearchAnswerDto::render(found, &actor)))
}
