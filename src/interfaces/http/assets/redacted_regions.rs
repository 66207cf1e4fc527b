//! Redacts regions of an image: faces of people who did not agree.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;

use crate::domain::Sha256;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::precondition::IfMatch;
use crate::interfaces::http::extract::query::{FileHash, WorkId, path_part};
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::wire::{AssetDto, RegionDto, parse_regions};
use crate::services::curation::Curation;

/// The redacted regions of an image.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct RedactedRegions {
    /// All of them; an empty list redacts nothing.
    #[schema(max_items = 200)]
    regions: Vec<RegionDto>,
}

/// Redacts regions of an image.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/files/{sha256}/redacted-regions", operation_id = "redactRegions", tag = "files",
    summary = "Redact regions of an image",
    description = "Previews and the public copy are made anew, with the regions filled. Until then nobody but those who may \
        download the original gets the image. Later versions of the file keep the regions.",
    params(WorkId, FileHash, IfMatch, ChangeReason),
    request_body(content = RedactedRegions, description = "The regions, in pixels of the image as it is displayed."),
    responses((status = 200, description = "The work.", body = AssetDto)),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn redact(
    actor: Allowed<Deposit>,
    id: WorkId,
    expected: IfMatch,
    reason: ChangeReason,
    request: HttpRequest,
    body: JsonBody<SmallJson>,
    vocabularies: web::Data<Vocabularies>,
    curation: web::Data<Curation>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let sha256: Sha256 = path_part(&request, "sha256")?;
    let regions = parse_regions(&body.value, &vocabularies)?;
    let asset = curation
        .because(reason.text())
        .redact(&actor, id.0, Some(expected.0), sha256, regions)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}
