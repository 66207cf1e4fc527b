//! Cross-origin reads (the Fetch standard): pages of other sites may read what everybody may read.
//!
//! Only `GET` and `HEAD`, and without credentials: `Authorization` is not among the allowed headers, so a
//! token never leaves the page that holds it.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// Headers that scripts of other sites may send.
const ALLOWED_HEADERS: &str =
    "Accept, Accept-Language, If-Modified-Since, If-None-Match, If-Range, Range, X-Request-Id";

/// Headers that scripts of other sites may read.
const EXPOSED_HEADERS: &str = "Accept-Ranges, Content-Disposition, Content-Range, ETag, \
    Last-Modified, Link, Repr-Digest, Retry-After, X-Request-Id";

/// The response to the question of a browser whether a script may send a request.
pub(super) fn preflight_response(request: &ServiceRequest) -> Option<HttpResponse> {
    let headers = request.headers();
    let is_preflight = *request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    is_preflight.then(|| {
        HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .finish()
    })
}

/// Lets pages of other sites read the response to a `GET` or `HEAD`.
pub(super) fn allow_reads(method: &str, headers: &mut HeaderMap) {
    if ["GET", "HEAD"].contains(&method) {
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
