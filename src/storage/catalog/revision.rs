//! What is known of a revision of a work without reading the work.

use super::EventKind;
use crate::domain::Timestamp;
use crate::domain::asset::Revision;

/// One change of a work: which revision it made, who made it, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionEntry {
    /// The revision that it made.
    pub revision: Revision,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// The actor, as written into events.
    pub by: String,
    /// Why, in the words of the actor.
    pub reason: Option<String>,
}
