//! What an entry says.

use std::collections::BTreeMap;

use crate::domain::access::Actor;
use crate::domain::{Sha256, Timestamp};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A holder signed in.
    SignedIn,
    /// Signing in failed: wrong password or second factor of an account.
    SignInFailed,
    /// An account was created.
    AccountInvited,
    /// The holder chose a password with a one-time link.
    AccountOpened,
    /// Role or body of an account changed.
    AccountChanged,
    /// Password and second factor of an account were taken away.
    AccountReset,
    /// Somebody asked for a link to choose a new password, because the present one was forgotten.
    ResetRequested,
    /// An account was closed.
    AccountClosed,
    /// What was private in an account was deleted.
    AccountForgotten,
    /// The holder changed its password.
    PasswordChanged,
    /// The holder set a second factor up.
    SecondFactorAdded,
    /// The holder removed its second factor.
    SecondFactorRemoved,
    /// The holder replaced its recovery codes.
    RecoveryCodesRenewed,
    /// The holder registered a passkey.
    PasskeyAdded,
    /// The holder removed a passkey.
    PasskeyRemoved,
    /// A token was created.
    TokenCreated,
    /// A token was revoked, or all of an account.
    TokenRevoked,
    /// A token got a new secret; the one before it stays valid for an overlap.
    TokenRotated,
    /// A station or partner asked for access.
    AccessRequested,
    /// A request for access is looked into.
    AccessReviewed,
    /// A request for access was granted.
    AccessGranted,
    /// A request for access was refused.
    AccessRefused,
    /// A request for access was withdrawn.
    AccessWithdrawn,
    /// A succession of bodies was planned.
    SuccessionPlanned,
    /// A planned succession was cancelled.
    SuccessionCancelled,
    /// Everything has passed to the successor.
    SuccessionDone,
    /// What a body may use was set.
    QuotaSet,
    /// The state of a work changed: submitted, returned, accepted, published, withdrawn, reopened.
    WorkDecided,
    /// A work was deleted.
    WorkDeleted,
    /// A sealed file of a work was downloaded.
    SealedFileRead,
    /// The import of a table began.
    TableImported,
}

impl Act {
    /// Every act with its name, on the wire and stored.
    pub const NAMES: [(&'static str, Self); 31] = [
        ("signed-in", Self::SignedIn),
        ("sign-in-failed", Self::SignInFailed),
        ("account-invited", Self::AccountInvited),
        ("account-opened", Self::AccountOpened),
        ("account-changed", Self::AccountChanged),
        ("account-reset", Self::AccountReset),
        ("reset-requested", Self::ResetRequested),
        ("account-closed", Self::AccountClosed),
        ("account-forgotten", Self::AccountForgotten),
        ("password-changed", Self::PasswordChanged),
        ("second-factor-added", Self::SecondFactorAdded),
        ("second-factor-removed", Self::SecondFactorRemoved),
        ("recovery-codes-renewed", Self::RecoveryCodesRenewed),
        ("passkey-added", Self::PasskeyAdded),
        ("passkey-removed", Self::PasskeyRemoved),
        ("token-created", Self::TokenCreated),
        ("token-revoked", Self::TokenRevoked),
        ("token-rotated", Self::TokenRotated),
        ("access-requested", Self::AccessRequested),
        ("access-reviewed", Self::AccessReviewed),
        ("access-granted", Self::AccessGranted),
        ("access-refused", Self::AccessRefused),
        ("access-withdrawn", Self::AccessWithdrawn),
        ("succession-planned", Self::SuccessionPlanned),
        ("succession-cancelled", Self::SuccessionCancelled),
        ("succession-done", Self::SuccessionDone),
        ("quota-set", Self::QuotaSet),
        ("work-decided", Self::WorkDecided),
        ("work-deleted", Self::WorkDeleted),
        ("sealed-file-read", Self::SealedFileRead),
        ("table-imported", Self::TableImported),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, act)| *act == self);
        found.map_or("", |(name, _)| name)
    }
}

/// An entry to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Who.
    pub by: Actor,
    /// What.
    pub act: Act,
    /// About what: the id of an account, token or work.
    pub subject: String,
    /// What else a reader needs, by name: `role`, `from`, `to`, `reason`, `network`.
    pub details: BTreeMap<String, String>,
}

impl NewEntry {
    /// An entry without details.
    pub fn new(by: &Actor, act: Act, subject: impl ToString) -> Self {
        Self {
            by: by.clone(),
            act,
            subject: subject.to_string(),
            details: BTreeMap::new(),
        }
    }

    /// The entry with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.insert(name.to_owned(), value.to_string());
        self
    }
}

/// An entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: 1, 2, … without holes.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: role and id of token or account, `system`, or `anonymous`.
    pub by: String,
    /// The body of who.
    pub organisation: Option<String>,
    /// What.
    pub act: Act,
    /// About what.
    pub subject: String,
    /// What else a reader needs.
    pub details: BTreeMap<String, String>,
    /// SHA-256 over the hash of the entry before and the stored form of this one.
    pub hash: Sha256,
}
