//! Which responses may be compressed: text that the archive generates.
//!
//! Files are never compressed: their ranges, lengths and entity tags are those of the stored bytes. The
//! compressor would buffer streams of NDJSON.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;

/// Marks every other response as `identity`, which the compressor does not change and the frame removes
/// again.
///
/// # Errors
/// Those of the handlers below.
pub async fn only_generated_text(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let media_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_generated_text = [
        "application/json",
        "application/ld+json",
        "application/atom+xml",
        "application/openmetrics-text",
        "text/html",
    ]
    .iter()
    .any(|generated| media_type.starts_with(generated));
    let is_file = response.headers().contains_key(header::CONTENT_DISPOSITION)
        || response.headers().contains_key(header::ACCEPT_RANGES);
    let headers = response.headers_mut();
    if (!is_generated_text || is_file) && !headers.contains_key(header::CONTENT_ENCODING) {
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static("identity"),
        );
    }
    Ok(response)
}
