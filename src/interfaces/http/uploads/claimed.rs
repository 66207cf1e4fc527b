//! `/api/v1/assets/{id}/uploads/{upload}`: makes finished resumable uploads files of works.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::metadata::Metadata;
use crate::app::Archive;
use crate::domain::Sha256;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::precondition::IdempotencyKeyHeader;
use crate::interfaces::http::extract::query::{WorkId, path_part};
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::http::upload::attach::{
    AttachedDto, FileQuery, UploadParameters, attached_response,
};
use crate::interfaces::http::upload::description::{Fields, describe};
use crate::services::intake::{FileDetails, Placement};
use crate::services::uploads::UploadId;

/// The parameter that makes the file a new version of another.
const INSTEAD_OF: &str = "instead_of";

/// The part `upload` of the path, for the description.
#[derive(Debug)]
pub struct ClaimedUpload;

impl IntoParams for ClaimedUpload {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let hexadecimal = |digits: u8| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(format!("^[0-9a-f]{{{digits}}}$")))
        };
        let upload = ParameterBuilder::new()
            .name("upload")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("Id of the upload, the last part of its `Location`."))
            .schema(Some(hexadecimal(32)));
        let description = "SHA-256 of the file of the work in whose place the upload goes, as a new version of it.";
        let instead_of = ParameterBuilder::new()
            .name(INSTEAD_OF)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(hexadecimal(64)));
        vec![upload.build(), instead_of.build()]
    }
}

/// Attaches a finished upload.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/uploads/{upload}", operation_id = "attachUpload", tag = "files",
    summary = "Make a finished resumable upload a file of a work",
    description = "One commit adds the file and ends the upload. What the query does not say of the file is taken from `Upload-Metadata`. \
        Until the upload expires, the request can be repeated: it answers with the work as it is.",
    params(
        WorkId,
        ClaimedUpload,
        FileQuery,
        ("If-Match" = Option<String>, Header, description = "The `ETag` of your last read; without it the file is attached to the work as it is."),
        IdempotencyKeyHeader,
        ChangeReason
    ),
    responses((
        status = 201, description = "The work with the file.", body = AttachedDto,
        headers(("Location" = String, description = "Address of the file."), ("ETag" = String, description = "The revision of the work."))
    )),
    security(("token" = []))
)]
pub async fn attach_upload(
    actor: Allowed<Deposit>,
    id: WorkId,
    parameters: UploadParameters,
    request: HttpRequest,
    archive: web::Data<Archive>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let upload: UploadId = path_part(&request, "upload")?;
    let UploadParameters {
        expected,
        key,
        reason,
        fields,
    } = parameters;
    let claim = archive.uploads.claim(&actor, upload).await?;
    let repeatable = format!("{fields:?}");
    let details = details(&claim.metadata, fields, &archive.vocabularies)?;
    let idempotent = key.for_request(&request, repeatable.as_bytes());
    let attached = archive
        .intake
        .because(reason.text())
        .attach_claimed(&actor, id.0, expected, claim, details, idempotent.as_ref())
        .await?;
    attached_response(attached, &actor, &records).await
}

/// What the query says of the file, and for the rest what was said when the upload was created.
///
/// # Errors
/// Those of the description.
pub fn details(
    metadata: &str,
    mut query: Fields,
    vocabularies: &Vocabularies,
) -> Result<FileDetails, Problem> {
    let placement = placement(&mut query)?;
    let metadata = Metadata::parse(metadata)?;
    let is_in_query = |name: &str| query.iter().any(|(other, _)| other == name);
    let rest = metadata.fields.into_iter();
    let rest: Fields = rest.filter(|(name, _)| !is_in_query(name)).collect();
    query.extend(rest);
    let (name, description) = describe(&query, vocabularies)?;
    Ok(FileDetails {
        placement,
        name: name.or(metadata.name).unwrap_or_default(),
        declared_type: metadata.declared_type,
        role: description.role,
        title: description.title,
        alt: description.alt,
        language: description.language,
    })
}

/// Takes the file that is replaced out of the query.
fn placement(query: &mut Fields) -> Result<Placement, Problem> {
    let mut placement = Placement::Last;
    let invalid = || Problem::parameter(INSTEAD_OF);
    for (_, replaced) in query.extract_if(.., |(name, _)| name == INSTEAD_OF) {
        let replaced: Sha256 = replaced.parse().map_err(|_| invalid())?;
        if placement != Placement::Last {
            return Err(invalid());
        }
        placement = Placement::InsteadOf(replaced);
    }
    Ok(placement)
}
