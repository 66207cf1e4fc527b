//! `GET` and `HEAD` of files and previews: bytes with ranges, conditions and safe headers.
//!
//! Responses are the stored bytes, never compressed, so that ranges, lengths, digests and entity tags are
//! those of the file.

pub mod body;
pub mod captions;
pub mod conditions;
pub mod disposition;
pub mod range;
pub mod response;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::extract::guard::{Allowed, FollowUp, Read};
use super::extract::precondition::IfNoneMatch;
use super::extract::query::{FileHash, Query, RevisionNumber, WorkId, path_part};
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use crate::services::delivery::{Deliverable, Delivery, TextVersion, WaveformForm};

/// The bytes of a file.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBytes(());

/// A waveform in the JSON of `audiowaveform`, version 2.
#[derive(Debug, ToSchema)]
#[schema(as = WaveformNumbers)]
pub struct WaveformNumbers {
    /// 2.
    pub version: u32,
    /// 1: all channels of the recording together.
    pub channels: u32,
    /// Samples a second of the recording.
    pub sample_rate: u32,
    /// Samples of the recording in each pair.
    pub samples_per_pixel: u32,
    /// 8.
    pub bits: u32,
    /// The number of pairs.
    pub length: u64,
    /// The lowest and the highest sample of each pair, from -128 to 127.
    pub data: Vec<i32>,
}

/// Delivers a file.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}", operation_id = "readFile", tag = "files",
    summary = "Download a file",
    description = "Images go to the public as copies made anew from their pixels, without what \
        cameras write into files; those entitled get the bytes as deposited. Single and multiple \
        ranges (RFC 9110, section 14); the entity tag is the hash of the bytes sent.",
    params(
        WorkId,
        FileHash,
        ("Range" = Option<String>, Header, description = "Part of the bytes, e.g. `bytes=0-999`."),
        ("If-Range" = Option<String>, Header, description = "The part only of this state, else the whole."),
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "The bytes.", body = FileBytes, content_type = "*/*",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn file(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let deliverable = delivery.file(&actor, id.0, sha256).await?;
    send(&request, &delivery, &deliverable).await
}

/// Delivers the preview of an image.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/preview/{size}", operation_id = "readPreview", tag = "files",
    summary = "A small copy of an image",
    params(
        WorkId,
        FileHash,
        ("size" = u32, Path, description = "Longer side in pixels, one of the sizes previews are made in.", minimum = 1)
    ),
    responses(
        (status = 200, description = "The copy.", body = FileBytes, content_type = "image/jpeg",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn preview(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let (sha256, size) = (path_part(&request, "sha256")?, path_part(&request, "size")?);
    let deliverable = delivery.preview(&actor, id.0, sha256, size).await?;
    send(&request, &delivery, &deliverable).await
}

/// Which text of a document.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TextQuery {
    /// `machine`: what was read from the file, for those who may read the history of the work.
    #[param(inline)]
    version: Option<TextVersionName>,
}

/// A text that is not the current one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum TextVersionName {
    /// What was read from the file.
    Machine,
}

/// Delivers the text of a document.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/text", operation_id = "readFileText", tag = "files",
    summary = "The text of a document",
    description = "Plain text (UTF-8, NFC) with a line for each paragraph; form feeds part pages. For those who get the file. \
        Where a person corrected it, the corrected text.",
    params(WorkId, FileHash, TextQuery),
    responses(
        (status = 200, description = "The text.", body = FileBytes, content_type = "text/plain",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already."),
        (status = 403, description = "What was read is not for you.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security((), ("token" = []))
)]
pub async fn text(
    actor: Allowed<Read>,
    id: WorkId,
    query: Query<TextQuery>,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let version = match query.0.version {
        None => TextVersion::Current,
        Some(TextVersionName::Machine) => TextVersion::Machine,
    };
    let deliverable = delivery.text(&actor, id.0, sha256, version).await?;
    send(&request, &delivery, &deliverable).await
}

/// Delivers the waveform of a sound as numbers.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/waveform", operation_id = "readWaveform", tag = "files",
    summary = "The waveform of a recording as numbers",
    description = "For whoever may hear the recording: the lowest and the highest sample of each twentieth \
        of a second, in the JSON of `audiowaveform` (version 2), which web players read.",
    params(WorkId, FileHash, IfNoneMatch),
    responses(
        (status = 200, description = "The waveform.", body = WaveformNumbers, content_type = "application/json",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn waveform(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let form = WaveformForm::Numbers;
    let deliverable = delivery.waveform(&actor, id.0, sha256, form).await?;
    send(&request, &delivery, &deliverable).await
}

/// Delivers the waveform of a sound as a picture.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/waveform.svg", operation_id = "readWaveformPicture", tag = "files",
    summary = "The waveform of a recording as a picture",
    params(WorkId, FileHash, IfNoneMatch),
    responses(
        (status = 200, description = "The picture.", body = FileBytes, content_type = "image/svg+xml",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn waveform_picture(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let form = WaveformForm::Picture;
    let deliverable = delivery.waveform(&actor, id.0, sha256, form).await?;
    send(&request, &delivery, &deliverable).await
}

/// Delivers the copy of a sound for stations.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/copies/{profile}", operation_id = "readBroadcastCopy", tag = "files",
    summary = "A copy of a recording that a station can air",
    description = "For whoever may hear the recording. `sound.copies` of the file lists the profiles, with the \
        loudness, true peak and exact length of each copy as they were measured after it had been made.",
    params(
        WorkId,
        FileHash,
        ("profile" = String, Path, description = "The name of the profile, such as `broadcast-wav`."),
        ("Range" = Option<String>, Header, description = "Part of the bytes, e.g. `bytes=0-999`."),
        ("If-Range" = Option<String>, Header, description = "The part only of this state, else the whole."),
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "The copy.", body = FileBytes, content_type = "*/*",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn broadcast_copy(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let profile: String = path_part(&request, "profile")?;
    let deliverable = delivery
        .broadcast_copy(&actor, (id.0, sha256), &profile)
        .await?;
    send(&request, &delivery, &deliverable).await
}

/// Delivers a file of an earlier revision.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/revisions/{revision}/files/{sha256}", operation_id = "readEarlierFile", tag = "files",
    summary = "Download a file that the work had at an earlier revision",
    description = "The bytes as deposited, for those who may change the work.",
    params(
        WorkId,
        RevisionNumber,
        FileHash,
        ("Range" = Option<String>, Header, description = "Part of the bytes, e.g. `bytes=0-999`."),
        ("If-Range" = Option<String>, Header, description = "The part only of this state, else the whole."),
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "The bytes.", body = FileBytes, content_type = "*/*",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security(("token" = []))
)]
pub async fn earlier_file(
    actor: Allowed<FollowUp>,
    id: WorkId,
    revision: RevisionNumber,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let deliverable = delivery
        .earlier_file(&actor, id.0, revision.0, sha256)
        .await?;
    send(&request, &delivery, &deliverable).await
}

pub(super) async fn send(
    request: &HttpRequest,
    delivery: &Delivery,
    deliverable: &Deliverable,
) -> Result<HttpResponse, Problem> {
    let open = delivery.open(deliverable);
    Ok(response::file_response(request.method(), request.headers(), deliverable, open).await?)
}
