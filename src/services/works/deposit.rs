//! A work as a caller deposits it.

use crate::domain::asset::{RelationTarget, RelationType, Work};

/// The description of a work whose relations are not resolved yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deposit {
    /// The description, without relations.
    pub work: Work,
    /// The relations as requested.
    pub relations: Vec<RequestedRelation>,
}

/// A relation whose target is still to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRelation {
    /// What the work is to the target.
    pub kind: RelationType,
    /// An id or an identifier.
    pub target: RelationTarget,
}
