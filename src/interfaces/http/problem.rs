//! Problem documents (RFC 9457): the only place that decides the status of a failed request.
//!
//! A handler returns a [`Problem`]; [`super::frame`] writes it down in the caller's language with
//! the request id. What went wrong inside (`#[source]`) goes to the log and never to the caller.
//! Each type has a page in `docs/problems/`, which the archive serves under its `type` address.

use std::error::Error as StdError;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use super::delivery::answer::Refusal;
use super::upload::UploadError;
use crate::domain::Violations;
use crate::domain::asset::TransitionError;
use crate::domain::asset::{AssetId, Revision};
use crate::services::accounts::AccountsError;
use crate::services::delivery::DeliveryError;
use crate::services::intake::{ChangeError, FindError};
use crate::services::jobs::JobsError;
use crate::services::search::SearchError;
use crate::services::sharing::{ChangesError, SavedSearchError};
use crate::storage::blobs::{BlobError, StagingError};
use crate::storage::catalog::{CatalogError, LogId};

/// What went wrong inside, for the log.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Why a request was not carried out, in the caller's terms.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "fields are what their variant's line says they are"
)]
pub enum Problem {
    /// The request cannot be understood as HTTP with the expected parts.
    #[error("malformed request")]
    MalformedRequest,
    /// The body is not JSON (RFC 8259); place counted from 1.
    #[error("malformed JSON")]
    MalformedJson { line: usize, column: usize },
    /// A query parameter, path part or header has a value it cannot have.
    #[error("invalid parameter {name}")]
    InvalidParameter { name: String },
    /// The body ended before the announced length.
    #[error("incomplete body")]
    IncompleteBody,
    /// The bytes do not have the digest the caller announced.
    #[error("digest mismatch")]
    DigestMismatch,
    /// Needs a token.
    #[error("no token")]
    Unauthenticated,
    /// The token is unknown, expired or revoked.
    #[error("invalid token")]
    InvalidToken,
    /// The token's role, or organisation, does not allow this.
    #[error("forbidden")]
    Forbidden,
    /// Nothing here, or nothing the caller may know of.
    #[error("not found")]
    NotFound,
    /// Known address, other methods.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// None of the accepted forms can be given.
    #[error("not acceptable")]
    NotAcceptable,
    /// The request came too slowly.
    #[error("timeout")]
    Timeout,
    /// The work's state does not allow this step.
    #[error("the work is {state}")]
    WrongState { state: &'static str },
    /// An identifier belongs to another work.
    #[error("identifier taken")]
    IdentifierTaken { owner: AssetId },
    /// Present state and request exclude each other in another way.
    #[error("conflict")]
    Conflict,
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
    /// The media type of the body is not taken here.
    #[error("unsupported media type")]
    UnsupportedMediaType { accepted: Vec<String> },
    /// No requested range lies inside the bytes.
    #[error("range not satisfiable")]
    RangeNotSatisfiable { size_bytes: u64 },
    /// Well-formed, but rules are broken: all of them.
    #[error("rules broken")]
    Invalid(#[source] Violations),
    /// The idempotency key was used for another request.
    #[error("idempotency key reused")]
    KeyReused,
    /// A change needs `If-Match`.
    #[error("precondition required")]
    PreconditionRequired,
    /// Too many at once.
    #[error("too many requests")]
    TooManyRequests,
    /// A fault of the archive.
    #[error("internal error")]
    Internal(#[source] Cause),
    /// Not able to serve this now.
    #[error("unavailable")]
    Unavailable(#[source] Cause),
    /// No space left; nothing was kept.
    #[error("storage full")]
    StorageFull(#[source] Cause),
}

impl Problem {
    /// A fault of the archive with its cause.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// A parameter with a value it cannot have.
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
            Self::InvalidParameter { .. } => (400, "invalid-parameter"),
            Self::IncompleteBody => (400, "incomplete-body"),
            Self::DigestMismatch => (400, "digest-mismatch"),
            Self::Unauthenticated => (401, "unauthenticated"),
            Self::InvalidToken => (401, "invalid-token"),
            Self::Forbidden => (403, "forbidden"),
            Self::NotFound => (404, "not-found"),
            Self::MethodNotAllowed => (405, "method-not-allowed"),
            Self::NotAcceptable => (406, "not-acceptable"),
            Self::Timeout => (408, "timeout"),
            Self::WrongState { .. } => (409, "wrong-state"),
            Self::IdentifierTaken { .. } => (409, "identifier-taken"),
            Self::Conflict => (409, "conflict"),
            Self::Gone { .. } => (410, "gone"),
            Self::LogReplaced { .. } => (410, "log-replaced"),
            Self::StaleRevision { .. } => (412, "stale-revision"),
            Self::TooLarge { .. } => (413, "too-large"),
            Self::UnsupportedMediaType { .. } => (415, "unsupported-media-type"),
            Self::RangeNotSatisfiable { .. } => (416, "range-not-satisfiable"),
            Self::Invalid(_) => (422, "invalid"),
            Self::KeyReused => (422, "key-reused"),
            Self::PreconditionRequired => (428, "precondition-required"),
            Self::TooManyRequests => (429, "too-many-requests"),
            Self::Internal(_) => (500, "internal"),
            Self::Unavailable(_) => (503, "unavailable"),
            Self::StorageFull(_) => (507, "storage-full"),
        }
    }

    /// The problem that a bare status of the framework stands for.
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
            429 => Self::TooManyRequests,
            503 => Self::Unavailable("the framework said so".into()),
            400..=499 => Self::MalformedRequest,
            _ => Self::internal("the framework failed"),
        }
    }
}

/// Status and headers only: [`super::frame`] adds the document, because only it knows the language.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        match self {
            Self::Unauthenticated => {
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
            Self::TooManyRequests => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            _ => {}
        }
        response.finish()
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Conflict { current, .. }
            | CatalogError::SearchConflict { current, .. } => Self::StaleRevision { current },
            CatalogError::IdentifierTaken { owner } => Self::IdentifierTaken { owner },
            CatalogError::Repeated(_) | CatalogError::LeaseLost => Self::Conflict,
            CatalogError::Full(_) => Self::StorageFull(error.into()),
            CatalogError::Closed => Self::Unavailable(error.into()),
            CatalogError::Damaged(_)
            | CatalogError::Lost(_)
            | CatalogError::NewerVersion(_)
            | CatalogError::Io(_) => Self::internal(error),
        }
    }
}

impl From<ChangesError> for Problem {
    fn from(error: ChangesError) -> Self {
        match error {
            ChangesError::LogReplaced { log } => Self::LogReplaced { log },
            ChangesError::Catalog(error) => error.into(),
        }
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full(_) => Self::StorageFull(error.into()),
            BlobError::Missing(_)
            | BlobError::Mismatch(_)
            | BlobError::Apart { .. }
            | BlobError::Io(_) => Self::internal(error),
        }
    }
}

impl From<AccountsError> for Problem {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::Forbidden => Self::Forbidden,
            AccountsError::Invalid(violations) => Self::Invalid(violations),
            AccountsError::NoSuchToken => Self::NotFound,
            AccountsError::NotValid => Self::InvalidToken,
            AccountsError::Catalog(error) => error.into(),
        }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Index(_) => Self::Unavailable(error.into()),
            SearchError::Catalog(error) => error.into(),
        }
    }
}

impl From<SavedSearchError> for Problem {
    fn from(error: SavedSearchError) -> Self {
        match error {
            SavedSearchError::NotFound => Self::NotFound,
            SavedSearchError::Forbidden => Self::Forbidden,
            SavedSearchError::Stale { current } => Self::StaleRevision {
                current: Some(current),
            },
            SavedSearchError::KeyReused => Self::KeyReused,
            SavedSearchError::TooMany => Self::Conflict,
            SavedSearchError::Catalog(error) => error.into(),
        }
    }
}

impl From<JobsError> for Problem {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Forbidden => Self::Forbidden,
            JobsError::Unknown(_) => Self::NotFound,
            JobsError::NotDead(_) => Self::Conflict,
            JobsError::Catalog(error) => error.into(),
        }
    }
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Self {
        match error {
            FindError::NotFound => Self::NotFound,
            FindError::Gone { reason } => Self::Gone { reason },
            FindError::Catalog(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Find(error) => error.into(),
            ChangeError::Forbidden => Self::Forbidden,
            ChangeError::Stale { current } => Self::StaleRevision {
                current: Some(current),
            },
            ChangeError::Invalid(violations) => Self::Invalid(violations),
            ChangeError::Transition(error) => error.into(),
            ChangeError::KeyReused => Self::KeyReused,
            ChangeError::IdentifierTaken { owner } => Self::IdentifierTaken { owner },
            ChangeError::UnsupportedType { .. } => Self::UnsupportedMediaType {
                accepted: Vec::new(),
            },
            ChangeError::Catalog(error) => error.into(),
            ChangeError::Blobs(error) => error.into(),
        }
    }
}

impl From<TransitionError> for Problem {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::NotAllowed { from, .. } => Self::WrongState { state: from },
            TransitionError::Unmet(violations) => Self::Invalid(violations),
            TransitionError::NoSuchFile(_) => Self::NotFound,
            TransitionError::AlreadyAttached(_) | TransitionError::TooManyFiles(_) => {
                Self::Conflict
            }
        }
    }
}

impl From<StagingError> for Problem {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::TooLarge { limit } => Self::TooLarge { limit_bytes: limit },
            StagingError::WrongLength { .. } => Self::IncompleteBody,
            StagingError::WrongDigest { .. } => Self::DigestMismatch,
            StagingError::Store(error) => error.into(),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooSlow => Self::Timeout,
            UploadError::Cut => Self::IncompleteBody,
            UploadError::MalformedForm => Self::MalformedRequest,
            UploadError::Encoded => Self::UnsupportedMediaType {
                accepted: Vec::new(),
            },
            UploadError::Parameter(name) => Self::parameter(name),
            UploadError::Staging(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::PreconditionFailed => Self::StaleRevision { current: None },
            Refusal::RangeNotSatisfiable { size } => Self::RangeNotSatisfiable { size_bytes: size },
            Refusal::Blob(error) => error.into(),
        }
    }
}

impl From<DeliveryError> for Problem {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::NotFound => Self::NotFound,
            DeliveryError::Gone { reason } => Self::Gone { reason },
            DeliveryError::Catalog(error) => error.into(),
            DeliveryError::Blobs(error) => error.into(),
        }
    }
}
