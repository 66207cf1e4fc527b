//! Requests for access as they are sent and shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::interfaces::http::schemas;
use crate::services::access_requests::AccessRequest;

/// A request for access.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub(super) struct NewAccessRequestBody {
    /// What is asked for.
    #[schema(value_type = schemas::RequestedRole, inline)]
    role: String,
    /// The body that asks, as it calls itself.
    #[schema(max_length = 200)]
    body: String,
    /// What the access is for, in one paragraph.
    #[schema(max_length = 2000)]
    purpose: String,
    /// The address of the office to answer to. It is forgotten some time after the decision.
    #[schema(max_length = 200)]
    contact: String,
}

/// A one-time link.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub(super) struct HandoverBody {
    /// The secret of the link.
    link: String,
}

/// A request for access and where it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccessRequestView {
    /// Its id.
    id: String,
    /// What is asked for.
    #[schema(value_type = schemas::RequestedRole, inline)]
    role: String,
    /// The body that asks, as it calls itself.
    body: String,
    /// What the access is for.
    purpose: String,
    /// The address of the office; absent once it was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    /// Where it is.
    #[schema(value_type = schemas::AccessRequestStateName, inline)]
    state: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When it was received.
    #[schema(format = DateTime)]
    received_at: String,
    /// When it was decided or withdrawn.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<String>,
    /// Working days since it was received, until the decision.
    working_days: u32,
    /// The last day for the decision.
    #[schema(format = Date)]
    due_on: String,
    /// Whether it waits longer than it should.
    is_overdue: bool,
    /// Whether the asker has fetched the token.
    is_handed_over: bool,
    /// Until when the one-time link can be used.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    link_expires_at: Option<String>,
}

/// A request that was taken in. The receipt code is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccessRequested {
    /// The request.
    pub(super) request: AccessRequestView,
    /// With this code, in the header `Access-Receipt`, the asker reads the state and withdraws the request.
    pub(super) receipt: String,
}

/// A decided request. The link is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccessDecided {
    /// The request.
    pub(super) request: AccessRequestView,
    /// Granted: the secret with which the asker fetches its token once (`POST /api/v1/access-handovers`), within three days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<String>,
}

/// All requests for access.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccessRequestList {
    /// Overdue ones first, then the other open ones, then the decided ones; of each the oldest first.
    pub(super) items: Vec<AccessRequestView>,
}

impl From<AccessRequest> for AccessRequestView {
    fn from(request: AccessRequest) -> Self {
        Self {
            id: request.id,
            role: request.role,
            body: request.body,
            purpose: request.purpose,
            contact: request.contact,
            state: request.state.name(),
            reason: request.reason,
            received_at: request.received_at.to_string(),
            decided_at: request.decided_at.map(|at| at.to_string()),
            working_days: request.working_days,
            due_on: request.due_on.to_string(),
            is_overdue: request.is_overdue,
            is_handed_over: request.is_handed_over,
            link_expires_at: request.link_expires_at.map(|at| at.to_string()),
        }
    }
}
