//! The decision on a request for access.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{Rule, Violations};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::schemas;
use crate::services::access_requests::Grant;

const NOT_A_DECISION: Rule = Rule::NotOneOf {
    allowed: &["granted", "refused"],
};

/// What an administrator decides.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub(super) struct AccessDecisionBody {
    /// The decision.
    #[schema(value_type = schemas::AccessDecision, inline)]
    decision: String,
    /// Why it is refused; the asker reads it.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Granted: the body in the vocabulary that the token is for.
    organisation: Option<String>,
    /// Granted: the permissions that the token is narrowed to.
    #[schema(value_type = Option<Vec<schemas::PermissionName>>)]
    scopes: Option<Vec<String>>,
    /// Granted: when the token expires (ISO 8601 with offset).
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// The decision.
pub(super) enum Decision {
    /// The token may be fetched.
    Granted(Grant),
    /// Nothing is given.
    Refused {
        /// Why; the asker reads it.
        reason: String,
    },
}

/// Reads the decision.
///
/// # Errors
/// Every broken rule.
pub(super) fn parse_decision(value: &Value) -> Result<Decision, Violations> {
    let known = ["decision", "reason", "organisation", "scopes", "expires_at"];
    let mut fields = Fields::new(value, &known);
    let decision = fields.required("decision");
    let is_refusal = decision == "refused";
    if !is_refusal && decision != "granted" {
        fields.refuse("decision", NOT_A_DECISION);
    }
    let reason = if is_refusal {
        fields.required("reason")
    } else {
        fields.optional("reason").unwrap_or_default()
    };
    let grant = Grant {
        organisation: fields.slug("organisation").flatten(),
        permissions: fields.permissions("scopes"),
        expires_at: fields.moment("expires_at"),
    };
    fields.finish(if is_refusal {
        Decision::Refused { reason }
    } else {
        Decision::Granted(grant)
    })
}
