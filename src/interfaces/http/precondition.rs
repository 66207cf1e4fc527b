//! `If-Match`, `ETag` and `Idempotency-Key`: changes that are neither lost nor made twice.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};

use super::problem::Problem;
use crate::domain::asset::Revision;
use crate::services::intake::Repeatable;
use crate::storage::blobs::Hasher;

/// The revision a change builds on, from `If-Match` (RFC 9110, section 13.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Revision);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = request.headers().get_all(header::IF_MATCH);
        let tags: Vec<&str> = tags.filter_map(|tags| tags.to_str().ok()).collect();
        ready(if tags.is_empty() {
            Err(Problem::PreconditionRequired)
        } else {
            expected(&tags.join(",")).map(Self)
        })
    }
}

/// Of several tags only the highest revision can be the present one. `*` names no revision and
/// would let a change overwrite another unseen, so it does not count as a precondition.
fn expected(tags: &str) -> Result<Revision, Problem> {
    if tags.trim() == "*" {
        return Err(Problem::PreconditionRequired);
    }
    // Weak tags never match (RFC 9110, section 8.8.3.2), and foreign ones are not ours.
    tags.split(',')
        .filter_map(|tag| {
            tag.trim()
                .strip_prefix('"')?
                .strip_suffix('"')?
                .parse()
                .ok()
        })
        .max()
        .map(Revision)
        .ok_or(Problem::StaleRevision { current: None })
}

/// The entity tag of a revision.
pub fn etag(revision: Revision) -> String {
    format!("\"{revision}\"")
}

/// Whether the caller has this revision already (`If-None-Match`, weak comparison).
pub fn is_known(request: &HttpRequest, etag: &str) -> bool {
    let tags = request.headers().get_all(header::IF_NONE_MATCH);
    tags.filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

/// The key under which a creation is carried out only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatKey(pub Option<String>);

impl FromRequest for RepeatKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_plain = |key: &&str| {
            (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        ready(match request.headers().get("idempotency-key") {
            None => Ok(Self(None)),
            Some(key) => key
                .to_str()
                .ok()
                .filter(is_plain)
                .map(|key| Self(Some(key.to_owned())))
                .ok_or_else(|| Problem::parameter("Idempotency-Key")),
        })
    }
}

impl RepeatKey {
    /// The key together with what it stands for: method, path and body.
    pub fn repeatable(self, request: &HttpRequest, body: &[u8]) -> Option<Repeatable> {
        let mut hasher = Hasher::new();
        for part in [request.method().as_str(), request.path()] {
            hasher.update(part.as_bytes());
            hasher.update(b"\n");
        }
        hasher.update(body);
        let request = hasher.finish();
        self.0.map(|key| Repeatable { key, request })
    }
}

/// The header of an answer to a request that was carried out before.
pub const REPLAYED: &str = "Idempotent-Replayed";

/// Tells the caller when nothing was done because it had been done before.
pub fn mark_replay(answer: &mut HttpResponseBuilder, is_replay: bool) {
    if is_replay {
        answer.insert_header((REPLAYED, "true"));
    }
}

#[cfg(test)]
mod tests {
    use super::expected;
    use crate::domain::asset::Revision;
    use crate::interfaces::http::problem::Problem;

    #[test]
    fn only_strong_tags_of_revisions_count() {
        assert_eq!(expected("\"5\"").unwrap(), Revision(5));
        assert_eq!(expected("\"3\", \"7\"").unwrap(), Revision(7));
        for stale in ["W/\"5\"", "5", "\"abc\"", ""] {
            let refused = expected(stale).unwrap_err();
            assert!(matches!(refused, Problem::StaleRevision { .. }), "{stale}");
        }
        let any = expected("*").unwrap_err();
        assert!(matches!(any, Problem::PreconditionRequired));
    }
}
