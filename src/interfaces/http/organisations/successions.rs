//! `/api/v1/successions`: what belongs to bodies passes to their successor on a day.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::Violations;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::no_store::{self, NO_STORE};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::http::problem::document::{BrokenRule, broken_rules};
use crate::interfaces::http::schemas;
use crate::services::successions::{Counts, NewSuccession, Preview, SuccessionState};

/// A succession to plan.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewSuccessionBody {
    /// The bodies before: slugs of the scheme `organisation`.
    #[schema(min_items = 1, max_items = 20)]
    from: Vec<String>,
    /// The successor.
    to: String,
    /// The day at whose beginning, in Viet Nam, everything passes; an earlier one means at once.
    #[schema(format = Date)]
    on: String,
    /// The decision it rests on; it is kept with every revision.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Only tell what it would do.
    dry_run: Option<bool>,
}

/// How much passes.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassedCounts {
    /// Works in every state.
    works: u64,
    /// Accounts that are not closed.
    accounts: u64,
    /// Tokens of services that have not ended.
    tokens: u64,
    /// Saved searches.
    saved_searches: u64,
}

/// What a succession would do if it were now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionPreview {
    /// What would pass.
    would_pass: PassedCounts,
    /// The works among them that are not published.
    unpublished_works: u64,
    /// Why it would be refused.
    refusals: Vec<BrokenRule>,
}

/// A succession and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionView {
    /// Its id.
    id: String,
    /// The bodies before.
    from: Vec<String>,
    /// The successor.
    to: String,
    /// Its day.
    #[schema(format = Date)]
    on: String,
    /// The decision it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How far it is.
    #[schema(value_type = schemas::SuccessionPhaseName, inline)]
    state: &'static str,
    /// What has passed.
    passed: PassedCounts,
    /// When it was planned.
    #[schema(format = DateTime)]
    created_at: String,
    /// When everything had passed, or it was cancelled.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
}

/// All successions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionList {
    /// Oldest first.
    items: Vec<SuccessionView>,
}

/// Plans a succession, or tells what it would do.
#[utoipa::path(
    post, path = "/api/v1/successions", operation_id = "planSuccession", tag = "organisations",
    summary = "Plan that bodies pass to a successor on a day",
    description = "On that day works in every state, accounts, tokens and saved searches of the bodies pass to the successor. Works keep the body that issued them.",
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

fn parse(value: &Value) -> Result<(NewSuccession, bool), Violations> {
    let mut fields = Fields::new(value, &["from", "to", "on", "reason", "dry_run"]);
    let from = fields.required_slugs("from");
    let parts = (fields.required_slug("to"), fields.required_day("on"));
    let reason = fields.optional("reason");
    let is_dry_run = fields.flag("dry_run");
    let wanted = match parts {
        (Some(to), Some(on)) => Some(NewSuccession {
            from,
            to,
            on,
            reason,
        }),
        _ => None,
    };
    let wanted = fields.finish(wanted)?;
    // What is missing was reported.
    wanted
        .map(|wanted| (wanted, is_dry_run))
        .ok_or_else(Violations::default)
}

impl SuccessionPreview {
    fn new(preview: &Preview, refusals: Vec<BrokenRule>) -> Self {
        Self {
            would_pass: preview.counts.into(),
            unpublished_works: preview.unpublished_works,
            refusals,
        }
    }
}

impl From<Counts> for PassedCounts {
    fn from(counts: Counts) -> Self {
        Self {
            works: counts.works,
            accounts: counts.accounts,
            tokens: counts.tokens,
            saved_searches: counts.saved_searches,
        }
    }
}

impl From<SuccessionState> for SuccessionView {
    fn from(state: SuccessionState) -> Self {
        Self {
            id: state.id,
            from: state.from,
            to: state.to,
            on: state.on,
            reason: state.reason,
            state: state.phase.name(),
            passed: state.passed.into(),
            created_at: state.created_at.to_string(),
            finished_at: state.finished_at.map(|at| at.to_string()),
        }
    }
}
