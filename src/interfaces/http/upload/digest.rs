//! The digest that a client announces: `Content-Digest` and `Repr-Digest` (RFC 9530), and `Digest`
//! (RFC 3230), which they replace.
//!
//! Only SHA-256 is compared; other algorithms are ignored, as the standard allows.

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::domain::Sha256;

/// A digest header that names SHA-256 without a valid value, or contradicts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the header {0} has no valid SHA-256, or contradicts an earlier one")]
pub struct InvalidDigest(pub &'static str);

/// The SHA-256 announced in the headers of a request or of one part.
///
/// # Errors
/// [`InvalidDigest`].
pub fn announced(headers: &HeaderMap) -> Result<Option<Sha256>, InvalidDigest> {
    let mut announced = None;
    for name in ["content-digest", "repr-digest", "digest"] {
        for value in headers.get_all(name) {
            let value = value.to_str().map_err(|_| InvalidDigest(name))?;
            for member in value.split(',') {
                let found =
                    sha256_of(member, name != "digest").map_err(|()| InvalidDigest(name))?;
                if found.is_some() && announced.is_some() && found != announced {
                    return Err(InvalidDigest(name));
                }
                announced = found.or(announced);
            }
        }
    }
    Ok(announced)
}

/// One `algorithm=value`. In the newer fields the value is a byte sequence between colons
/// (RFC 9651) and may have parameters.
fn sha256_of(member: &str, is_structured: bool) -> Result<Option<Sha256>, ()> {
    let (algorithm, value) = member.split_once('=').unwrap_or((member, ""));
    if !algorithm.trim().eq_ignore_ascii_case("sha-256") {
        return Ok(None);
    }
    let encoded = if is_structured {
        let bytes = value.trim().strip_prefix(':').ok_or(())?;
        bytes.split_once(':').ok_or(())?.0
    } else {
        value.trim()
    };
    let bytes = BASE64.decode(encoded).map_err(|_| ())?;
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| ())?;
    Ok(Some(Sha256::from_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::announced;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    // RFC 9530, section 2: the content `{"hello": "world"}` and a line feed;
    // `printf '{"hello": "world"}\n' | sha256sum` gives the hexadecimal form.
    const HELLO: &str = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    const HELLO_HEX: &str = "44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38";
    const OTHER: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";

    #[test]
    fn sha_256_is_found_in_every_spelling_and_other_algorithms_are_ignored() {
        for (name, value) in [
            ("content-digest", HELLO),
            ("repr-digest", HELLO),
            (
                "repr-digest",
                "sha-512=:YQ==:, sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            ),
            (
                "digest",
                "SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
            ),
            (
                "digest",
                "md5=HUXZLQLMuI/KZ5KDcJPcOA==, sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
            ),
        ] {
            let found = announced(&headers(&[(name, value)])).unwrap();
            assert_eq!(
                found.map(|sha| sha.to_hex()).as_deref(),
                Some(HELLO_HEX),
                "{name}: {value}"
            );
        }
        for fields in [
            &[][..],
            &[("digest", "crc32c=abc")],
            &[("repr-digest", "sha-512=:YQ==:")],
        ] {
            assert_eq!(announced(&headers(fields)), Ok(None));
        }
    }

    #[test]
    fn malformed_and_contradicting_fields_are_refused() {
        for fields in [
            &[("content-digest", "sha-256=:nonsense:")][..],
            &[(
                "content-digest",
                "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
            )],
            &[("content-digest", "sha-256=:YQ==:")],
            &[("repr-digest", "sha-256")],
            &[("content-digest", HELLO), ("repr-digest", OTHER)],
        ] {
            assert!(announced(&headers(fields)).is_err(), "{fields:?}");
        }
        let same_twice = headers(&[("content-digest", HELLO), ("repr-digest", HELLO)]);
        assert!(announced(&same_twice).is_ok());
    }
}
