//! What is done to many works.

use crate::domain::access::{Actor, Permission, policy};
use crate::domain::asset::work_edit::WorkEdit;
use crate::domain::asset::{Asset, AssetId, Revision};
use crate::storage::catalog::EventKind;

/// What is done to each work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Submit a draft to the editors.
    Submit,
    /// Return a submitted or withdrawn work to its contributor.
    Return,
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
            Self::Return => "return",
            Self::Publish => "publish",
            Self::Withdraw { .. } => "withdraw",
            Self::Describe(_) => "describe",
        }
    }

    /// What happens to a work.
    pub(super) const fn event(&self) -> EventKind {
        match self {
            Self::Submit => EventKind::Submitted,
            Self::Return => EventKind::Returned,
            Self::Publish => EventKind::Published,
            Self::Withdraw { .. } => EventKind::Withdrawn,
            Self::Describe(_) => EventKind::Described,
        }
    }

    /// Who may do it to a work.
    pub(super) fn permission(&self) -> fn(&Actor, &Asset) -> bool {
        match self {
            Self::Submit | Self::Return | Self::Describe(_) => policy::may_edit,
            Self::Publish | Self::Withdraw { .. } => curates,
        }
    }
}

fn curates(actor: &Actor, _: &Asset) -> bool {
    actor.may(Permission::Curate)
}

/// A work to which something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selected {
    /// The work.
    pub id: AssetId,
    /// The revision that the caller has seen; that at the start, when it names none.
    pub revision: Option<Revision>,
}
