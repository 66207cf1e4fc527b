//! Submission and withdrawal of a work, and back.
//!
//! Each is a resource below the work: `PUT` of `submission` or `withdrawal` makes the transition, `DELETE`
//! makes the work a draft again.

use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use super::transition::Transition;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::guard::{Curate, Deposit};
use crate::interfaces::http::extract::precondition::IfMatch;
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::wire::AssetDto;
use crate::services::curation::Curation;

/// Submits a draft or a returned work to the editors.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/submission", operation_id = "submitAsset", tag = "works",
    summary = "Submit a draft or a returned work to the editors",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    responses((status = 200, description = "The work, submitted.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn submit(transition: Transition<Deposit>) -> Result<HttpResponse, Problem> {
    transition.make(Curation::submit).await
}

/// Makes a submitted work a draft again.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}/submission", operation_id = "recallAsset", tag = "works",
    summary = "Make a submitted work a draft again",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    responses((status = 200, description = "The work, a draft again.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn recall(transition: Transition<Deposit>) -> Result<HttpResponse, Problem> {
    transition.make(Curation::recall).await
}

/// Why a work is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct Withdrawal {
    /// For the public: everybody who could see the work can read it at the address of the work.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Withdraws a published work.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/withdrawal", operation_id = "withdrawAsset", tag = "works",
    summary = "Withdraw a published work",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    request_body(content = Withdrawal, description = "Why."),
    responses((status = 200, description = "The work, withdrawn. For others its address answers 410 with the reason.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn withdraw(
    transition: Transition<Curate>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let reason = public_reason(&body)?;
    transition
        .make(async |curation, actor, id, expected| {
            curation.withdraw(actor, id, expected, reason).await
        })
        .await
}

/// Records that a consent was withdrawn.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/consent-withdrawal", operation_id = "withdrawConsent", tag = "works",
    summary = "Record that the consent to show the people in a work was withdrawn",
    description = "A published work is withdrawn in the same step. It cannot be published before `people_shown` is \
        assessed anew.",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    request_body(content = Withdrawal, description = "Why, for the public."),
    responses((status = 200, description = "The work, withdrawn if it was published.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn withdraw_consent(
    transition: Transition<Curate>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let reason = public_reason(&body)?;
    transition
        .make(async |curation, actor, id, expected| {
            curation.withdraw_consent(actor, id, expected, reason).await
        })
        .await
}

/// Returns a withdrawn work.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}/withdrawal", operation_id = "reopenAsset", tag = "works",
    summary = "Make a withdrawn work a draft again",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    responses((status = 200, description = "The work, a draft again.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn reopen(transition: Transition<Curate>) -> Result<HttpResponse, Problem> {
    transition.make(Curation::reopen).await
}

/// The reason of a withdrawal, for the public.
fn public_reason(body: &JsonBody<SmallJson>) -> Result<&str, Violations> {
    let reason = match body.value.get("reason") {
        Some(reason) => reason
            .as_str()
            .ok_or(Rule::WrongType { expected: "string" }),
        None => Err(Rule::Required),
    };
    reason.map_err(|rule| {
        let mut violations = Violations::default();
        violations.push("/reason", rule);
        violations
    })
}
