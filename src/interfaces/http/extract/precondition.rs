//! `If-Match`, `If-None-Match` and `Idempotency-Key`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, EntityTag};
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::entity_tag::EntityTags;
use crate::domain::access::{Actor, Permission, policy};
use crate::domain::asset::Revision;
use crate::interfaces::http::problem::Problem;
use crate::services::works::IdempotentRequest;
use crate::storage::blobs::Hasher;

/// The revision that a change is based on, from `If-Match` (RFC 9110, section 13.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Revision);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = EntityTags::read(request.headers(), header::IF_MATCH);
        ready(expected_revision(tags).map(Self))
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The `ETag` of your last read.";
        let text = ObjectBuilder::new().schema_type(Type::String);
        vec![header("If-Match", description, Required::True, text)]
    }
}

/// `If-None-Match`, for the description.
#[derive(Debug)]
pub struct IfNoneMatch;

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "An `ETag` you have: answered 304 when it is the present one.";
        let text = ObjectBuilder::new().schema_type(Type::String);
        vec![header("If-None-Match", description, Required::False, text)]
    }
}

fn header(name: &str, description: &str, required: Required, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// Of several tags only the highest revision can be the present one. `*` names no revision and
/// would let a change overwrite another unseen, so it does not count as a precondition.
fn expected_revision(tags: Option<EntityTags>) -> Result<Revision, Problem> {
    let Some(EntityTags::List(tags)) = tags else {
        return Err(Problem::PreconditionRequired);
    };
    // Weak tags never match `If-Match`, and other tags are not those of revisions.
    tags.iter()
        .filter(|tag| !tag.weak)
        .filter_map(|tag| revision_in(tag.tag()))
        .max()
        .map(Revision)
        .ok_or(Problem::StaleRevision { current: None })
}

/// The revision that a tag begins with; a form and a coding may follow after hyphens.
fn revision_in(tag: &str) -> Option<u64> {
    tag.split('-').next()?.parse().ok()
}

/// The entity tag of a revision as one reader gets it: readers with other rights get other bytes. Those who
/// get everything have a tag that is the revision alone. The revision in front is what `If-Match` compares.
pub fn etag_of_form(revision: Revision, actor: &Actor, body: &[u8]) -> EntityTag {
    if policy::sees_everything(actor) && actor.may(Permission::Curate) {
        return etag(revision);
    }
    let mut hasher = Hasher::new();
    hasher.update(body);
    let digest = hasher.finish().to_hex();
    EntityTag::new_strong(format!("{revision}-{}", &digest[..16]))
}

/// What the frame appends to the tag of a response that it compressed: another coding is another
/// representation (RFC 9110, section 8.8.3).
pub const GZIP_SUFFIX: &str = "-gzip";

/// The tag of the gzip coding of what has this tag.
pub fn gzip_etag(etag: &EntityTag) -> EntityTag {
    EntityTag::new_strong(format!("{}{GZIP_SUFFIX}", etag.tag()))
}

/// The entity tag of a revision.
pub fn etag(revision: Revision) -> EntityTag {
    EntityTag::new_strong(revision.to_string())
}

/// Whether `If-None-Match` contains this entity tag (weak comparison): the caller has the content.
pub fn matches_if_none_match(request: &HttpRequest, etag: &EntityTag) -> bool {
    let tags = EntityTags::read(request.headers(), header::IF_NONE_MATCH);
    tags.is_some_and(|tags| tags.match_weakly(etag) || tags.match_weakly(&gzip_etag(etag)))
}

/// The value of `Idempotency-Key`, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKeyHeader(pub Option<String>);

impl FromRequest for IdempotencyKeyHeader {
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

impl IntoParams for IdempotencyKeyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "Chosen by you: the same request with the same key is carried out once.";
        let visible_ascii = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[!-~]{1,255}$"));
        let name = "Idempotency-Key";
        vec![header(name, description, Required::False, visible_ascii)]
    }
}

impl IdempotencyKeyHeader {
    /// The key with a digest of the request: method, path and body.
    pub fn for_request(self, request: &HttpRequest, body: &[u8]) -> Option<IdempotentRequest> {
        let mut hasher = Hasher::new();
        for part in [request.method().as_str(), request.path()] {
            hasher.update(part.as_bytes());
            hasher.update(b"\n");
        }
        hasher.update(body);
        let request = hasher.finish();
        self.0.map(|key| IdempotentRequest { key, request })
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
    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;

    use super::IfMatch;
    use crate::domain::asset::Revision;
    use crate::interfaces::http::problem::Problem;

    fn expected(tags: &str) -> Result<Revision, Problem> {
        let request = TestRequest::default().insert_header(("if-match", tags));
        let (request, mut payload) = request.to_http_parts();
        let extracted = IfMatch::from_request(&request, &mut payload);
        extracted.into_inner().map(|IfMatch(revision)| revision)
    }

    #[test]
    fn only_strong_tags_of_revisions_count() {
        assert_eq!(expected("\"5\"").unwrap(), Revision(5));
        assert_eq!(expected("\"3\", \"7\"").unwrap(), Revision(7));
        assert_eq!(expected("\"6-0f3a\"").unwrap(), Revision(6));
        assert_eq!(expected("\"6-0f3a-gzip\"").unwrap(), Revision(6));
        for stale in ["W/\"5\"", "5", "\"abc\"", ""] {
            let refused = expected(stale).unwrap_err();
            assert!(matches!(refused, Problem::StaleRevision { .. }), "{stale}");
        }
        let any = expected("*").unwrap_err();
        assert!(matches!(any, Problem::PreconditionRequired));
    }
}
