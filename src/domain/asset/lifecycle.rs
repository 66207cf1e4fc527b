//! The lifecycle of a work: draft, submitted, returned or accepted, published, withdrawn; and who can see it.

use super::review::ReturnReason;

/// The state of a work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Being written; seen by its organisation and the staff of the archive.
    #[default]
    Draft,
    /// Submitted to the editors.
    Submitted,
    /// Returned to its contributor, who changes it and submits it again.
    Returned {
        /// What to change.
        reasons: Vec<ReturnReason>,
    },
    /// Its conditions of publication were checked, and one post approved it. Every change makes it submitted
    /// again.
    Accepted,
    /// Published for the audience level that its access names.
    Published,
    /// Withdrawn; its address answers 410 with the reason.
    Withdrawn {
        /// Why, in words for the public.
        reason: String,
    },
}

impl State {
    /// The state without what belongs to it.
    pub const fn kind(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Submitted => StateName::Submitted,
            Self::Returned { .. } => StateName::Returned,
            Self::Accepted => StateName::Accepted,
            Self::Published => StateName::Published,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// The wire name.
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Why the work was withdrawn.
    pub fn withdrawal_reason(&self) -> Option<&str> {
        match self {
            Self::Withdrawn { reason } => Some(reason),
            Self::Draft
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Accepted
            | Self::Published => None,
        }
    }

    /// Why the work was returned.
    pub fn return_reasons(&self) -> &[ReturnReason] {
        match self {
            Self::Returned { reasons } => reasons,
            _ => &[],
        }
    }
}

/// The name of a state, for comparing and filtering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StateName {
    /// [`State::Draft`]
    Draft,
    /// [`State::Submitted`]
    Submitted,
    /// [`State::Returned`]
    Returned,
    /// [`State::Accepted`]
    Accepted,
    /// [`State::Published`]
    Published,
    /// [`State::Withdrawn`]
    Withdrawn,
}

impl StateName {
    /// Every value with its wire name, in the order of the lifecycle.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("draft", Self::Draft),
        ("submitted", Self::Submitted),
        ("returned", Self::Returned),
        ("accepted", Self::Accepted),
        ("published", Self::Published),
        ("withdrawn", Self::Withdrawn),
    ];

    /// The wire name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        names
            .find(|(known, _)| *known == name)
            .map(|(_, state)| *state)
    }
}

/// Who can see a work, from the narrowest audience to the widest; each level includes those before
/// it. Actors have a level too: they see the works whose level is at least their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AudienceLevel {
    /// The editors; and its own organisation, at every level.
    #[default]
    Staff,
    /// All state bodies.
    StateInternal,
    /// Stations and partner systems too.
    Partner,
    /// Everybody.
    Public,
}

/// A decision on a work in review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewDecision {
    /// The first approval.
    Accept,
    /// The second approval.
    Approve,
    /// Publication.
    Publish,
    /// Back to the contributor, with reasons.
    Return,
    /// Away from the public.
    Withdraw,
}

impl ReviewDecision {
    /// Every decision with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("accept", Self::Accept),
        ("approve", Self::Approve),
        ("publish", Self::Publish),
        ("return", Self::Return),
        ("withdraw", Self::Withdraw),
    ];

    /// The states in which it can be made.
    pub const fn states(self) -> &'static [StateName] {
        match self {
            Self::Accept => &[StateName::Submitted],
            Self::Approve => &[StateName::Accepted],
            Self::Publish => &[
                StateName::Draft,
                StateName::Returned,
                StateName::Submitted,
                StateName::Accepted,
            ],
            Self::Return => &[StateName::Submitted, StateName::Accepted],
            Self::Withdraw => &[StateName::Published],
        }
    }
}
