//! `/api/v1/assets/{id}/sealed-files`: the papers that prove a consent.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Sha256;
use crate::interfaces::http::delivery::{FileBytes, send};
use crate::interfaces::http::extract::guard::{Allowed, Deposit, FollowUp};
use crate::interfaces::http::extract::precondition::{self, IfMatch};
use crate::interfaces::http::extract::query::{FileHash, WorkId, path_part};
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::wire::AssetDto;
use crate::services::curation::{Curation, SharedEvidence};
use crate::services::delivery::Delivery;

const NOT_STORED: &str = "private, no-store";

/// The sealed files of a work.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedFileList {
    /// The files, in the order in which they were added.
    items: Vec<SealedFileView>,
}

/// A sealed file. It has no name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SealedFile)]
pub struct SealedFileView {
    /// SHA-256 of the bytes in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    sha256: String,
    /// As recognised from the bytes.
    media_type: String,
    /// Length in bytes.
    size: u64,
    /// When it was added.
    #[schema(format = DateTime)]
    added_at: String,
    /// Other works of your scope with the same sealed file: they rest on the same consent.
    other_works: Vec<String>,
}

impl From<SharedEvidence> for SealedFileView {
    fn from(shared: SharedEvidence) -> Self {
        Self {
            sha256: shared.file.sha256.to_string(),
            media_type: shared.file.media_type,
            size: shared.file.size,
            added_at: shared.file.added_at.to_string(),
            other_works: shared.other_works.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Lists the sealed files of a work.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/sealed-files", operation_id = "listSealedFiles", tag = "files",
    summary = "List the sealed files of a work: papers that prove a consent",
    description = "For those who may download the originals of the work. No other answer has anything of them.",
    params(WorkId),
    responses((
        status = 200, description = "The files.", body = SealedFileList,
        headers(("ETag" = String, description = "The revision of the work, for `If-Match`."))
    )),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<FollowUp>,
    id: WorkId,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    let (asset, files) = curation.sealed_files(&actor, id.0).await?;
    let items = files.into_iter().map(SealedFileView::from).collect();
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, precondition::etag(asset.revision)))
        .insert_header((header::CACHE_CONTROL, NOT_STORED))
        .json(SealedFileList { items }))
}

/// Delivers a sealed file.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/sealed-files/{sha256}", operation_id = "readSealedFile", tag = "files",
    summary = "Download a sealed file",
    description = "For those who may download the originals of the work. Each download is an entry in the audit trail.",
    params(WorkId, FileHash),
    responses((
        status = 200, description = "The bytes.", body = FileBytes, content_type = "*/*",
        headers(
            ("ETag" = String, description = "Strong: the hash of the bytes."),
            ("Repr-Digest" = String, description = "RFC 9530: SHA-256 of the whole."),
            ("Content-Disposition" = String, description = "The name to save it under."),
            ("Accept-Ranges" = String, description = "`bytes`."),
            ("Last-Modified" = Option<String>, description = "When it was added.")
        )
    )),
    security(("token" = []))
)]
pub async fn read(
    actor: Allowed<FollowUp>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256: Sha256 = path_part(&request, "sha256")?;
    let deliverable = delivery.sealed(&actor, id.0, sha256).await?;
    let mut answer = send(&request, &delivery, &deliverable).await?;
    let no_store = HeaderValue::from_static(NOT_STORED);
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    Ok(answer)
}

/// Removes a sealed file.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}/sealed-files/{sha256}", operation_id = "removeSealedFile", tag = "files",
    summary = "Remove a sealed file",
    description = "Its bytes are deleted after the grace time unless another work has them; earlier revisions do not keep them.",
    params(WorkId, FileHash, IfMatch, ChangeReason),
    responses((status = 200, description = "The work.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn remove(
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
        .remove_sealed(&actor, id.0, Some(expected.0), sha256)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}
