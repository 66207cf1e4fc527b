//! Who makes a request, and for which organisations.

use std::fmt;
use std::sync::Arc;

use crate::domain::asset::Decision;
use crate::domain::credential::Credential;
use crate::domain::role::{Permissions, Role};
use crate::domain::{Slug, Timestamp};

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A caller without a token.
    Anonymous,
    /// The holder of a token or an account.
    Holder {
        /// Which token or account.
        credential: Credential,
        /// The role of the holder.
        role: Role,
        /// The organisation of the holder; always present for contributors.
        organisation: Option<Slug>,
        /// The organisations below it, on every level, at this moment
        /// ([`Vocabularies::subordinates`](crate::domain::vocabulary::Vocabularies::subordinates)).
        subordinates: Arc<[Slug]>,
        /// The permissions of the role that a token was narrowed to; none: all of them.
        narrowed_to: Option<Permissions>,
    },
    /// The archive itself: jobs and maintenance.
    System,
}

impl Actor {
    /// The organisation the actor acts for.
    pub fn organisation(&self) -> Option<&Slug> {
        match self {
            Self::Holder { organisation, .. } => organisation.as_ref(),
            Self::Anonymous | Self::System => None,
        }
    }

    /// What the actor decides at this moment.
    pub fn decision(&self, at: Timestamp) -> Decision {
        let (by, role) = match self {
            Self::Holder {
                credential, role, ..
            } => (Some(credential.clone()), Some(*role)),
            Self::Anonymous | Self::System => (None, None),
        };
        Decision {
            by,
            role,
            organisation: self.organisation().cloned(),
            at,
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
}

/// How an actor is written into events: `editor:4f9a2c`, `anonymous`, `system`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::System => f.write_str("system"),
            Self::Holder {
                credential, role, ..
            } => write!(f, "{}:{credential}", role.name()),
        }
    }
}
