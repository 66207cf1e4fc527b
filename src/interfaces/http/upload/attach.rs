//! `/api/v1/assets/{id}/files`: attaches files to works and detaches them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::description::{Fields, describe};
use super::receive::Receiver;
use super::slots::{UploadSlot, UploadSlots};
use super::{Upload, UploadError};
use crate::app::Archive;
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Revision};
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::delivery::FileBytes;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::precondition::{self, IdempotencyKeyHeader, IfMatch};
use crate::interfaces::http::extract::query::{FileHash, Query, WorkId, path_part};
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::http::schemas;
use crate::interfaces::wire::AssetDto;
use crate::services::curation::Curation;
use crate::services::intake::{Attached, FileDetails, Placement};
use crate::services::works::IdempotentRequest;
use crate::storage::blobs::Staged;

/// The result of attaching a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachedDto {
    /// SHA-256 of its bytes in hexadecimal: its name in addresses.
    sha256: String,
    /// The work with the file.
    asset: AssetDto,
    /// Other works, as far as you may see them, that have the same bytes.
    duplicates: Vec<String>,
}

/// A form with one file.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct FileForm {
    /// The bytes. The part may have a `Content-Digest`.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// The file's name, when not that of the part.
    name: Option<String>,
    /// What the file is to the work; `original` by default.
    #[schema(value_type = Option<schemas::FileRoleName>, inline)]
    role: Option<String>,
    /// Caption: a JSON object from language to text.
    title: Option<String>,
    /// Text alternative: a JSON object from language to text.
    alt: Option<String>,
    /// Language spoken or written in it (BCP 47).
    language: Option<String>,
}

/// The description of a file in the query, for the description of the interface.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters, which are read as fields")]
pub struct FileQuery {
    /// The file's name; else that of `Content-Disposition`.
    name: Option<String>,
    /// What the file is to the work; `original` by default.
    #[param(value_type = Option<schemas::FileRoleName>, inline)]
    role: Option<String>,
    /// Caption: a JSON object from language to text.
    title: Option<String>,
    /// Text alternative: a JSON object from language to text.
    alt: Option<String>,
    /// Language spoken or written in it (BCP 47).
    language: Option<String>,
}

/// The headers and query parameters of an upload.
#[derive(Debug)]
pub struct UploadParameters {
    /// The revision that the caller expects, if it names one.
    pub expected: Option<Revision>,
    /// Makes the request repeatable.
    pub key: IdempotencyKeyHeader,
    /// Why the change is made.
    pub reason: ChangeReason,
    /// The query.
    pub fields: Fields,
}

impl FromRequest for UploadParameters {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut read = || {
            let expected = match IfMatch::from_request(request, payload).into_inner() {
                Ok(IfMatch(revision)) => Some(revision),
                Err(Problem::PreconditionRequired) => None,
                Err(problem) => return Err(problem),
            };
            Ok(Self {
                expected,
                key: IdempotencyKeyHeader::from_request(request, payload).into_inner()?,
                reason: ChangeReason::from_request(request, payload).into_inner()?,
                fields: Query::from_request(request, payload).into_inner()?.0,
            })
        };
        ready(read())
    }
}

/// Attaches a file.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/files", operation_id = "attachFile", tag = "files",
    summary = "Attach a file to a work",
    description = "The bytes as they are, or a form with one file. They are hashed on the way; \
        `Content-Digest`, `Repr-Digest` and `Digest` are compared with them when they name \
        SHA-256. What the file is, is recognised from its bytes.",
    params(
        WorkId,
        FileQuery,
        ("Content-Digest" = Option<String>, Header, description = "RFC 9530, e.g. `sha-256=:…:`."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of your last read; without it the file is attached to the work as it is."),
        IdempotencyKeyHeader,
        ChangeReason
    ),
    request_body(content((FileBytes = "application/octet-stream"), (FileBytes = "*/*"), (FileForm = "multipart/form-data"))),
    responses((
        status = 201, description = "The work with the file.", body = AttachedDto,
        headers(("Location" = String, description = "Address of the file."), ("ETag" = String, description = "The revision of the work."))
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn attach(
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
    let placement = Placement::Last;
    let attached = add(
        &actor, id.0, parameters, &request, &archive, placement, received,
    )
    .await?;
    attached_response(attached, &actor, &records).await
}

/// Refuses what can be refused before the bytes are received.
pub(super) async fn check(
    actor: &Allowed<Deposit>,
    counted: &Counted,
    id: AssetId,
    parameters: &UploadParameters,
    archive: &Archive,
    slots: &UploadSlots,
) -> Result<UploadSlot, Problem> {
    describe(&parameters.fields, &archive.vocabularies)?;
    let repeated = parameters.key.0.as_deref();
    archive
        .intake
        .check_may_attach(actor, id, parameters.expected, repeated)
        .await?;
    slots.take(&counted.0)
}

/// Adds a received file to the work.
pub(super) async fn add(
    actor: &Allowed<Deposit>,
    id: AssetId,
    parameters: UploadParameters,
    request: &HttpRequest,
    archive: &Archive,
    placement: Placement,
    mut received: Upload,
) -> Result<Attached, Problem> {
    let UploadParameters {
        expected,
        key,
        reason,
        fields,
    } = parameters;
    received.fields.extend(fields);
    let idempotent = idempotent_request(key, request, &received);
    let (staged, details) = into_file_details(received, placement, &archive.vocabularies)?;
    let intake = archive.intake.because(reason.text());
    let idempotent = idempotent.as_ref();
    Ok(intake
        .attach(actor, id, expected, staged, details, idempotent)
        .await?)
}

/// Detaches a file.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}/files/{sha256}", operation_id = "detachFile", tag = "files",
    summary = "Detach a file from a work",
    params(
        WorkId,
        FileHash,
        IfMatch,
        ChangeReason
    ),
    responses((status = 200, description = "The work without the file.", body = AssetDto)),
    security(("token" = []))
)]
pub async fn detach(
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
        .detach(&actor, id.0, Some(expected.0), sha256)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}

/// Receives the bytes into the staging area.
pub(super) async fn receive(
    archive: &Archive,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<Upload, UploadError> {
    let receiver = Receiver::of(archive);
    if request.content_type().starts_with("multipart/") {
        receiver.form(request.headers(), body).await
    } else {
        receiver.raw(request.headers(), body).await
    }
}

/// The same bytes are the same request.
pub(super) fn same_bytes(
    key: IdempotencyKeyHeader,
    request: &HttpRequest,
    upload: &Upload,
) -> Option<IdempotentRequest> {
    key.for_request(request, upload.staged.key.to_string().as_bytes())
}

/// The same bytes with the same description are the same request.
fn idempotent_request(
    key: IdempotencyKeyHeader,
    request: &HttpRequest,
    upload: &Upload,
) -> Option<IdempotentRequest> {
    let description = format!("{:?} {:?}", upload.name, upload.fields);
    key.for_request(
        request,
        format!("{} {description}", upload.staged.key).as_bytes(),
    )
}

/// The bytes of a received file, and its description.
///
/// # Errors
/// [`Problem::Invalid`] for a description that breaks rules.
pub fn into_file_details(
    upload: Upload,
    placement: Placement,
    vocabularies: &Vocabularies,
) -> Result<(Staged, FileDetails), Problem> {
    let (name, description) = describe(&upload.fields, vocabularies)?;
    let details = FileDetails {
        placement,
        name: name.or(upload.name).unwrap_or_default(),
        declared_type: upload.declared_type,
        role: description.role,
        title: description.title,
        alt: description.alt,
        language: description.language,
    };
    Ok((upload.staged, details))
}

/// The response with the attached file.
///
/// # Errors
/// The copies of the files cannot be looked up.
pub async fn attached_response(
    attached: Attached,
    actor: &Actor,
    records: &Records,
) -> Result<HttpResponse, Problem> {
    let Attached {
        asset,
        file,
        duplicates,
        is_replay,
    } = attached;
    let location = records.addresses().file(asset.id, file);
    // For `If-Match` of the next change. The answer is not the work itself, so it has no form of it.
    let etag = precondition::etag(asset.revision);
    let mut answer = HttpResponse::Created();
    precondition::mark_replay(&mut answer, is_replay);
    answer
        .insert_header((header::LOCATION, location))
        .insert_header((header::ETAG, etag));
    Ok(answer.json(AttachedDto {
        sha256: file.to_string(),
        asset: records.render_one(actor, asset).await?,
        duplicates: duplicates.iter().map(ToString::to_string).collect(),
    }))
}
