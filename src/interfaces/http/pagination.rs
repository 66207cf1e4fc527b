//! Pages of lists: the limit, and the `Link` to the next page (RFC 8288).

use actix_web::HttpResponseBuilder;
use actix_web::http::header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::BaseAddress;

/// The most entries of one page.
pub const MAX_LIMIT: usize = 200;

/// The entries of a page by default.
pub const DEFAULT_LIMIT: usize = 50;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The number of entries: the requested number within bounds.
pub fn limit(requested: Option<usize>) -> usize {
    requested.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// Adds a `Link` to the next page to a response. `query` has the parameters of that page.
pub fn link_next(
    response: &mut HttpResponseBuilder,
    base: &BaseAddress,
    path: &str,
    query: &[(&str, String)],
) {
    let address = address(base, path, query);
    response.append_header((header::LINK, format!("<{address}>; rel=\"next\"")));
}

/// An absolute address with its query.
pub fn address(base: &BaseAddress, path: &str, query: &[(&str, String)]) -> String {
    let mut address = format!("{}{path}", base.as_str());
    for (position, (name, value)) in query.iter().enumerate() {
        let separator = if position == 0 { '?' } else { '&' };
        let value = utf8_percent_encode(value, RESERVED);
        address.push_str(&format!("{separator}{name}={value}"));
    }
    address
}
