//! Receives sealed files: `POST /api/v1/assets/{id}/sealed-files`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;

use super::attach::{UploadParameters, check, receive, same_bytes};
use super::slots::UploadSlots;
use crate::app::Archive;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::delivery::FileBytes;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::precondition::{self, IdempotencyKeyHeader};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::wire::AssetDto;

/// A form with one sealed file.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct SealedFileForm {
    /// The bytes. The part may have a `Content-Digest`.
    #[schema(value_type = String, format = Binary)]
    file: (),
}

/// Adds a sealed file.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/sealed-files", operation_id = "addSealedFile", tag = "files",
    summary = "Add a paper that proves a consent, sealed",
    description = "The bytes as they are, or a form with one file. The name is not kept, as it is often that of a person. \
        A sealed file is no part of the files of the work and in no other answer.",
    params(
        WorkId,
        ("Content-Digest" = Option<String>, Header, description = "RFC 9530, e.g. `sha-256=:…:`."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of your last read; without it the file is added to the work as it is."),
        IdempotencyKeyHeader,
        ChangeReason
    ),
    request_body(content((FileBytes = "application/octet-stream"), (FileBytes = "*/*"), (SealedFileForm = "multipart/form-data"))),
    responses((
        status = 201, description = "The work.", body = AssetDto,
        headers(("Location" = String, description = "Address of the sealed file."), ("ETag" = String, description = "The revision of the work."))
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn add_sealed(
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
    let _slot = check(&actor, &counted, id.0, &parameters, &archive, &slots).await?;
    let received = receive(&archive, &request, body).await?;
    let UploadParameters {
        expected,
        key,
        reason,
        ..
    } = parameters;
    let idempotent = same_bytes(key, &request, &received);
    let sha256 = received.staged.key;
    let file = (received.staged, received.declared_type);
    let completed = archive
        .intake
        .because(reason.text())
        .add_sealed(&actor, id.0, expected, file, idempotent.as_ref())
        .await?;
    let mut answer = HttpResponse::Created();
    precondition::mark_replay(&mut answer, completed.is_replay);
    let location = records.addresses().sealed_file(id.0, sha256);
    answer.insert_header((header::LOCATION, location));
    records.respond(answer, &actor, completed.result).await
}
