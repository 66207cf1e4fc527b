//! The response to a request for a file: conditions, ranges, headers.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use actix_web::http::header::{self, EntityTag, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;

use super::body::{FileBody, HeadBody, Part};
use super::conditions::{Condition, Validators, evaluate, range_applies, to_second};
use super::disposition::{Disposition, content_disposition};
use super::range::{Selection, select};
use crate::interfaces::http::problem::Problem;
use crate::services::delivery::{Cacheability, Content, Deliverable, Presentation};
use crate::storage::blobs::BlobError;

/// Why an existing file is not sent.
#[derive(Debug, thiserror::Error)]
pub enum FileResponseError {
    /// 412: a precondition of the request does not hold.
    #[error("the file does not have the expected entity tag")]
    PreconditionFailed,
    /// 416: all requested ranges are beyond the end.
    #[error("the file has only {size} bytes")]
    RangeNotSatisfiable {
        /// Its length.
        size: u64,
    },
    /// The bytes could not be opened.
    #[error("the file could not be opened")]
    Blob(#[from] BlobError),
}

impl From<FileResponseError> for Problem {
    fn from(error: FileResponseError) -> Self {
        match error {
            FileResponseError::PreconditionFailed => Self::StaleRevision { current: None },
            FileResponseError::RangeNotSatisfiable { size } => {
                Self::RangeNotSatisfiable { size_bytes: size }
            }
            FileResponseError::Blob(error) => error.into(),
        }
    }
}

/// Responds to a `GET` or `HEAD` of a file. `open` is awaited only when bytes are sent.
///
/// # Errors
/// [`FileResponseError`].
pub async fn file_response(
    method: &Method,
    headers: &HeaderMap,
    deliverable: &Deliverable,
    open: impl Future<Output = Result<Content, BlobError>>,
) -> Result<HttpResponse, FileResponseError> {
    let validators = validators(deliverable);
    match evaluate(headers, &validators) {
        Condition::Failed => return Err(FileResponseError::PreconditionFailed),
        Condition::NotModified => return Ok(not_modified(deliverable, &validators)),
        Condition::Met => {}
    }
    let size = deliverable.size;
    let parts = match selection(method, headers, &validators, size) {
        Selection::Unsatisfiable => return Err(FileResponseError::RangeNotSatisfiable { size }),
        Selection::Whole => None,
        Selection::Parts(parts) => Some(parts),
    };
    let content = open.await?;
    let mut response = HttpResponse::Ok();
    set_headers(&mut response, deliverable, &validators);
    let parts = match parts.as_deref() {
        None => vec![Part::Span(0..size)],
        Some([part]) => {
            let range = content_range(part, size);
            response
                .status(StatusCode::PARTIAL_CONTENT)
                .insert_header((header::CONTENT_RANGE, range));
            vec![Part::Span(part.clone())]
        }
        Some(parts) => {
            let boundary = boundary(deliverable);
            response.status(StatusCode::PARTIAL_CONTENT).insert_header((
                header::CONTENT_TYPE,
                format!("multipart/byteranges; boundary={boundary}"),
            ));
            byteranges(parts, deliverable, &boundary)
        }
    };
    if method == Method::HEAD {
        return Ok(response.body(HeadBody(size)));
    }
    Ok(response.body(FileBody::new(content, parts)))
}

/// Ranges apply only to `GET` (RFC 9110, section 14.2).
fn selection(
    method: &Method,
    headers: &HeaderMap,
    validators: &Validators,
    size: u64,
) -> Selection {
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    match range {
        Some(field) if method == Method::GET && range_applies(headers, validators) => {
            select(field, size)
        }
        _ => Selection::Whole,
    }
}

fn validators(deliverable: &Deliverable) -> Validators {
    let millis = u64::try_from(deliverable.last_modified.as_millis()).unwrap_or(0);
    Validators {
        etag: EntityTag::new_strong(deliverable.key.to_hex()),
        last_modified: Some(to_second(
            SystemTime::UNIX_EPOCH + Duration::from_millis(millis),
        )),
    }
}

fn not_modified(deliverable: &Deliverable, validators: &Validators) -> HttpResponse {
    let mut response = HttpResponse::NotModified();
    set_validators(&mut response, deliverable, validators);
    response.finish()
}

/// The headers that a 304 repeats from the 200 (RFC 9110, section 15.4.5).
fn set_validators(
    response: &mut HttpResponseBuilder,
    deliverable: &Deliverable,
    validators: &Validators,
) {
    // A withdrawal must take effect soon, so even public copies are cached only briefly.
    let cache_control = match deliverable.cacheability {
        Cacheability::Public => "public, max-age=300",
        Cacheability::Private => "private, no-cache",
    };
    if let Some(modified) = validators.last_modified {
        response.insert_header((header::LAST_MODIFIED, httpdate::fmt_http_date(modified)));
    }
    response
        .insert_header((header::ETAG, validators.etag.clone()))
        .insert_header((header::CACHE_CONTROL, cache_control))
        // At one address the public and those entitled get different bytes.
        .insert_header((header::VARY, "Authorization"));
}

fn set_headers(
    response: &mut HttpResponseBuilder,
    deliverable: &Deliverable,
    validators: &Validators,
) {
    set_validators(response, deliverable, validators);
    let (disposition, policy) = match deliverable.presentation {
        Presentation::Inline => (Disposition::Inline, "default-src 'none'"),
        Presentation::InlineSandboxed => (Disposition::Inline, SANDBOX),
        Presentation::Attachment => (Disposition::Attachment, SANDBOX),
    };
    let digest = BASE64.encode(deliverable.key.as_bytes());
    response
        .insert_header((header::CONTENT_TYPE, content_type(deliverable)))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            content_disposition(disposition, &deliverable.file_name),
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        // RFC 9530: the digest of the whole file, also when a part of it is sent.
        .insert_header(("Repr-Digest", format!("sha-256=:{digest}:")));
}

/// No scripts, forms, plugins or origin, whatever the bytes turn out to be.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// Text without a charset is sent as UTF-8.
fn content_type(deliverable: &Deliverable) -> String {
    let media_type = &deliverable.media_type;
    if media_type.starts_with("text/") && !media_type.contains(';') {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.clone()
    }
}

fn content_range(part: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", part.start, part.end - 1)
}

/// A boundary that cannot occur in the file: no file contains its own hash.
fn boundary(deliverable: &Deliverable) -> String {
    deliverable.key.to_hex()
}

/// `multipart/byteranges` (RFC 9110, section 14.6).
fn byteranges(parts: &[Range<u64>], deliverable: &Deliverable, boundary: &str) -> Vec<Part> {
    let media_type = content_type(deliverable);
    let mut body = Vec::with_capacity(2 * parts.len() + 1);
    let mut line_break = "";
    for part in parts {
        let range = content_range(part, deliverable.size);
        let head = format!(
            "{line_break}--{boundary}\r\n\
             Content-Type: {media_type}\r\n\
             Content-Range: {range}\r\n\r\n"
        );
        body.push(Part::Text(Bytes::from(head)));
        body.push(Part::Span(part.clone()));
        line_break = "\r\n";
    }
    body.push(Part::Text(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    body
}
