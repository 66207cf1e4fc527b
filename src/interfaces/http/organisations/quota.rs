//! `/api/v1/organisations/{slug}/usage` and `…/quota`: what a body uses and may use.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::{Slug, Violations};
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed, Read};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::services::quotas::{BodyUsage, Quota, QuotaError};

/// The largest number that a quota can have: numbers of JSON are exact up to there in every language.
const LARGEST: u64 = 9_007_199_254_740_991;

/// What a body may use. What is absent or `null` has no limit.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct QuotaBody {
    /// Works, in every state.
    #[schema(minimum = 0)]
    works: Option<u64>,
    /// Bytes of files as deposited, those of earlier revisions included.
    #[schema(minimum = 0)]
    bytes: Option<u64>,
    /// Requests in a minute, of all tokens and accounts of the body together.
    #[schema(minimum = 1)]
    requests_per_minute: Option<u64>,
}

/// What a body uses and may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageView {
    /// The body.
    organisation: String,
    /// Whether an administrator has set this quota; else it is the default of the archive.
    is_own_quota: bool,
    /// Works, in every state.
    works: Used,
    /// Bytes of files as deposited, those of earlier revisions included. They are kept until the work is deleted.
    bytes: Used,
    /// The most requests in a minute; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_minute: Option<u64>,
}

/// A number and its limit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Used {
    /// What is used.
    used: u64,
    /// The most; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

/// Returns what a body uses.
#[utoipa::path(
    get, path = "/api/v1/organisations/{slug}/usage", operation_id = "readUsage", tag = "organisations",
    summary = "What a body uses and may use",
    description = "For administrators, and for those who act for the body or for one above it.",
    params(("slug" = String, Path, description = "A slug of the scheme `organisation`.")),
    responses((status = 200, description = "Works, bytes and requests.", body = UsageView)),
    security(("token" = []))
)]
pub async fn usage(
    actor: Allowed<Read>,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = archive.quotas.usage(&actor, &body_of(&request)?).await;
    if *actor == Actor::Anonymous && matches!(found, Err(QuotaError::Forbidden)) {
        return Err(Problem::Unauthenticated);
    }
    Ok(private(found?))
}

/// Sets the quota of a body.
#[utoipa::path(
    put, path = "/api/v1/organisations/{slug}/quota", operation_id = "setQuota", tag = "organisations",
    summary = "Set what a body may use",
    description = "It holds at once. What the body uses beyond a lower quota stays; it can add nothing more.",
    params(("slug" = String, Path, description = "A slug of the scheme `organisation`.")),
    request_body = QuotaBody,
    responses((status = 200, description = "What it uses and may use.", body = UsageView)),
    security(("token" = []))
)]
pub async fn set(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let (slug, quota) = (body_of(&request)?, parse(&body.value)?);
    Ok(private(
        archive.quotas.set(&actor, &slug, Some(quota)).await?,
    ))
}

/// Takes the quota of a body away.
#[utoipa::path(
    delete, path = "/api/v1/organisations/{slug}/quota", operation_id = "removeQuota", tag = "organisations",
    summary = "Let the default quota hold for a body again",
    params(("slug" = String, Path, description = "A slug of the scheme `organisation`.")),
    responses((status = 200, description = "What it uses and may use.", body = UsageView)),
    security(("token" = []))
)]
pub async fn remove(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slug = body_of(&request)?;
    Ok(private(archive.quotas.set(&actor, &slug, None).await?))
}

fn parse(value: &Value) -> Result<Quota, Violations> {
    let mut fields = Fields::new(value, &["works", "bytes", "requests_per_minute"]);
    let quota = Quota {
        works: fields.number("works", 0..=LARGEST),
        bytes: fields.number("bytes", 0..=LARGEST),
        requests_per_minute: fields.number("requests_per_minute", 1..=1_000_000),
    };
    fields.finish(quota)
}

fn body_of(request: &HttpRequest) -> Result<Slug, Problem> {
    let slug: String = query::path_part(request, "slug")?;
    Slug::parse(&slug).map_err(|_| Problem::NotFound)
}

fn private(usage: BodyUsage) -> HttpResponse {
    no_store::ok(UsageView::from(usage))
}

impl From<BodyUsage> for UsageView {
    fn from(usage: BodyUsage) -> Self {
        let number = |used, limit| Used { used, limit };
        Self {
            organisation: usage.organisation.to_string(),
            is_own_quota: usage.is_own_quota,
            works: number(usage.used.works, usage.quota.works),
            bytes: number(usage.used.bytes, usage.quota.bytes),
            requests_per_minute: usage.quota.requests_per_minute,
        }
    }
}
