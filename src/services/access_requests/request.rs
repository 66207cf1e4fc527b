//! A request for access as it is shown.

use super::record::RequestState;
use crate::domain::{Timestamp, WorkDate};

/// A request for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRequest {
    /// Its id.
    pub id: String,
    /// Station or partner.
    pub role: String,
    /// The body, as it calls itself.
    pub body: String,
    /// What the access is for.
    pub purpose: String,
    /// The address of the office; none once it was forgotten.
    pub contact: Option<String>,
    /// Where it is.
    pub state: RequestState,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Timestamp>,
    /// Working days since it was received, until the decision.
    pub working_days: u32,
    /// The last day for the decision.
    pub due_on: WorkDate,
    /// Whether it waits longer than it should.
    pub is_overdue: bool,
    /// Whether the asker has fetched the token.
    pub is_handed_over: bool,
    /// Until when the one-time link can be used, when it was granted.
    pub link_expires_at: Option<Timestamp>,
}
