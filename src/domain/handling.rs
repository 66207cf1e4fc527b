//! How staff handle a work on its way to publication: to whom it is assigned, until when, and what they say
//! about it among themselves.
//!
//! Never public, and deleted with the work.

use super::asset::{AssetId, Decision};
use super::credential::Credential;
use super::role::Role;
use super::{Slug, WorkDate};

/// The handling of one work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handling {
    /// The work.
    pub asset: AssetId,
    /// Who is to take the next step.
    pub assignment: Option<Assignment>,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
}

/// Who is to take the next step with a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// To whom.
    pub to: Assignee,
    /// The last day for it.
    pub due_on: Option<WorkDate>,
    /// Who assigned it, and when.
    pub by: Decision,
}

/// To whom a work is assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// Everybody in this role, of this organisation if one is named.
    Post {
        /// The role.
        role: Role,
        /// The organisation.
        organisation: Option<Slug>,
    },
    /// One token or account.
    Holder(Credential),
}

/// A comment on a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Counts up from 1 within the work.
    pub number: u64,
    /// What it is about: a JSON pointer into the work, empty for the whole.
    pub pointer: String,
    /// The comment.
    pub text: String,
    /// Who wrote it, and when.
    pub by: Decision,
    /// The idempotency key of the request.
    pub request_key: Option<String>,
}

impl Handling {
    /// The handling of a work that nobody was assigned to or commented on.
    pub const fn none(asset: AssetId) -> Self {
        Self {
            asset,
            assignment: None,
            comments: Vec::new(),
        }
    }
}

impl Assignee {
    /// Whether somebody with this credential, role and organisation is meant.
    pub fn includes(
        &self,
        credential: &Credential,
        role: Role,
        organisation: Option<&Slug>,
    ) -> bool {
        match self {
            Self::Holder(holder) => holder == credential,
            Self::Post {
                role: wanted,
                organisation: of,
            } => *wanted == role && (of.is_none() || of.as_ref() == organisation),
        }
    }
}
