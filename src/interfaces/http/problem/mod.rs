//! Problems (RFC 9457): why a request failed. The only place that decides the status of a failure.
//!
//! A handler returns a [`Problem`]; [`frame`](super::frame) writes it in the language of the caller with
//! the request id: as `application/problem+json` for programs ([`document`]), as a page for browsers
//! ([`html`]). Internal causes (`#[source]`) go to the log and never to the caller. Each type has a page
//! in `docs/problems/`, which the archive serves at its `type` address ([`pages`]).

mod conversions;
pub mod document;
pub mod html;
pub mod pages;
pub mod reasons;
pub mod text;

use std::error::Error as StdError;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::domain::Violations;
use crate::domain::asset::{AssetId, Revision, StateName};
use crate::storage::catalog::{LogId, Resource};

/// The internal cause of a failure, for the log.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Why a request failed, in terms of the caller.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "fields are what their variant's line says they are"
)]
pub enum Problem {
    /// The request cannot be understood as HTTP with the expected parts.
    #[error("malformed request")]
    MalformedRequest,
    /// The body is not JSON (RFC 8259); line and column are counted from 1.
    #[error("malformed JSON")]
    MalformedJson { line: usize, column: usize },
    /// A query parameter, path part or header has an invalid value.
    #[error("invalid parameter {name}")]
    InvalidParameter { name: String },
    /// The operation has no query parameter of this name.
    #[error("unknown parameter {name}")]
    UnknownParameter { name: String, known: Vec<String> },
    /// The cursor belongs to another list or order.
    #[error("wrong cursor")]
    WrongCursor,
    /// The body ended before the announced length.
    #[error("incomplete body")]
    IncompleteBody,
    /// The bytes do not have the announced digest.
    #[error("digest mismatch")]
    DigestMismatch,
    /// The request needs a token.
    #[error("no token")]
    Unauthenticated,
    /// The token is unknown, expired or revoked.
    #[error("invalid token")]
    InvalidToken,
    /// Login name and password, or the second factor, are not right together.
    #[error("wrong credentials")]
    WrongCredentials,
    /// A change in the name of a session that a page of another site may have sent.
    #[error("cross-site request")]
    CrossSite,
    /// The act needs a recent proof of identity.
    #[error("reauthentication required")]
    ReauthenticationRequired,
    /// The one-time link is unknown, used, replaced or expired.
    #[error("link not valid")]
    LinkNotValid,
    /// The token's role, or organisation, does not allow this.
    #[error("forbidden")]
    Forbidden,
    /// Nothing is here, or nothing that the caller may see.
    #[error("not found")]
    NotFound,
    /// The address exists, with other methods.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// None of the accepted media types is available.
    #[error("not acceptable")]
    NotAcceptable,
    /// The request came too slowly.
    #[error("timeout")]
    Timeout,
    /// The state of the work does not allow this transition.
    #[error("the work is {}", .state.name())]
    WrongState { state: StateName },
    /// An identifier belongs to another work, which is named when the caller may see it.
    #[error("identifier taken")]
    IdentifierTaken { owner: Option<AssetId> },
    /// The request conflicts with the present state in another way.
    #[error("conflict")]
    Conflict,
    /// The part of a resumable upload begins elsewhere than where the upload ends.
    #[error("{offset} bytes have arrived")]
    WrongOffset { offset: u64 },
    /// Bytes of a resumable upload are missing.
    #[error("{offset} of {length} bytes have arrived")]
    UploadUnfinished { offset: u64, length: u64 },
    /// The version of tus that the request speaks, if any, is not spoken here.
    #[error("another version of tus")]
    ProtocolVersion,
    /// Another request works on the resumable upload.
    #[error("the upload is held")]
    UploadHeld,
    /// The part of a resumable upload does not have its checksum.
    #[error("wrong checksum")]
    WrongChecksum,
    /// There are as many of these as there can be.
    #[error("the limit is {limit}")]
    LimitReached { limit: usize },
    /// No mail server is configured.
    #[error("no mail")]
    NoMail,
    /// A body would use more than it may.
    #[error("the quota is {limit}")]
    QuotaExceeded {
        resource: Resource,
        limit: u64,
        used: u64,
    },
    /// The time in which this could be done is over.
    #[error("too late")]
    TooLate,
    /// The work was withdrawn or deleted; the reason, if there is one for the public.
    #[error("gone")]
    Gone { reason: Option<String> },
    /// The cursor is of another log, or beyond the end of this one.
    #[error("log replaced")]
    LogReplaced { log: LogId },
    /// `If-Match` names an earlier revision.
    #[error("stale revision")]
    StaleRevision { current: Option<Revision> },
    /// More bytes than allowed.
    #[error("too large")]
    TooLarge { limit_bytes: u64 },
    /// The address is longer than allowed.
    #[error("address too long")]
    AddressTooLong { limit_bytes: u64 },
    /// The media type of the body is not accepted here.
    #[error("unsupported media type")]
    UnsupportedMediaType { accepted: Vec<String> },
    /// No requested range lies within the bytes.
    #[error("range not satisfiable")]
    RangeNotSatisfiable { size_bytes: u64 },
    /// The request is well-formed but breaks rules; all of them are listed.
    #[error("rules broken")]
    Invalid(#[source] Violations),
    /// The idempotency key was used for another request.
    #[error("idempotency key reused")]
    KeyReused,
    /// A change needs `If-Match`.
    #[error("precondition required")]
    PreconditionRequired,
    /// The caller sends too much at once, or has used up its budget.
    #[error("too many requests")]
    TooManyRequests { retry_after_seconds: u64 },
    /// Too many requests of everybody wait already.
    #[error("busy")]
    Busy { retry_after_seconds: u64 },
    /// An internal error of the archive.
    #[error("internal error")]
    Internal(#[source] Cause),
    /// The archive cannot serve this now.
    #[error("unavailable")]
    Unavailable(#[source] Cause),
    /// No space is left; nothing was written.
    #[error("storage full")]
    StorageFull(#[source] Cause),
}

impl Problem {
    /// An internal error with its cause.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// A parameter with an invalid value.
    pub fn parameter(name: impl Into<String>) -> Self {
        Self::InvalidParameter { name: name.into() }
    }

    /// The name of the type: last part of its address and name of its page.
    pub const fn slug(&self) -> &'static str {
        self.class().1
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.class().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Status and type name: the catalogue of problem types.
    const fn class(&self) -> (u16, &'static str) {
        match self {
            Self::MalformedRequest => (400, "malformed-request"),
            Self::MalformedJson { .. } => (400, "malformed-json"),
            Self::InvalidParameter { .. } | Self::UnknownParameter { .. } => {
                (400, "invalid-parameter")
            }
            Self::WrongCursor => (400, "wrong-cursor"),
            Self::IncompleteBody => (400, "incomplete-body"),
            Self::DigestMismatch => (400, "digest-mismatch"),
            Self::Unauthenticated => (401, "unauthenticated"),
            Self::InvalidToken => (401, "invalid-token"),
            Self::WrongCredentials => (401, "wrong-credentials"),
            Self::Forbidden => (403, "forbidden"),
            Self::CrossSite => (403, "cross-site-request"),
            Self::ReauthenticationRequired => (403, "reauthentication-required"),
            Self::NotFound => (404, "not-found"),
            Self::MethodNotAllowed => (405, "method-not-allowed"),
            Self::NotAcceptable => (406, "not-acceptable"),
            Self::Timeout => (408, "timeout"),
            Self::WrongState { .. } => (409, "wrong-state"),
            Self::IdentifierTaken { .. } => (409, "identifier-taken"),
            Self::Conflict => (409, "conflict"),
            Self::LimitReached { .. } => (409, "limit-reached"),
            Self::WrongOffset { .. } => (409, "wrong-offset"),
            Self::UploadUnfinished { .. } => (409, "upload-unfinished"),
            Self::NoMail => (409, "no-mail"),
            Self::TooLate => (409, "too-late"),
            Self::Gone { .. } => (410, "gone"),
            Self::LinkNotValid => (410, "link-not-valid"),
            Self::LogReplaced { .. } => (410, "log-replaced"),
            Self::StaleRevision { .. } => (412, "stale-revision"),
            Self::ProtocolVersion => (412, "protocol-version"),
            Self::TooLarge { .. } => (413, "too-large"),
            Self::AddressTooLong { .. } => (414, "address-too-long"),
            Self::UnsupportedMediaType { .. } => (415, "unsupported-media-type"),
            Self::RangeNotSatisfiable { .. } => (416, "range-not-satisfiable"),
            Self::Invalid(_) => (422, "invalid"),
            Self::KeyReused => (422, "key-reused"),
            Self::UploadHeld => (423, "upload-held"),
            Self::PreconditionRequired => (428, "precondition-required"),
            Self::TooManyRequests { .. } => (429, "too-many-requests"),
            Self::WrongChecksum => (460, "wrong-checksum"),
            Self::Internal(_) => (500, "internal"),
            Self::Unavailable(_) => (503, "unavailable"),
            Self::Busy { .. } => (503, "busy"),
            Self::StorageFull(_) => (507, "storage-full"),
            Self::QuotaExceeded { .. } => (507, "quota-exceeded"),
        }
    }

    /// The problem for a bare status of the framework.
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthenticated,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            406 => Self::NotAcceptable,
            408 => Self::Timeout,
            409 => Self::Conflict,
            413 => Self::TooLarge { limit_bytes: 0 },
            415 => Self::UnsupportedMediaType {
                accepted: Vec::new(),
            },
            429 => Self::TooManyRequests {
                retry_after_seconds: 1,
            },
            503 => Self::Unavailable("the framework answered 503".into()),
            400..=499 => Self::MalformedRequest,
            _ => Self::internal("the framework failed"),
        }
    }
}

/// Status and headers only: the frame adds the body, because only it knows language and media type.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        match self {
            Self::Unauthenticated | Self::WrongCredentials => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"khochung\""));
            }
            Self::InvalidToken => {
                let challenge = "Bearer realm=\"khochung\", error=\"invalid_token\"";
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            Self::RangeNotSatisfiable { size_bytes } => {
                response.insert_header((header::CONTENT_RANGE, format!("bytes */{size_bytes}")));
            }
            Self::UnsupportedMediaType { accepted } if !accepted.is_empty() => {
                response.insert_header((header::ACCEPT, accepted.join(", ")));
            }
            Self::Unavailable(_) => {
                response.insert_header((header::RETRY_AFTER, "5"));
            }
            Self::TooManyRequests {
                retry_after_seconds,
            }
            | Self::Busy {
                retry_after_seconds,
            } => {
                response.insert_header((header::RETRY_AFTER, retry_after_seconds.to_string()));
            }
            _ => {}
        }
        response.finish()
    }
}
