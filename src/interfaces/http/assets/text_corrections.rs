//! Corrects the text that was read from a file.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::Sha256;
use crate::interfaces::http::extract::body::{Json, JsonBody, in_proportion};
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::precondition::IfMatch;
use crate::interfaces::http::extract::query::{FileHash, WorkId, path_part};
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::wire::{AssetDto, parse_pages};
use crate::services::curation::Curation;

/// The text of a file.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct TextPages {
    /// The text of each page, as many as were read; a line for each paragraph. Altogether at most 4 MiB.
    #[schema(max_items = 20_000)]
    pages: Vec<String>,
}

/// Corrects the text of a file.
#[utoipa::path(
    put, path = "/api/v1/assets/{id}/files/{sha256}/text", operation_id = "correctFileText", tag = "files",
    summary = "Correct the text that was read from a file",
    description = "Search, pages and `GET` use the corrected text from now on. What was read stays and comes back when the \
        correction is deleted. A new version of the file, and redacted regions, drop the correction.",
    params(WorkId, FileHash, IfMatch, ChangeReason),
    request_body(content = TextPages, description = "The whole text, page by page."),
    responses((status = 200, description = "The work.", body = AssetDto)),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn correct_text(
    actor: Allowed<Deposit>,
    id: WorkId,
    expected: IfMatch,
    reason: ChangeReason,
    request: HttpRequest,
    body: JsonBody<Json>,
    archive: web::Data<Archive>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let sha256: Sha256 = path_part(&request, "sha256")?;
    let (length, vocabularies) = (body.bytes.len(), archive.vocabularies.clone());
    let parsed = in_proportion(length, move || parse_pages(&body.value, &vocabularies));
    let pages = parsed.await?;
    let asset = archive
        .intake
        .because(reason.text())
        .correct_text(&actor, id.0, Some(expected.0), sha256, pages)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}

/// Drops the corrected text of a file.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}/files/{sha256}/text", operation_id = "dropFileTextCorrection", tag = "files",
    summary = "Drop the corrected text of a file: what was read from it counts again",
    params(WorkId, FileHash, IfMatch, ChangeReason),
    responses((status = 200, description = "The work.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn drop_text_correction(
    actor: Allowed<Deposit>,
    id: WorkId,
    expected: IfMatch,
    reason: ChangeReason,
    request: HttpRequest,
    curation: web::Data<Curation>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let sha256: Sha256 = path_part(&request, "sha256")?;
    let asset = curation
        .because(reason.text())
        .drop_text_correction(&actor, id.0, Some(expected.0), sha256)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}
