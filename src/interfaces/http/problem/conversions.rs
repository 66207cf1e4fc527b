//! Which problem each error of the services is.

use super::Problem;
use crate::domain::asset::TransitionError;
use crate::domain::{Rule, Violations};
use crate::services::access_requests::AccessRequestError;
use crate::services::accounts::oidc::OidcError;
use crate::services::accounts::passkeys::PasskeyError;
use crate::services::accounts::{AccountsError, MAX_OWN_TOKENS};
use crate::services::audit::AuditError;
use crate::services::curation::bulk::BulkError;
use crate::services::delivery::DeliveryError;
use crate::services::intake::ClaimError;
use crate::services::jobs::JobsError;
use crate::services::notifications::{InboxError, NotSubscribed};
use crate::services::quotas::QuotaError;
use crate::services::renditions::RenditionsError;
use crate::services::search::SearchError;
use crate::services::search::admission::Refusal;
use crate::services::sharing::{ChangesError, MAX_SAVED_SEARCHES, SavedSearchError};
use crate::services::successions::SuccessionError;
use crate::services::table_imports::{SourceError, TableError, TableImportError};
use crate::services::uploads::UploadsError;
use crate::services::works::{ChangeError, FindError};
use crate::storage::blobs::{BlobError, StagingError};
use crate::storage::catalog::CatalogError;

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
            CatalogError::IdentifierTaken { .. } => Self::IdentifierTaken { owner: None },
            CatalogError::Exceeds(excess) => Self::QuotaExceeded {
                resource: excess.resource,
                limit: excess.limit,
                used: excess.used,
            },
            CatalogError::RecordConflict { .. }
            | CatalogError::Repeated(_)
            | CatalogError::LeaseLost => Self::Conflict,
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
            AccountsError::NoSuchToken
            | AccountsError::NoSuchAccount
            | AccountsError::NoSuchSession => Self::NotFound,
            AccountsError::Stale { current } => Self::StaleRevision {
                current: Some(current),
            },
            AccountsError::TooManyTokens => Self::LimitReached {
                limit: MAX_OWN_TOKENS,
            },
            AccountsError::Closed
            | AccountsError::TokenEnded
            | AccountsError::LastAdministrator
            | AccountsError::SecondFactorExists
            | AccountsError::OfProvider
            | AccountsError::NoSecondFactor => Self::Conflict,
            AccountsError::KeyReused => Self::KeyReused,
            AccountsError::NoMail => Self::NoMail,
            AccountsError::LinkNotValid => Self::LinkNotValid,
            AccountsError::WrongCredentials => Self::WrongCredentials,
            AccountsError::TooManyAttempts(refused) => Self::TooManyRequests {
                retry_after_seconds: refused.retry_after.as_secs(),
            },
            AccountsError::Overload(overload) => Self::Busy {
                retry_after_seconds: overload.retry_after.as_secs(),
            },
            AccountsError::Unreadable(error) => Self::internal(error),
            AccountsError::NotValid => Self::InvalidToken,
            AccountsError::Catalog(error) => error.into(),
        }
    }
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::NoSuchProvider => Self::NotFound,
            OidcError::Rejected(_) => Self::WrongCredentials,
            OidcError::NoRole => Self::Forbidden,
            OidcError::Unavailable(_) => Self::Unavailable(error.into()),
            OidcError::Accounts(error) => error.into(),
        }
    }
}

impl From<PasskeyError> for Problem {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::NotHere => Self::Conflict,
            PasskeyError::TooMany(limit) => Self::LimitReached { limit },
            PasskeyError::NoSuchPasskey => Self::NotFound,
            PasskeyError::InvalidResponse => Self::WrongCredentials,
            PasskeyError::Accounts(error) => error.into(),
        }
    }
}

impl From<InboxError> for Problem {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::NotFound => Self::NotFound,
            InboxError::Catalog(error) => error.into(),
        }
    }
}

impl From<NotSubscribed> for Problem {
    fn from(error: NotSubscribed) -> Self {
        match error {
            NotSubscribed::NotFound => Self::NotFound,
            NotSubscribed::Accounts(error) => error.into(),
        }
    }
}

impl From<QuotaError> for Problem {
    fn from(error: QuotaError) -> Self {
        match error {
            QuotaError::Forbidden => Self::Forbidden,
            QuotaError::NoSuchBody => Self::NotFound,
            QuotaError::Catalog(error) => error.into(),
        }
    }
}

impl From<SuccessionError> for Problem {
    fn from(error: SuccessionError) -> Self {
        match error {
            SuccessionError::Forbidden => Self::Forbidden,
            SuccessionError::NotFound => Self::NotFound,
            SuccessionError::NotPlanned => Self::Conflict,
            SuccessionError::Invalid(violations) => Self::Invalid(violations),
            SuccessionError::Accounts(error) => error.into(),
            SuccessionError::Catalog(error) => error.into(),
        }
    }
}

impl From<AccessRequestError> for Problem {
    fn from(error: AccessRequestError) -> Self {
        match error {
            AccessRequestError::Forbidden => Self::Forbidden,
            AccessRequestError::NotFound => Self::NotFound,
            AccessRequestError::WrongState => Self::Conflict,
            AccessRequestError::LinkNotValid => Self::LinkNotValid,
            AccessRequestError::Invalid(violations) => Self::Invalid(violations),
            AccessRequestError::TooMany { retry_after } => Self::TooManyRequests {
                retry_after_seconds: retry_after.as_secs().max(1),
            },
            AccessRequestError::Accounts(error) => error.into(),
            AccessRequestError::Catalog(error) => error.into(),
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Forbidden => Self::Forbidden,
            AuditError::Catalog(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CallerExceeds { retry_after } => Self::TooManyRequests {
                retry_after_seconds: retry_after.as_secs(),
            },
            Refusal::Overload { retry_after } => Self::Busy {
                retry_after_seconds: retry_after.as_secs(),
            },
        }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Refused(refusal) => refusal.into(),
            SearchError::WrongCursor => Self::WrongCursor,
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
            SavedSearchError::TooMany => Self::LimitReached {
                limit: MAX_SAVED_SEARCHES,
            },
            SavedSearchError::Catalog(error) => error.into(),
        }
    }
}

impl From<JobsError> for Problem {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Forbidden => Self::Forbidden,
            JobsError::Unknown(_) => Self::NotFound,
            JobsError::NotDead(_) | JobsError::NotCancellable(_) => Self::Conflict,
            JobsError::Catalog(error) => error.into(),
        }
    }
}

impl From<RenditionsError> for Problem {
    fn from(error: RenditionsError) -> Self {
        match error {
            RenditionsError::Forbidden => Self::Forbidden,
            RenditionsError::Find(error) => error.into(),
            RenditionsError::NoSuchFile => Self::NotFound,
            RenditionsError::Jobs(error) => Self::internal(error),
            RenditionsError::Catalog(error) => error.into(),
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
            ChangeError::UnsupportedType { accepted, .. } => {
                Self::UnsupportedMediaType { accepted }
            }
            ChangeError::Catalog(error) => error.into(),
            ChangeError::Blobs(error) => error.into(),
        }
    }
}

impl From<UploadsError> for Problem {
    fn from(error: UploadsError) -> Self {
        match error {
            UploadsError::Forbidden => Self::Forbidden,
            UploadsError::NotFound => Self::NotFound,
            UploadsError::WrongOffset { offset } => Self::WrongOffset { offset },
            UploadsError::TooLong { length } => Self::TooLarge {
                limit_bytes: length,
            },
            UploadsError::WrongChecksum => Self::WrongChecksum,
            UploadsError::Held => Self::UploadHeld,
            UploadsError::Unfinished { offset, length } => {
                Self::UploadUnfinished { offset, length }
            }
            UploadsError::Taken => Self::Conflict,
            UploadsError::TooLarge { limit } => Self::TooLarge { limit_bytes: limit },
            UploadsError::TooMany { limit } => Self::LimitReached { limit },
            UploadsError::KeyReused => Self::KeyReused,
            UploadsError::Catalog(error) => error.into(),
            UploadsError::Blobs(error) => error.into(),
        }
    }
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Self {
        let rule = match error {
            TableError::NotUtf8 => Rule::NotUtf8,
            TableError::Damaged => Rule::NoTable,
            TableError::Empty => Rule::EmptyTable,
            TableError::TooLarge { rows } => Rule::TooLong { max: rows },
        };
        ChangeError::invalid("", rule).into()
    }
}

impl From<TableImportError> for Problem {
    fn from(error: TableImportError) -> Self {
        match error {
            TableImportError::Forbidden => Self::Forbidden,
            TableImportError::NotFound => Self::NotFound,
            TableImportError::WrongPhase => Self::Conflict,
            TableImportError::Table(error) => error.into(),
            TableImportError::Source(SourceError::Missing) => Self::NotFound,
            TableImportError::Source(SourceError::NoArchive) => {
                ChangeError::invalid("", Rule::NoArchive).into()
            }
            TableImportError::Source(SourceError::TooManyEntries(max)) => {
                ChangeError::invalid("", Rule::TooLong { max }).into()
            }
            TableImportError::Upload(error) => error.into(),
            TableImportError::Blobs(error) => error.into(),
            TableImportError::Catalog(error) => error.into(),
        }
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Upload(error) => error.into(),
            ClaimError::Change(error) => error.into(),
        }
    }
}

impl From<BulkError> for Problem {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Forbidden => Self::Forbidden,
            BulkError::NotFound => Self::NotFound,
            BulkError::KeyReused => Self::KeyReused,
            BulkError::WrongPhase => Self::Conflict,
            BulkError::TooLate => Self::TooLate,
            BulkError::Catalog(error) => error.into(),
        }
    }
}

impl From<TransitionError> for Problem {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::NotAllowed { from, .. } => Self::WrongState { state: from },
            TransitionError::Unmet(violations) | TransitionError::RegionsDoNotFit(violations) => {
                Self::Invalid(violations)
            }
            TransitionError::NoSuchFile(_) => Self::NotFound,
            TransitionError::NoConsent => {
                let mut violations = Violations::default();
                let allowed = &["consent-on-file", "minor-with-guardian-consent"];
                violations.push("/people_shown", Rule::NotOneOf { allowed });
                Self::Invalid(violations)
            }
            TransitionError::SameApprover => {
                let mut violations = Violations::default();
                violations.push("", Rule::SameApprover);
                Self::Invalid(violations)
            }
            TransitionError::AlreadyAttached(_) => Self::Conflict,
            TransitionError::TooManyFiles(limit) | TransitionError::TooManyCorrections(limit) => {
                Self::LimitReached { limit }
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

impl From<DeliveryError> for Problem {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Work(error) => error.into(),
            DeliveryError::Forbidden => Self::Forbidden,
            DeliveryError::NoSuchFile => Self::NotFound,
            DeliveryError::Blobs(error) => error.into(),
        }
    }
}
