//! `/api/v1/successions`: what belongs to bodies passes to their successor on a day.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::succession_plan::{NewSuccessionBody, parse};
use super::succession_views::{PassedWorkList, SuccessionList, SuccessionPreview, SuccessionView};
use crate::app::Archive;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::guard::{Administer, Allowed};
use crate::interfaces::http::extract::query::{self, Query};
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::no_store::{self, NO_STORE};
use crate::interfaces::http::pagination;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::{ProblemDocument, broken_rules};

/// Which page of works.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PassedWorksQuery {
    /// The cursor of the page: `next` of the one before.
    after: Option<String>,
    /// Works of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// Plans a succession, or tells what it would do.
#[utoipa::path(
    post, path = "/api/v1/successions", operation_id = "planSuccession", tag = "organisations",
    summary = "Plan that bodies pass to a successor on a day",
    description = "On that day works in every state, accounts, tokens and saved searches of the bodies pass to the successor, or to those of the parts when a body is split. Works keep the body that issued them.",
    request_body = NewSuccessionBody,
    responses(
        (status = 200, description = "With `dry_run`: what it would do.", body = SuccessionPreview),
        (
            status = 201, description = "It is planned.", body = SuccessionView,
            headers(("Location" = String, description = "Address of the succession."))
        )
    ),
    security(("token" = []))
)]
pub async fn plan(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    caller: web::ReqData<Caller>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let (wanted, is_dry_run) = parse(&body.value)?;
    if is_dry_run {
        let preview = archive.successions.preview(&actor, &wanted).await?;
        let problem = Problem::Invalid(preview.refusals.clone());
        let refusals = broken_rules(&problem, caller.language);
        return Ok(no_store::ok(SuccessionPreview::new(&preview, refusals)));
    }
    let planned = SuccessionView::from(archive.successions.plan(&actor, wanted).await?);
    let location = format!("{}/api/v1/successions/{}", base.as_str(), planned.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header(NO_STORE)
        .json(planned))
}

/// Lists the successions.
#[utoipa::path(
    get, path = "/api/v1/successions", operation_id = "listSuccessions", tag = "organisations",
    summary = "List the successions of bodies",
    responses((status = 200, description = "All of them, oldest first.", body = SuccessionList)),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let found = archive.successions.list(&actor).await?;
    let items = found.into_iter().map(SuccessionView::from).collect();
    Ok(no_store::ok(SuccessionList { items }))
}

/// Returns a succession.
#[utoipa::path(
    get, path = "/api/v1/successions/{id}", operation_id = "readSuccession", tag = "organisations",
    summary = "Read a succession: how far it is and what has passed",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The succession.", body = SuccessionView)),
    security(("token" = []))
)]
pub async fn read(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let found = archive.successions.read(&actor, &id).await?;
    Ok(no_store::ok(SuccessionView::from(found)))
}

/// Lists the works that a succession has passed on.
#[utoipa::path(
    get, path = "/api/v1/successions/{id}/works", operation_id = "listPassedWorks", tag = "organisations",
    summary = "List the works that a succession has passed on",
    params(("id" = String, Path, description = "Its id."), PassedWorksQuery),
    responses((
        status = 200, description = "One page, in the order of their ids.", body = PassedWorkList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []))
)]
pub async fn works(
    actor: Allowed<Administer>,
    query: Query<PassedWorksQuery>,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let limit = pagination::limit(query.0.limit)?;
    let after = query.0.after.map(|after| after.parse());
    let after = after.transpose().map_err(|_| Problem::WrongCursor)?;
    let page = archive.successions.passed_works(&actor, &id, after, limit);
    let page = page.await?;
    let mut answer = HttpResponse::Ok();
    if let Some(next) = page.next {
        let query = [("after", next.to_string()), ("limit", limit.to_string())];
        let path = format!("/api/v1/successions/{id}/works");
        pagination::link_next(&mut answer, &base, &path, &query);
    }
    Ok(no_store::json(&mut answer, PassedWorkList::from(page)))
}

/// Cancels a succession before its day.
#[utoipa::path(
    delete, path = "/api/v1/successions/{id}", operation_id = "cancelSuccession", tag = "organisations",
    summary = "Cancel a succession before its day",
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 204, description = "Nothing will pass."),
        (status = 409, description = "Its day has come, or it was cancelled already.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn cancel(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    archive.successions.cancel(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
