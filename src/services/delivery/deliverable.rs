//! Bytes that may be delivered, and who may cache them.

use super::presentation::Presentation;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::storage::catalog::BlobKey;

/// Bytes that may be delivered to the requesting actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliverable {
    /// The address of the bytes; they never change, so this is also their strong validator.
    pub key: BlobKey,
    /// Length in bytes.
    pub size: u64,
    /// Media type of these bytes.
    pub media_type: String,
    /// The name for a download.
    pub file_name: String,
    /// How a browser may show them.
    pub presentation: Presentation,
    /// When the file was attached.
    pub last_modified: Timestamp,
    /// Who may cache the response.
    pub cacheability: Cacheability,
}

/// Who may cache a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cacheability {
    /// Everybody: it does not depend on the actor.
    Public,
    /// Only the requesting client.
    Private,
}

impl Cacheability {
    /// What anonymous actors get may be cached by everybody. Others may get more under the same address.
    pub(super) fn of(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Public,
            Actor::Holder { .. } | Actor::System => Self::Private,
        }
    }
}
