//! `/api/v1/assets/{id}/files/{sha256}/versions`: new versions of files.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::{IntoParams, ToSchema};

use super::attach::{AttachedDto, UploadParameters, add, attached_response, check, receive};
use super::slots::UploadSlots;
use crate::app::Archive;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::delivery::FileBytes;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::precondition::IdempotencyKeyHeader;
use crate::interfaces::http::extract::query::{FileHash, WorkId, path_part};
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::services::intake::Placement;

/// A form with a new version of a file.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct VersionForm {
    /// The bytes. The part may have a `Content-Digest`.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// The file's name, when not that of the part.
    name: Option<String>,
    /// Caption: a JSON object from language to text.
    title: Option<String>,
    /// Text alternative: a JSON object from language to text.
    alt: Option<String>,
    /// Language spoken or written in it (BCP 47).
    language: Option<String>,
}

/// The description of a new version of a file in the query, for the description of the interface.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters, which are read as fields")]
pub struct VersionQuery {
    /// The file's name; else that of `Content-Disposition`.
    name: Option<String>,
    /// Caption: a JSON object from language to text.
    title: Option<String>,
    /// Text alternative: a JSON object from language to text.
    alt: Option<String>,
    /// Language spoken or written in it (BCP 47).
    language: Option<String>,
}

/// Attaches a new version of a file.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/files/{sha256}/versions", operation_id = "attachFileVersion", tag = "files",
    summary = "Replace a file by a new version of it",
    description = "The new version takes the place of the file and is to the work what that was. Caption, \
        text alternative and language stay unless you send others. The bytes before stay with the earlier \
        revisions of the work, for those who may change it.",
    params(
        WorkId,
        FileHash,
        VersionQuery,
        ("Content-Digest" = Option<String>, Header, description = "RFC 9530, e.g. `sha-256=:…:`."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of your last read; without it the file of the work as it is, is replaced."),
        IdempotencyKeyHeader,
        ChangeReason
    ),
    request_body(content((FileBytes = "application/octet-stream"), (FileBytes = "*/*"), (VersionForm = "multipart/form-data"))),
    responses((
        status = 201, description = "The work with the new version.", body = AttachedDto,
        headers(("Location" = String, description = "Address of the file."), ("ETag" = String, description = "The revision of the work."))
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn replace(
    actor: Allowed<Deposit>,
    counted: Counted,
    id: WorkId,
    parameters: UploadParameters,
    request: HttpRequest,
    archive: web::Data<Archive>,
    records: web::Data<Records>,
    slots: web::Data<UploadSlots>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let placement = Placement::InsteadOf(path_part(&request, "sha256")?);
    let _slot = check(&actor, &counted, id.0, &parameters, &archive, &slots).await?;
    let received = receive(&archive, &request, body).await?;
    let attached = add(
        &actor, id.0, parameters, &request, &archive, placement, received,
    )
    .await?;
    attached_response(attached, &actor, &records).await
}
