//! The handling of a work by staff: assignment and comments. Never public.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::guard::{Allowed, Curate, FollowUp};
use crate::interfaces::http::extract::precondition::{self, IdempotencyKeyHeader, IfMatch};
use crate::interfaces::http::extract::query::{Query, WorkId};
use crate::interfaces::http::pagination;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::schemas;
use crate::interfaces::wire::{
    AssignedWork, CommentDto, HandlingDto, parse_assignment, parse_comment,
};
use crate::services::curation::{Curation, HandlingRead};

/// Returns the handling of a work.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/handling", operation_id = "readHandling", tag = "works",
    summary = "Read to whom a work is assigned, and the comments on it",
    description = "For contributors of the organisation and for staff; never public, and deleted with the work.",
    params(WorkId),
    responses((
        status = 200, description = "The handling.", body = HandlingDto,
        headers(("ETag" = String, description = "Its revision, for `If-Match` of an assignment."))
    )),
    security(("token" = []))
)]
pub async fn handling(
    actor: Allowed<FollowUp>,
    id: WorkId,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    let read = curation.handling(&actor, id.0).await?;
    Ok(handling_response(HttpResponse::Ok(), &read))
}

/// An assignment to make.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewAssignmentBody {
    /// The public id of a token or account. Not together with a role.
    #[schema(max_length = 1000)]
    holder: Option<String>,
    /// Everybody in this role.
    #[schema(value_type = Option<schemas::AssigneeRole>, inline)]
    role: Option<String>,
    /// Only those in the role who are of this organisation.
    organisation: Option<String>,
    /// The last day for it: `YYYY-MM-DD`.
    #[schema(example = "2026-12-10")]
    due_on: Option<String>,
}

/// Assigns a work.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/assignment", operation_id = "assignAsset", tag = "works",
    summary = "Assign a work to a token, an account or a role, with a due date",
    description = "`If-Match` is the `ETag` of the handling.",
    params(
        WorkId,
        IfMatch
    ),
    request_body(content = NewAssignmentBody, description = "To whom, and until when."),
    responses((
        status = 200, description = "The handling.", body = HandlingDto,
        headers(("ETag" = String, description = "Its revision."))
    )),
    security(("token" = []))
)]
pub async fn assign(
    actor: Allowed<Curate>,
    id: WorkId,
    expected: IfMatch,
    body: JsonBody<SmallJson>,
    vocabularies: web::Data<Vocabularies>,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    let assignment = parse_assignment(&body.value, &vocabularies)?;
    let read = curation
        .assign(&actor, id.0, expected.0, Some(assignment))
        .await?;
    Ok(handling_response(HttpResponse::Ok(), &read))
}

/// Takes the assignment of a work away.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}/assignment", operation_id = "unassignAsset", tag = "works",
    summary = "Take the assignment of a work away",
    description = "`If-Match` is the `ETag` of the handling.",
    params(
        WorkId,
        IfMatch
    ),
    responses((
        status = 200, description = "The handling.", body = HandlingDto,
        headers(("ETag" = String, description = "Its revision."))
    )),
    security(("token" = []))
)]
pub async fn unassign(
    actor: Allowed<Curate>,
    id: WorkId,
    expected: IfMatch,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    let read = curation.assign(&actor, id.0, expected.0, None).await?;
    Ok(handling_response(HttpResponse::Ok(), &read))
}

/// A comment to write.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewCommentBody {
    /// What it is about: a JSON pointer into the work; empty for the whole.
    #[schema(max_length = 500)]
    pointer: Option<String>,
    /// The comment.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

/// Writes a comment on a work.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/comments", operation_id = "commentAsset", tag = "works",
    summary = "Comment on a work, for those who work on it",
    description = "At most 200 comments for a work. They are never public and are deleted with the work.",
    params(
        WorkId,
        IdempotencyKeyHeader
    ),
    request_body(content = NewCommentBody, description = "The comment."),
    responses((status = 201, description = "The comment.", body = CommentDto)),
    security(("token" = []))
)]
pub async fn comment(
    actor: Allowed<FollowUp>,
    id: WorkId,
    request: HttpRequest,
    key: IdempotencyKeyHeader,
    body: JsonBody<SmallJson>,
    vocabularies: web::Data<Vocabularies>,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    let new = parse_comment(&body.value, &vocabularies)?;
    let idempotent = key.for_request(&request, &body.bytes);
    let completed = curation
        .comment(&actor, id.0, new, idempotent.as_ref())
        .await?;
    let mut answer = HttpResponse::Created();
    precondition::mark_replay(&mut answer, completed.is_replay);
    Ok(answer.json(CommentDto::from(&completed.result)))
}

/// Which assigned works to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AssignmentsQuery {
    /// Go on after this id, as the `next` link does.
    #[param(format = "uuid")]
    after: Option<String>,
    /// The number of works, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Only those assigned to you, or to your role.
    #[param(default = false)]
    mine: Option<bool>,
}

/// One page of assigned works.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentList {
    /// The works, oldest first. A page may be short, even empty, before the end.
    items: Vec<AssignedWork>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists assigned works.
#[utoipa::path(
    get, path = "/api/v1/assignments", operation_id = "listAssignments", tag = "works",
    summary = "List the works that are assigned to somebody",
    params(AssignmentsQuery),
    responses((
        status = 200, description = "One page of the works that you follow.", body = AssignmentList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []))
)]
pub async fn assignments(
    actor: Allowed<FollowUp>,
    query: Query<AssignmentsQuery>,
    curation: web::Data<Curation>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let after = query.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| Problem::parameter("after"))?;
    let limit = pagination::limit(query.limit)?;
    let mine = query.mine.unwrap_or(false);
    let page = curation.assignments(&actor, after, limit, mine).await?;
    let next = page.next.map(|id| id.to_string());
    let mut answer = HttpResponse::Ok();
    if let Some(next) = &next {
        let query = [
            ("after", next.clone()),
            ("limit", limit.to_string()),
            ("mine", mine.to_string()),
        ];
        pagination::link_next(&mut answer, &base, "/api/v1/assignments", &query);
    }
    let items = page.items.iter();
    let items = items.map(|(asset, assignment)| AssignedWork::new(asset, assignment));
    Ok(answer.json(AssignmentList {
        items: items.collect(),
        next,
    }))
}

fn handling_response(mut response: HttpResponseBuilder, read: &HandlingRead) -> HttpResponse {
    response
        .insert_header((header::ETAG, precondition::etag(read.revision)))
        .json(HandlingDto::from(&read.handling))
}
