//! Actors and their permissions.
//!
//! [`policy`] is the only place that decides who sees a work: page, file, thumbnail, snippet, facet count,
//! suggestion, feed and harvest all use it. Its rules are a table: [`policy::table`]. Tokens belong to
//! machines and accounts to posts; the archive has no records of persons. [`rate_limit`] says how often something may be done.

pub mod actor;
pub mod policy;
pub mod rate_limit;

pub use crate::domain::credential::{AccountId, Credential, TokenId};
pub use crate::domain::role::{Permission, Permissions, Role};
pub use actor::Actor;
pub use policy::table::Operation;
