//! The cookie of a browser's session, and what keeps other sites from using it.
//!
//! Over TLS the cookie has the prefix `__Host-`, so no other host and no plain connection can set it
//! (RFC 6265bis, 4.1.3). Requests with a cookie that change something need a token which only pages of this
//! archive can know, and must not come from another origin (`Sec-Fetch-Site`, `Origin`). A program that sends
//! `Authorization` is no browser and needs neither.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::clock::Clock;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::{Secret, Session};

/// The header with the token of a change.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Names of the cookie: over TLS, and without.
const SECURE_NAME: &str = "__Host-khochung-session";
const PLAIN_NAME: &str = "khochung-session";

/// Bytes of a token before it is masked.
const TOKEN_BYTES: usize = 32;

/// The text of a session cookie, as the browser sent it.
#[derive(Clone)]
pub struct CookieText(pub String);

/// The cookie of a new session; it ends with the session at the latest.
fn cookie(base: &BaseAddress, secret: &str, seconds: i64) -> Cookie<'static> {
    let is_secure = is_secure(base);
    Cookie::build(name(base), secret.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(time::Duration::seconds(seconds))
        .finish()
}

/// The cookie of this session.
pub fn of_session(base: &BaseAddress, secret: &Secret, session: &Session) -> Cookie<'static> {
    let seconds = (session.expires_at.as_millis() - session.created_at.as_millis()) / 1_000;
    cookie(base, secret.reveal(), seconds)
}

/// The cookie that takes the session away from the browser.
pub fn removal(base: &BaseAddress) -> Cookie<'static> {
    let mut cookie = cookie(base, "", 0);
    cookie.make_removal();
    cookie
}

/// The session cookie of a request.
pub fn read(request: &ServiceRequest, base: &BaseAddress) -> Option<CookieText> {
    let cookie = request.cookie(name(base))?;
    (!cookie.value().is_empty()).then(|| CookieText(cookie.value().to_owned()))
}

/// The token for changes with this cookie, masked anew for each page so that compression reveals nothing of it
/// (BREACH).
pub fn csrf_token(cookie: &str, clock: &Clock) -> String {
    let mask = clock.random_bytes::<TOKEN_BYTES>();
    let masked = xored(&mask, &token(cookie));
    URL_SAFE_NO_PAD.encode([mask, masked].concat())
}

/// Whether a request may change something in the name of the cookie.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn check_token(headers: &HeaderMap, cookie: &str) -> Result<(), Problem> {
    let sent = headers
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok());
    if sent.is_some_and(|sent| is_token(sent, cookie)) {
        Ok(())
    } else {
        Err(Problem::CrossSite)
    }
}

/// Whether a request that may change something comes from this origin, or from no page at all.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn check_origin(request: &ServiceRequest, base: &BaseAddress) -> Result<(), Problem> {
    if is_safe(request.method()) {
        return Ok(());
    }
    let headers = request.headers();
    let text = |name| {
        headers
            .get(name)
            .map(|value: &header::HeaderValue| value.to_str())
    };
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, Ok("same-origin" | "none"))
    {
        return Err(Problem::CrossSite);
    }
    let Some(origin) = text("origin") else {
        return Ok(());
    };
    let host = text("host").and_then(Result::ok);
    let is_own = origin.is_ok_and(|origin| {
        origin == base.as_str() || (host.is_some() && authority(origin).as_deref() == host)
    });
    if is_own {
        Ok(())
    } else {
        Err(Problem::CrossSite)
    }
}

/// Whether a method changes nothing (RFC 9110, 9.2.1).
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn name(base: &BaseAddress) -> &'static str {
    if is_secure(base) {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

/// Whether people reach the archive over TLS.
pub fn is_secure(base: &BaseAddress) -> bool {
    base.as_str().starts_with("https://")
}

fn authority(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    uri.authority().map(ToString::to_string)
}

/// What a token is made of: bound to the session, so that a token of another session is none of this.
const TOKEN_OF: &[u8] = b"csrf";

fn key(cookie: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, cookie.as_bytes())
}

fn token(cookie: &str) -> [u8; TOKEN_BYTES] {
    let tag = hmac::sign(&key(cookie), TOKEN_OF);
    let mut token = [0; TOKEN_BYTES];
    token.copy_from_slice(tag.as_ref());
    token
}

/// Whether a text is a token for changes with this cookie.
pub fn is_token(sent: &str, cookie: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(sent) else {
        return false;
    };
    let Some((mask, masked)) = bytes.split_first_chunk::<TOKEN_BYTES>() else {
        return false;
    };
    let Ok(masked) = <[u8; TOKEN_BYTES]>::try_from(masked) else {
        return false;
    };
    hmac::verify(&key(cookie), TOKEN_OF, &xored(mask, &masked)).is_ok()
}

fn xored(a: &[u8; TOKEN_BYTES], b: &[u8; TOKEN_BYTES]) -> [u8; TOKEN_BYTES] {
    std::array::from_fn(|index| a[index] ^ b[index])
}

#[cfg(test)]
mod tests {
    use super::{csrf_token, is_token};
    use crate::clock::Clock;

    #[test]
    fn a_token_fits_its_session_and_looks_different_each_time() {
        let clock = Clock::system();
        let (one, two) = (csrf_token("a.x", &clock), csrf_token("a.x", &clock));
        assert_ne!(one, two);
        assert!(is_token(&one, "a.x") && is_token(&two, "a.x"));
        assert!(!is_token(&one, "a.y"));
        for broken in ["", "AAAA", &one[1..], &format!("{one}AAAA")] {
            assert!(!is_token(broken, "a.x"), "{broken}");
        }
    }
}
