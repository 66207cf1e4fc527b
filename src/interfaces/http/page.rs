//! Lists: a cursor, a limit, and links to the next piece (RFC 8288).

use actix_web::HttpResponseBuilder;
use actix_web::http::header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::BaseAddress;

/// The most entries one answer holds.
pub const MAX_LIMIT: usize = 200;

/// The entries an answer holds unless the caller says otherwise.
pub const DEFAULT_LIMIT: usize = 50;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The number of entries to give: what was asked, within bounds.
pub fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// Puts a `Link` to the next piece on an answer. `query` are the parameters of the present
/// request without its cursor, `parameter` the name of the cursor.
pub fn link_next(
    answer: &mut HttpResponseBuilder,
    base: &BaseAddress,
    path: &str,
    query: &[(&str, String)],
) {
    let address = address(base, path, query);
    answer.append_header((header::LINK, format!("<{address}>; rel=\"next\"")));
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
