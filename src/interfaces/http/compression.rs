//! Which answers may be compressed: text the archive writes itself.
//!
//! Bytes of files go out as they are: their ranges, lengths and entity tags are those of the
//! stored bytes. Streams of NDJSON would be held back by the compressor.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;

/// Marks every other answer as `identity`, which the compressor leaves alone and
/// [`super::frame`] takes off again.
///
/// # Errors
/// Those of the handlers below.
pub async fn only_own_text(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_own_text = [
        "application/json",
        "application/ld+json",
        "application/atom+xml",
        "application/openmetrics-text",
    ]
    .iter()
    .any(|own| kind.starts_with(own));
    let is_file = response.headers().contains_key(header::CONTENT_DISPOSITION)
        || response.headers().contains_key(header::ACCEPT_RANGES);
    let headers = response.headers_mut();
    if (!is_own_text || is_file) && !headers.contains_key(header::CONTENT_ENCODING) {
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static("identity"),
        );
    }
    Ok(response)
}
