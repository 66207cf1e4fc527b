//! `/api/v1/assets/{id}/revisions`: the history of a work, for those who may change it.

mod comparison;
mod view;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::authentication::Counted;
use super::extract::guard::{Allowed, Deposit, FollowUp, Read};
use super::extract::precondition::IfMatch;
use super::extract::query::{Query, RevisionNumber, WorkId};
use super::extract::reason::ChangeReason;
use super::problem::Problem;
use super::records::Records;
use super::{BaseAddress, pagination};
use crate::domain::asset::Revision;
use crate::interfaces::wire::AssetDto;
use crate::services::curation::Curation;
use crate::services::search::Search;
use crate::services::works::{EarlierRevision, History};
pub use comparison::compare;
use view::{EarlierWork, RevisionDiff, RevisionList, RevisionView};

/// Which revisions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RevisionsQuery {
    /// Only revisions before this one, as the `next` link does.
    #[param(minimum = 1)]
    before: Option<u64>,
    /// The number of revisions, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// With which revision to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The earlier side of the comparison; the revision before by default.
    #[param(minimum = 1)]
    against: Option<u64>,
}

/// Lists the revisions of a work.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/revisions", operation_id = "listRevisions", tag = "works",
    summary = "List the revisions of a work",
    description = "Every change of the work: what was done, by whom, when and why. For those who may change it.",
    params(WorkId, RevisionsQuery),
    responses((
        status = 200, description = "One page, newest first.", body = RevisionList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<FollowUp>,
    id: WorkId,
    query: Query<RevisionsQuery>,
    history: web::Data<History>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let limit = pagination::limit(query.0.limit)?;
    let before = query.0.before.map(Revision);
    let page = history.list(&actor, id.0, before, limit).await?;
    let next = page.next.map(|revision| revision.0);
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        let path = format!("/api/v1/assets/{}/revisions", id.0);
        let query = [("before", next.to_string()), ("limit", limit.to_string())];
        pagination::link_next(&mut answer, &base, &path, &query);
    }
    Ok(answer.json(RevisionList {
        items: page.items.into_iter().map(RevisionView::from).collect(),
        next,
    }))
}

/// Reads a work as it was.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/revisions/{revision}", operation_id = "readRevision", tag = "works",
    summary = "Read a work as it was",
    description = "For those who may change or approve the work. Everybody who may read the work gets the revisions that \
        a correction has replaced (`corrections[].corrected_revision`), so that they stay citable.",
    params(WorkId, RevisionNumber),
    responses((status = 200, description = "The work as it was.", body = EarlierWork)),
    security((), ("token" = []))
)]
pub async fn read(
    actor: Allowed<Read>,
    id: WorkId,
    revision: RevisionNumber,
    history: web::Data<History>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let found = history.read(&actor, id.0, revision.0).await?;
    let missing = found.missing_files;
    let asset = records
        .render_earlier(&actor, found.asset, &missing)
        .await?;
    Ok(HttpResponse::Ok().json(EarlierWork {
        revision: found.entry.into(),
        asset,
        missing_files: missing.iter().map(ToString::to_string).collect(),
    }))
}

/// Compares two revisions.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/revisions/{revision}/diff", operation_id = "compareRevisions", tag = "works",
    summary = "What differs between two revisions of a work",
    description = "Field by field; texts word by word. Words that differ only in where a tone mark stands \
        (`hòa`, `hoà`) are reported as `respelled`.",
    params(WorkId, RevisionNumber, DiffQuery),
    responses((status = 200, description = "The differences.", body = RevisionDiff)),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn diff(
    actor: Allowed<FollowUp>,
    counted: Counted,
    id: WorkId,
    revision: RevisionNumber,
    query: Query<DiffQuery>,
    history: web::Data<History>,
    search: web::Data<Search>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let against = query.0.against.unwrap_or(revision.0.0.saturating_sub(1));
    let after = history.read(&actor, id.0, revision.0).await?;
    let before = match against {
        0 => None,
        number => Some(history.read(&actor, id.0, Revision(number)).await?),
    };
    let view = |found: &EarlierRevision| RevisionView::from(found.entry.clone());
    let views = (before.as_ref().map(view), view(&after));
    let actor = actor.clone();
    let rendered = async move {
        let render = async |found: EarlierRevision| {
            let missing = found.missing_files;
            records.render_earlier(&actor, found.asset, &missing).await
        };
        let earlier = match before {
            Some(before) => Some(render(before).await?),
            None => None,
        };
        Ok((earlier, render(after).await?))
    };
    let changes = compare(&search, &counted.0, rendered).await?;
    Ok(HttpResponse::Ok().json(RevisionDiff {
        before: views.0,
        after: views.1,
        changes,
    }))
}

/// Restores an earlier revision.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/revisions/{revision}/restore", operation_id = "restoreRevision", tag = "works",
    summary = "Give a work the description and files of an earlier revision",
    description = "As a new revision. Its state stays, and a published work must still meet the conditions of \
        publication. Relations to works that are gone are left out.",
    params(WorkId, RevisionNumber, IfMatch, ChangeReason),
    responses((status = 200, description = "The work as it is now.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn restore(
    actor: Allowed<Deposit>,
    id: WorkId,
    revision: RevisionNumber,
    expected: IfMatch,
    reason: ChangeReason,
    curation: web::Data<Curation>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let asset = curation
        .because(reason.text())
        .restore(&actor, id.0, Some(expected.0), revision.0)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}
