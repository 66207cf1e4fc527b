//! Responses that no cache keeps (RFC 9111, 5.2.2.5): about accounts, with secrets, or for administrators.

use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

/// The header of such a response.
pub const NO_STORE: (HeaderName, &str) = (CACHE_CONTROL, "no-store");

/// The response 200 with this body.
pub fn ok(body: impl Serialize) -> HttpResponse {
    json(&mut HttpResponse::Ok(), body)
}

/// The response with this body.
pub(super) fn json(response: &mut HttpResponseBuilder, body: impl Serialize) -> HttpResponse {
    response.insert_header(NO_STORE).json(body)
}
