//! What is done to many works.

use crate::domain::access::Operation;
use crate::domain::asset::work_edit::WorkEdit;
use crate::domain::asset::{AssetId, Revision};
use crate::storage::catalog::EventKind;

/// What is done to each work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Submit a draft to the editors.
    Submit,
    /// Return a submitted or accepted work to its contributor.
    Return {
        /// What to do, for the contributor.
        reason: String,
    },
    /// Publish it.
    Publish,
    /// Withdraw it.
    Withdraw {
        /// For the public.
        reason: String,
    },
    /// Change its description.
    Describe(Box<WorkEdit>),
}

impl Act {
    /// The wire names of all acts.
    pub const NAMES: [&'static str; 5] = ["submit", "return", "publish", "withdraw", "describe"];

    /// The wire name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Return { .. } => "return",
            Self::Publish => "publish",
            Self::Withdraw { .. } => "withdraw",
            Self::Describe(_) => "describe",
        }
    }

    /// What happens to a work.
    pub(super) const fn event(&self) -> EventKind {
        match self {
            Self::Submit => EventKind::Submitted,
            Self::Return { .. } => EventKind::Returned,
            Self::Publish => EventKind::Published,
            Self::Withdraw { .. } => EventKind::Withdrawn,
            Self::Describe(_) => EventKind::Described,
        }
    }

    /// What it is in the policy.
    pub(super) const fn operation(&self) -> Operation {
        match self {
            Self::Submit => Operation::Submit,
            Self::Return { .. } => Operation::Return,
            Self::Publish => Operation::Publish,
            Self::Withdraw { .. } => Operation::Withdraw,
            Self::Describe(_) => Operation::Edit,
        }
    }

    /// What undoing it is in the policy.
    pub(super) const fn operation_of_undo(&self) -> Operation {
        match self {
            Self::Submit => Operation::Recall,
            Self::Return { .. } => Operation::Return,
            Self::Publish => Operation::Withdraw,
            Self::Withdraw { .. } => Operation::Publish,
            Self::Describe(_) => Operation::Edit,
        }
    }
}

/// A work to which something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selected {
    /// The work.
    pub id: AssetId,
    /// The revision that the caller has seen; that at the start, when it names none.
    pub revision: Option<Revision>,
}
