//! `/api/v1/bulk`: one act on many works, with a preview, progress, a result for each work, and undoing.

pub mod selection;
mod view;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::authentication::Counted;
use super::extract::body::{Json, JsonBody};
use super::extract::guard::{Allowed, FollowUp};
use super::extract::precondition::{self, IdempotencyKeyHeader};
use super::extract::query::{Query, path_part};
use super::extract::reason::ChangeReason;
use super::frame::Caller;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use super::search::parameters::broken_rule;
use super::{BaseAddress, pagination};
use crate::app::Archive;
use crate::interfaces::wire::{BulkRequest, Selection, parse_bulk_request};
use crate::services::curation::bulk::Bulk;
use view::{BulkBody, BulkItem, BulkItemList, BulkPreview, BulkView};

/// Which results to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemsQuery {
    /// Go on after this position, as the `next` link does.
    after: Option<u32>,
    /// The number of results, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// Does one act to many works.
#[utoipa::path(
    post, path = "/api/v1/bulk", operation_id = "startBulk", tag = "works",
    summary = "Do one act to many works, or tell what it would do",
    description = "Submit, return, publish, withdraw, or set and add values of fields. With `dry_run` nothing \
        is done: the answer tells for each work whether it would change, or why not. Else the works are \
        changed one after the other in the background, each at the revision that it has now, or that you \
        name; a work that is changed by somebody else meanwhile is refused. Permission, state and conditions \
        of publication hold for each work by itself.",
    params(IdempotencyKeyHeader, ChangeReason),
    request_body(content = BulkBody, description = "The act and the works."),
    responses(
        (status = 200, description = "With `dry_run`: what it would do.", body = BulkPreview),
        (status = 202, description = "It has begun.", body = BulkView,
         headers(("Location" = String, description = "Where its progress can be read."), ("Idempotent-Replayed" = Option<String>, description = "`true` when the same request was sent before under the same key.")))
    ),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn start(
    actor: Allowed<FollowUp>,
    counted: Counted,
    request: HttpRequest,
    key: IdempotencyKeyHeader,
    reason: ChangeReason,
    body: JsonBody<Json>,
    caller: web::ReqData<Caller>,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let parsed = parse_bulk_request(&body.value, &archive.vocabularies, broken_rule)?;
    let idempotent = key.for_request(&request, &body.bytes);
    let BulkRequest {
        act,
        selection,
        dry_run,
    } = parsed;
    let (search, language) = (&archive.search, caller.language.tag());
    let works = match selection {
        Selection::Works(works) => works,
        Selection::Search(parameters) => {
            selection::works_of_search(search, &actor, &counted.0, parameters, language).await?
        }
    };
    let bulk = archive.bulk.clone();
    if dry_run {
        let actor = actor.clone();
        let preview = async move { bulk.preview(&actor, &act, &works).await };
        let preview = search.admission().run(&counted.0, preview).await??;
        return Ok(HttpResponse::Ok().json(BulkPreview::render(preview, &caller)));
    }
    let started = bulk
        .start(&actor, &act, &works, reason.text(), idempotent.as_ref())
        .await?;
    let view = BulkView::from(started.result);
    let mut answer = HttpResponse::Accepted();
    let location = format!("{}/api/v1/bulk/{}", base.as_str(), view.id());
    answer.insert_header((header::LOCATION, location));
    precondition::mark_replay(&mut answer, started.is_replay);
    Ok(answer.json(view))
}

/// Reads a bulk act.
#[utoipa::path(
    get, path = "/api/v1/bulk/{id}", operation_id = "readBulk", tag = "works",
    summary = "How far an act on many works is",
    description = "For who started it, and for editors. It can be read for thirty days.",
    params(("id" = String, Path, description = "Id of the act.", format = "uuid")),
    responses((status = 200, description = "The act and its progress.", body = BulkView)),
    security(("token" = []))
)]
pub async fn read(
    actor: Allowed<FollowUp>,
    request: HttpRequest,
    bulk: web::Data<Bulk>,
) -> Result<HttpResponse, Problem> {
    let state = bulk.read(&actor, path_part(&request, "id")?).await?;
    Ok(HttpResponse::Ok().json(BulkView::from(state)))
}

/// Lists the results of a bulk act.
#[utoipa::path(
    get, path = "/api/v1/bulk/{id}/items", operation_id = "listBulkItems", tag = "works",
    summary = "What came of each work",
    params(
        ("id" = String, Path, description = "Id of the act.", format = "uuid"),
        ItemsQuery
    ),
    responses((
        status = 200, description = "One page, in the order of the works.", body = BulkItemList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []))
)]
pub async fn items(
    actor: Allowed<FollowUp>,
    request: HttpRequest,
    query: Query<ItemsQuery>,
    caller: web::ReqData<Caller>,
    bulk: web::Data<Bulk>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    let limit = pagination::limit(query.0.limit)?;
    let results = bulk.results(&actor, id, query.0.after, limit).await?;
    let next = results
        .last()
        .filter(|_| results.len() == limit)
        .map(|result| result.item.position);
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        let path = format!("/api/v1/bulk/{id}/items");
        let query = [("after", next.to_string()), ("limit", limit.to_string())];
        pagination::link_next(&mut answer, &base, &path, &query);
    }
    let items = results.into_iter();
    Ok(answer.json(BulkItemList {
        items: items
            .map(|result| BulkItem::render(result, &caller))
            .collect(),
        next,
    }))
}

/// Undoes a bulk act.
#[utoipa::path(
    post, path = "/api/v1/bulk/{id}/undo", operation_id = "undoBulk", tag = "works",
    summary = "Change the works of an act back",
    description = "Within a day after its end, once. Each changed work gets the description, files and state \
        back that it had, unless it was changed since; such works are reported as refused.",
    params(
        ("id" = String, Path, description = "Id of the act.", format = "uuid"),
        ChangeReason
    ),
    responses(
        (status = 202, description = "It has begun.", body = BulkView,
         headers(("Location" = String, description = "Where its progress can be read."))),
        (status = 409, description = "It is not finished, or undone already, or was finished more than a day ago.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 507, description = "No space left; nothing was written.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn undo(
    actor: Allowed<FollowUp>,
    reason: ChangeReason,
    request: HttpRequest,
    bulk: web::Data<Bulk>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    let state = bulk.undo(&actor, id, reason.text()).await?;
    let view = BulkView::from(state);
    let location = format!("{}/api/v1/bulk/{}", base.as_str(), view.id());
    let mut answer = HttpResponse::Accepted();
    answer.insert_header((header::LOCATION, location));
    Ok(answer.json(view))
}
