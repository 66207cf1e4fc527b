//! Who makes a request, and for which organisations.

use std::fmt;
use std::sync::Arc;

use crate::domain::Slug;
use crate::domain::role::Role;
use crate::domain::token_id::TokenId;

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A caller without a token.
    Anonymous,
    /// The holder of a token.
    Holder {
        /// Which token.
        token: TokenId,
        /// The role of the holder.
        role: Role,
        /// The organisation of the holder; always present for contributors.
        organisation: Option<Slug>,
        /// The organisations below it, on every level, at this moment
        /// ([`Vocabularies::subordinates`](crate::domain::vocabulary::Vocabularies::subordinates)).
        subordinates: Arc<[Slug]>,
    },
    /// The archive itself: jobs and maintenance.
    System,
}

/// Who is responsible for a decision: the same for all requests of one token, whatever its role. Two
/// approvals by the same principal count as one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal(pub String);

impl Actor {
    /// The organisation the actor acts for.
    pub fn organisation(&self) -> Option<&Slug> {
        match self {
            Self::Holder { organisation, .. } => organisation.as_ref(),
            Self::Anonymous | Self::System => None,
        }
    }

    /// The organisations the actor acts for: its own, then those below it.
    pub fn organisations(&self) -> impl Iterator<Item = &Slug> {
        let below: &[Slug] = match self {
            Self::Holder { subordinates, .. } => subordinates,
            Self::Anonymous | Self::System => &[],
        };
        self.organisation().into_iter().chain(below)
    }

    /// The role of the holder.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Holder { role, .. } => Some(*role),
            Self::Anonymous | Self::System => None,
        }
    }

    /// Who is responsible for what the actor decides.
    pub fn principal(&self) -> Principal {
        Principal(match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::System => "system".to_owned(),
            Self::Holder { token, .. } => format!("token:{}", token.0),
        })
    }
}

/// How an actor is written into events: `editor:4f9a2c`, `anonymous`, `system`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::System => f.write_str("system"),
            Self::Holder { token, role, .. } => write!(f, "{}:{}", role.name(), token.0),
        }
    }
}
