//! Actors and their permissions.
//!
//! [`policy`] is the only place that decides who sees a work: page, file, thumbnail, snippet, facet count,
//! suggestion, feed and harvest all use it. Tokens belong to machines and accounts to posts; the archive has
//! no records of persons.

pub mod policy;

pub use crate::domain::credential::{AccountId, Credential, TokenId};
pub use crate::domain::role::Role;

use std::fmt;

use super::Slug;

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
    },
    /// The archive itself: jobs and maintenance.
    System,
}

/// A permission. Handlers name the required one in their signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read what policy lets this actor see.
    Read,
    /// Save searches: every token.
    KeepSearches,
    /// Deposit works and edit those of the own organisation.
    Deposit,
    /// Publish, withdraw, delete; edit works of every organisation.
    Curate,
    /// Tokens, jobs, maintenance.
    Administer,
}

impl Actor {
    /// Whether this actor has the permission at all; [`policy`] decides for which works.
    pub fn may(&self, permission: Permission) -> bool {
        let role = match self {
            Self::System => return true,
            Self::Anonymous => return permission == Permission::Read,
            Self::Holder { role, .. } => *role,
        };
        match permission {
            Permission::Read | Permission::KeepSearches => true,
            Permission::Deposit => {
                matches!(role, Role::Admin | Role::Editor | Role::Contributor)
            }
            Permission::Curate => matches!(role, Role::Admin | Role::Editor),
            Permission::Administer => role == Role::Admin,
        }
    }

    /// The organisation the actor acts for.
    pub fn organisation(&self) -> Option<&Slug> {
        match self {
            Self::Holder { organisation, .. } => organisation.as_ref(),
            Self::Anonymous | Self::System => None,
        }
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
