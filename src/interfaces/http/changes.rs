//! `/api/v1/changes`: the change feed, for clients that keep a copy.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::authentication::Counted;
use super::extract::guard::{Allowed, Read};
use super::extract::query::Query;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use super::{BaseAddress, pagination, schemas};
use crate::interfaces::wire::{AssetDto, ChangeDto};
use crate::services::search::Search;
use crate::services::sharing::{Changes, LogCursor, Presence, Sharing};
use crate::services::works::PageBudget;
use crate::storage::catalog::EventNumber;

/// The position in the change feed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Only what came after this event; 0 for everything.
    #[param(minimum = 0, default = 0)]
    after: Option<u64>,
    /// The `log` that was given with the event: after a restore of the archive numbers are given
    /// anew, and this is how a reader notices.
    #[param(format = "uuid")]
    log: Option<String>,
    /// The number of changes, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `asset`: also the works, as far as they are available, so that a copy needs no request for each.
    #[param(value_type = Option<schemas::ChangeInclusion>, inline)]
    include: Option<Inclusion>,
}

/// What a change can include.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Inclusion {
    /// The work.
    Asset,
}

/// A change, with the work if that was requested.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeEntry {
    /// The change.
    #[serde(flatten)]
    change: ChangeDto,
    /// With `include=asset`: the work as it is now, without its full text; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<AssetDto>,
}

/// One page of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    /// What changed, oldest first. A page may be short, even empty, before the end.
    items: Vec<ChangeEntry>,
    /// The last event looked at: ask again with `after` set to it.
    next: u64,
    /// There is no change after `next` yet.
    at_end: bool,
    /// The identity of the log: send it with the next request. It changes when the archive is
    /// restored to an earlier state.
    log: String,
}

/// Lists changes.
#[utoipa::path(
    get, path = "/api/v1/changes", operation_id = "listChanges", tag = "works",
    summary = "What changed after an event",
    description = "Numbers grow and are never given twice; changes to works you may not see are \
        left out. Keep the number you read last, and `log`: a number of another log is answered \
        with 410 `log-replaced`, and everything has to be read again from 0.",
    params(ChangesQuery),
    responses(
        (
            status = 200, description = "One page, oldest first.", body = ChangeList,
            headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
        ),
        (
            status = 410, description = "The number is not one that this log gave: start over.",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
    ),
    security((), ("token" = []))
)]
pub async fn list(
    actor: Allowed<Read>,
    counted: Counted,
    query: Query<ChangesQuery>,
    sharing: web::Data<Sharing>,
    search: web::Data<Search>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let log = query.0.log.as_deref().map(str::parse).transpose();
    let cursor = LogCursor {
        log: log.map_err(|_| Problem::parameter("log"))?,
        after: EventNumber(query.0.after.unwrap_or(0)),
    };
    let limit = pagination::limit(query.0.limit)?;
    let (by, service) = (actor.clone(), sharing.clone());
    let changes = async move { service.changes(&by, cursor, limit).await };
    let mut changes = search.admission().run(&counted.0, changes).await??;
    let log = sharing.log_id().to_string();
    let items = entries(&actor, &mut changes, query.0.include, &sharing).await?;
    let next = changes.next.0;
    let mut response = HttpResponse::Ok();
    if !changes.is_at_end {
        let next_page = [
            ("after", next.to_string()),
            ("log", log.clone()),
            ("limit", limit.to_string()),
        ];
        let include = query.0.include.map(|_| ("include", "asset".to_owned()));
        let query: Vec<_> = next_page.into_iter().chain(include).collect();
        pagination::link_next(&mut response, &base, "/api/v1/changes", &query);
    }
    Ok(response.json(ChangeList {
        items,
        next,
        at_end: changes.is_at_end,
        log,
    }))
}

/// The changes with the works that were requested. The page ends early when the texts of the works are long.
async fn entries(
    actor: &Allowed<Read>,
    changes: &mut Changes,
    include: Option<Inclusion>,
    sharing: &Sharing,
) -> Result<Vec<ChangeEntry>, Problem> {
    let with_works = matches!(include, Some(Inclusion::Asset));
    let mut entries = Vec::with_capacity(changes.items.len());
    let mut budget = PageBudget::default();
    for change in &changes.items {
        if budget.is_used_up() {
            changes.is_at_end = false;
            break;
        }
        let is_included = with_works && change.presence == Presence::Available;
        let ids = [change.asset];
        let ids = if is_included { &ids[..] } else { &[] };
        let (works, _) = sharing.read_many(actor, ids, false).await?;
        works.iter().for_each(|work| budget.count(work));
        let record = works.into_iter().next();
        entries.push(ChangeEntry {
            change: change.into(),
            record: record.map(|work| AssetDto::render(work, actor)),
        });
    }
    if entries.len() < changes.items.len()
        && let Some(last) = changes.items.get(entries.len().saturating_sub(1))
    {
        changes.next = last.number;
    }
    Ok(entries)
}
