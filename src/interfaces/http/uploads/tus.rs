//! The requests of tus 1.0.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::headers::{NewUploadHeaders, PartHeaders, UploadOffset, UploadPath};
use super::metadata::Metadata;
use super::protocol::{CHECKSUMS, EXTENSIONS, ProtocolVersion, VERSION, expect_offset_stream};
use crate::app::Archive;
use crate::domain::Timestamp;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::delivery::FileBytes;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::pace::{Pace, PacedBody};
use crate::interfaces::http::extract::precondition::{IdempotencyKeyHeader, mark_replay};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::upload::description::describe;
use crate::interfaces::http::upload::slots::UploadSlots;
use crate::services::uploads::{NewUpload, Receiving, UploadState};

/// Tells what the archive can do.
#[utoipa::path(
    options, path = "/api/v1/uploads", operation_id = "readUploadAbilities", tag = "files",
    summary = "What resumable uploads can do here",
    description = "Uploads that survive broken connections, by tus 1.0 (https://tus.io/protocols/resumable-upload), for any of its clients.",
    responses((
        status = 204, description = "The abilities are in the headers.",
        headers(
            ("Tus-Version" = String, description = "Versions of the protocol."),
            ("Tus-Extension" = String, description = "Its extensions."),
            ("Tus-Max-Size" = u64, description = "The largest file, in bytes."),
            ("Tus-Checksum-Algorithm" = String, description = "Algorithms of `Upload-Checksum`.")
        )
    ))
)]
pub async fn abilities(archive: web::Data<Archive>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Max-Size", archive.uploads.limits().bytes))
        .insert_header(("Tus-Checksum-Algorithm", CHECKSUMS))
        .finish()
}

/// Creates an upload.
#[utoipa::path(
    post, path = "/api/v1/uploads", operation_id = "createUpload", tag = "files",
    summary = "Create a resumable upload",
    description = "The announced bytes count for your organisation until the upload is a file of a work, is deleted or expires. A body of \
        `application/offset+octet-stream` has the first bytes of the file. A file of 0 bytes is finished at once.",
    params(
        ProtocolVersion,
        NewUploadHeaders,
        ("Upload-Checksum" = Option<String>, Header, description = "`sha256` or `sha1`, a space, and the digest of the body in Base64."),
        IdempotencyKeyHeader
    ),
    request_body(content = Option<FileBytes>, content_type = "application/offset+octet-stream"),
    responses((
        status = 201, description = "The upload.",
        headers(
            ("Location" = String, description = "Path of the upload, on the same host."),
            ("Upload-Offset" = u64, description = "Bytes that have arrived."),
            ("Upload-Expires" = String, description = "When the upload ends, as an HTTP date.")
        )
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn create(
    actor: Allowed<Deposit>,
    counted: Counted,
    _version: ProtocolVersion,
    new: NewUploadHeaders,
    part: PartHeaders,
    key: IdempotencyKeyHeader,
    request: HttpRequest,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    slots: web::Data<UploadSlots>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Metadata { fields, .. } = Metadata::parse(&new.metadata)?;
    describe(&fields, &archive.vocabularies)?;
    if part.has_body {
        expect_offset_stream(&request)?;
    }
    if part.length.unwrap_or(0) > new.length {
        return Err(Problem::TooLarge {
            limit_bytes: new.length,
        });
    }
    let _slot = slots.take(&counted.0)?;
    let announced = NewUpload {
        length: new.length,
        metadata: new.metadata,
        key: key.0,
    };
    let (upload, is_replay) = archive.uploads.create(&actor, announced).await?;
    // A repeated request creates nothing, and its bytes may have arrived before.
    let offset = if part.has_body && !is_replay {
        receive_first(&archive, &actor, &upload, part, body).await?
    } else {
        upload.offset
    };
    let mut answer = HttpResponse::Created();
    mark_replay(&mut answer, is_replay);
    // Without a host: the bytes go on to the one that the client has reached.
    let location = format!("{}/api/v1/uploads/{}", base.path(), upload.id);
    Ok(answer
        .insert_header((header::LOCATION, location))
        .insert_header(("Upload-Offset", offset))
        .insert_header(("Upload-Expires", http_date(upload.expires_at)))
        .finish())
}

/// The bytes that came with the creation. When they are refused, the client never learns the address of the upload.
async fn receive_first(
    archive: &Archive,
    actor: &Allowed<Deposit>,
    upload: &UploadState,
    part: PartHeaders,
    body: web::Payload,
) -> Result<u64, Problem> {
    let begin = (0, part.length);
    let appended = archive
        .uploads
        .append(actor, upload.id, begin, part.checksum);
    let (receiving, _) = appended.await?;
    match receive(archive, receiving, body).await {
        Err(refused @ (Problem::WrongChecksum | Problem::TooLarge { .. })) => {
            archive.uploads.terminate(actor, upload.id).await?;
            Err(refused)
        }
        received => received,
    }
}

/// Tells where to go on.
#[utoipa::path(
    head, path = "/api/v1/uploads/{id}", operation_id = "resumeUpload", tag = "files",
    summary = "Read how much of an upload has arrived",
    description = "Ends a request that still sends to the upload: it is taken for a connection that is dead. What it sent is kept.",
    params(UploadPath, ProtocolVersion),
    responses((
        status = 200, description = "How much has arrived.",
        headers(
            ("Upload-Offset" = u64, description = "Bytes that have arrived."),
            ("Upload-Length" = u64, description = "Bytes of the whole file."),
            ("Upload-Metadata" = Option<String>, description = "As sent."),
            ("Upload-Expires" = String, description = "When the upload ends, as an HTTP date.")
        )
    )),
    security(("token" = []))
)]
pub async fn resume(
    actor: Allowed<Deposit>,
    id: UploadPath,
    _version: ProtocolVersion,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let upload = archive.uploads.resume(&actor, id.0).await?;
    let mut answer = HttpResponse::Ok();
    if !upload.metadata.is_empty() {
        answer.insert_header(("Upload-Metadata", upload.metadata));
    }
    Ok(answer
        .insert_header(("Upload-Offset", upload.offset))
        .insert_header(("Upload-Length", upload.length))
        .insert_header(("Upload-Expires", http_date(upload.expires_at)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}

/// Appends bytes.
#[utoipa::path(
    patch, path = "/api/v1/uploads/{id}", operation_id = "appendToUpload", tag = "files",
    summary = "Append bytes to an upload",
    description = "When the connection breaks, what arrived is kept, unless the request has `Upload-Checksum`, which only all of its bytes can \
        have. One request at a time: a second one is answered 423 until the first ends or `HEAD` ends it.",
    params(
        UploadPath,
        ProtocolVersion,
        UploadOffset,
        ("Upload-Checksum" = Option<String>, Header, description = "`sha256` or `sha1`, a space, and the digest of the body in Base64."),
    ),
    request_body(content = FileBytes, content_type = "application/offset+octet-stream"),
    responses((
        status = 204, description = "All bytes of the body have arrived.",
        headers(
            ("Upload-Offset" = u64, description = "Bytes that have arrived."),
            ("Upload-Expires" = String, description = "When the upload ends, as an HTTP date.")
        )
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn append(
    actor: Allowed<Deposit>,
    counted: Counted,
    id: UploadPath,
    _version: ProtocolVersion,
    offset: UploadOffset,
    part: PartHeaders,
    request: HttpRequest,
    archive: web::Data<Archive>,
    slots: web::Data<UploadSlots>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    expect_offset_stream(&request)?;
    let _slot = slots.take(&counted.0)?;
    let (receiving, expires_at) = archive
        .uploads
        .append(&actor, id.0, (offset.0, part.length), part.checksum)
        .await?;
    let offset = receive(&archive, receiving, body).await?;
    Ok(HttpResponse::NoContent()
        .insert_header(("Upload-Offset", offset))
        .insert_header(("Upload-Expires", http_date(expires_at)))
        .finish())
}

/// Ends an upload.
#[utoipa::path(
    delete, path = "/api/v1/uploads/{id}", operation_id = "deleteUpload", tag = "files",
    summary = "Delete an upload",
    description = "With what has arrived of it. A file that it became stays.",
    params(UploadPath, ProtocolVersion),
    responses((status = 204, description = "It is gone.")),
    security(("token" = []))
)]
pub async fn terminate(
    actor: Allowed<Deposit>,
    id: UploadPath,
    _version: ProtocolVersion,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    archive.uploads.terminate(&actor, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Streams a body into an upload, until it ends, comes too slowly, or another request wants the upload.
async fn receive(
    archive: &Archive,
    mut receiving: Receiving,
    body: web::Payload,
) -> Result<u64, Problem> {
    let pace = Pace::with_pause(archive.config.server.body_timeout());
    let mut body = PacedBody::new(body, pace);
    loop {
        let chunk = tokio::select! {
            chunk = body.next() => chunk,
            () = receiving.wanted() => return Err(Problem::UploadHeld),
        };
        match chunk.map_err(|_| Problem::Timeout)? {
            None => return Ok(receiving.finish().await?),
            Some(Err(_)) => return Err(Problem::IncompleteBody),
            Some(Ok(bytes)) => receiving.write(&bytes).await?,
        }
    }
}

fn http_date(moment: Timestamp) -> String {
    let millis = u64::try_from(moment.as_millis()).unwrap_or(0);
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_millis(millis))
}
