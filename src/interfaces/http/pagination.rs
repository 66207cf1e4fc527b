//! Pages of lists: the limit, and the `Link` to the next page (RFC 8288).

use actix_web::HttpResponseBuilder;
use actix_web::http::header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::BaseAddress;
use super::problem::Problem;

/// The most entries of one page.
pub const MAX_LIMIT: usize = 200;

/// The entries of a page by default.
pub const DEFAULT_LIMIT: usize = 50;

/// The longest address in a `Link` header. The cursor is in the body of the response, too.
const MAX_LINK_BYTES: usize = 2048;

/// Everything but the unreserved characters of RFC 3986 and the comma, which separates the values of lists.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b',')
    .remove(b'_')
    .remove(b'~');

/// The number of entries of a page of a list.
///
/// # Errors
/// [`Problem::InvalidParameter`] for a number outside 1 to [`MAX_LIMIT`].
pub fn limit(requested: Option<usize>) -> Result<usize, Problem> {
    within(requested.unwrap_or(DEFAULT_LIMIT), MAX_LIMIT)
}

/// The rule for every `limit`: a number outside 1 to `max` is refused.
///
/// # Errors
/// [`Problem::InvalidParameter`] with the name `limit`.
pub fn within(limit: usize, max: usize) -> Result<usize, Problem> {
    if (1..=max).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::parameter("limit"))
}

/// Adds a `Link` to the next page to a response, unless its address is too long for a header: proxies
/// commonly refuse a response whose head has more than 4 KiB. `query` has the parameters of that page.
pub fn link_next(
    response: &mut HttpResponseBuilder,
    base: &BaseAddress,
    path: &str,
    query: &[(&str, String)],
) {
    let address = address(base, path, query);
    append_next(response, &address);
}

/// Adds a `Link` to the next page at this address, unless it is too long.
pub fn append_next(response: &mut HttpResponseBuilder, address: &str) {
    if address.len() <= MAX_LINK_BYTES {
        response.append_header((header::LINK, format!("<{address}>; rel=\"next\"")));
    }
}

/// An absolute address with its query.
pub fn address(base: &BaseAddress, path: &str, query: &[(&str, String)]) -> String {
    let address = format!("{}{path}", base.as_str());
    if query.is_empty() {
        return address;
    }
    let pairs = query.iter().map(|(name, value)| (*name, value.as_str()));
    format!("{address}?{}", query_text(pairs))
}

/// Names and values as a query.
pub fn query_text<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encode = |text: &'a str| utf8_percent_encode(text, RESERVED);
    let pair = |(name, value)| format!("{}={}", encode(name), encode(value));
    let pairs: Vec<String> = pairs.into_iter().map(pair).collect();
    pairs.join("&")
}
