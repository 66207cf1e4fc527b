//! The decisions on a work: its conditions of publication, return, acceptance, second approval, publication,
//! correction.
//!
//! `PUT` of a resource below the work makes the decision.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::transition::Transition;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::extract::body::{Json, JsonBody, SmallJson, in_proportion};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Allowed, Curate, FollowUp, Review};
use crate::interfaces::http::extract::precondition::IfMatch;
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::wire::{
    AssetDto, ChecklistDto, ReturnReasonDto, parse_return_reasons, patch_work,
};
use crate::services::curation::Curation;
use crate::services::sharing::Sharing;

/// Returns the conditions of publication of a work.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/checklist", operation_id = "readChecklist", tag = "works",
    summary = "Read which conditions of publication are met",
    description = "For contributors of the organisation and for staff. A work is published when none of them is \
        missing.",
    params(WorkId),
    responses((status = 200, description = "Every condition.", body = ChecklistDto)),
    security(("token" = []))
)]
pub async fn checklist(
    actor: Allowed<FollowUp>,
    id: WorkId,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    let (asset, list) = curation.checklist(&actor, id.0).await?;
    Ok(HttpResponse::Ok().json(ChecklistDto::new(&asset, &list)))
}

/// Why a work is returned.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct Return {
    /// At least one reason.
    #[schema(min_items = 1, max_items = 100, value_type = Vec<ReturnReasonDto>)]
    reasons: Vec<Value>,
}

/// Returns a work to its contributor.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/return", operation_id = "returnAsset", tag = "works",
    summary = "Return a submitted or accepted work to its contributor, with reasons",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    request_body(content = Return, description = "The reasons."),
    responses((status = 200, description = "The work, returned.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn return_because(
    transition: Transition<Review>,
    body: JsonBody<SmallJson>,
    vocabularies: web::Data<Vocabularies>,
) -> Result<HttpResponse, Problem> {
    let reasons = parse_return_reasons(&body.value, &vocabularies)?;
    transition
        .make(async |curation, actor, id, expected| {
            curation.return_because(actor, id, expected, reasons).await
        })
        .await
}

/// Accepts a work.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/acceptance", operation_id = "acceptAsset", tag = "works",
    summary = "Accept a submitted work for publication: the first approval",
    description = "Answers 422 with every condition that is not met. A change of the work makes it submitted again.",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    responses(
        (status = 200, description = "The work, accepted.", body = AssetDto),
        (status = 422, description = "Conditions of publication are not met; all are listed.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn accept(transition: Transition<Curate>) -> Result<HttpResponse, Problem> {
    transition.make(Curation::accept).await
}

/// Gives the second approval.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/approval", operation_id = "approveAsset", tag = "works",
    summary = "Give an accepted work its second approval",
    description = "Works that show minors and works on abuse of rights need one. It comes from another token or \
        account than the first.",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    responses(
        (status = 200, description = "The work, approved.", body = AssetDto),
        (status = 422, description = "The first approval was given by the same token or account.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn approve(transition: Transition<Review>) -> Result<HttpResponse, Problem> {
    transition.make(Curation::approve).await
}

/// Publishes a work.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/publication", operation_id = "publishAsset", tag = "works",
    summary = "Publish a work",
    description = "For the readers that its `access` names, from the end of its embargo on. Answers 422 \
        with every condition that is not met.",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    responses(
        (status = 200, description = "The work, published.", body = AssetDto),
        (status = 422, description = "Conditions of publication are not met; all are listed.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn publish(transition: Transition<Curate>) -> Result<HttpResponse, Problem> {
    transition.make(Curation::publish).await
}

/// A correction to make.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewCorrection {
    /// What is corrected, for the public.
    #[schema(min_length = 1, max_length = 1000)]
    note: String,
    /// A JSON Merge Patch (RFC 7396) of the description.
    #[schema(value_type = Object)]
    changes: Value,
}

/// Corrects a published work.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/correction", operation_id = "correctAsset", tag = "works",
    summary = "Correct a published work, with a public note",
    description = "Makes a new revision. The note and its date are shown with the work, in hits and in feeds.",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    request_body(content = NewCorrection, description = "The note and what to change."),
    responses(
        (status = 200, description = "The work, corrected.", body = AssetDto),
        (status = 422, description = "The correction breaks rules or conditions of publication; all are listed.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn correct(
    transition: Transition<Curate>,
    body: JsonBody<Json>,
    vocabularies: web::Data<Vocabularies>,
    sharing: web::Data<Sharing>,
) -> Result<HttpResponse, Problem> {
    let (note, changes) = correction(&body.value)?;
    let present = sharing
        .read_for_change(&transition.actor, transition.id)
        .await?;
    if present.revision != transition.expected {
        let current = Some(present.revision);
        return Err(Problem::StaleRevision { current });
    }
    let work = present.work;
    let length = body.bytes.len() + work.body.as_ref().map_or(0, String::len);
    let apply = move || patch_work(&work, &changes, &vocabularies);
    let deposit = in_proportion(length, apply).await?;
    transition
        .make(async |curation, actor, id, expected| {
            curation.correct(actor, id, expected, deposit, &note).await
        })
        .await
}

fn correction(body: &Value) -> Result<(String, Value), Violations> {
    let mut fields = Fields::new(body, &["note", "changes"]);
    let note = fields.required("note");
    let changes = body.get("changes").cloned().unwrap_or_default();
    if changes.is_null() {
        fields.refuse("changes", Rule::Required);
    }
    fields.finish((note, changes))
}
