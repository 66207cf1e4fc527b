//! What holds for every request of tus 1.0: the version, and methods that a client cannot send.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::headers::header_parameter;
use crate::interfaces::http::extract::body::expect_media_type;
use crate::interfaces::http::problem::Problem;

/// The version of the protocol.
pub const VERSION: &str = "1.0.0";
/// The extensions that work here.
pub const EXTENSIONS: &str = "creation,creation-with-upload,checksum,termination,expiration";
/// Algorithms of checksums. The protocol asks for `sha1`.
pub const CHECKSUMS: &str = "sha256,sha1";

/// In every request but `OPTIONS`, and in every response.
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// In a response to a request of another version.
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Where the protocol is spoken.
pub const UPLOADS_PATH: &str = "/api/v1/uploads";

/// The media type of parts.
const OFFSET_STREAM: &str = "application/offset+octet-stream";

/// A request of the version that is spoken here.
#[derive(Debug, Clone, Copy)]
pub struct ProtocolVersion;

impl FromRequest for ProtocolVersion {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let version = request.headers().get(TUS_RESUMABLE);
        ready(match version {
            Some(version) if version == VERSION => Ok(Self),
            _ => Err(Problem::ProtocolVersion),
        })
    }
}

impl IntoParams for ProtocolVersion {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let version = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some([VERSION]));
        let description = "The version of the protocol.";
        vec![header_parameter(
            "Tus-Resumable",
            description,
            Required::True,
            version,
        )]
    }
}

/// Takes the method from `X-HTTP-Method-Override`, for clients and proxies that have no `PATCH` and `DELETE`, and names the version in
/// every response. Before the caller is looked up, so that all checks see the method that will be carried out.
///
/// # Errors
/// Those of the handlers below.
pub async fn speak(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_spoken = is_spoken_at(request.path());
    if is_spoken && let Some(method) = overriding_method(&request) {
        request.head_mut().method = method;
    }
    let mut response = next.call(request).await?;
    if is_spoken {
        let version = HeaderValue::from_static(VERSION);
        if response.status() == StatusCode::PRECONDITION_FAILED {
            response.headers_mut().insert(TUS_VERSION, version.clone());
        }
        response.headers_mut().insert(TUS_RESUMABLE, version);
    }
    Ok(response)
}

fn is_spoken_at(path: &str) -> bool {
    let rest = path.strip_prefix(UPLOADS_PATH);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn overriding_method(request: &ServiceRequest) -> Option<Method> {
    let wanted = request.headers().get(METHOD_OVERRIDE)?.to_str().ok()?;
    let method = match wanted {
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        _ => return None,
    };
    (*request.method() == Method::POST).then_some(method)
}

/// Refuses a body of another media type than that of parts.
///
/// # Errors
/// [`Problem::UnsupportedMediaType`].
pub fn expect_offset_stream(request: &HttpRequest) -> Result<(), Problem> {
    expect_media_type(request, OFFSET_STREAM)
}
