//! `/api/v1/access-requests`: stations and partners ask for access, administrators decide.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::access::Permission;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed, Read};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::http::schemas;
use crate::interfaces::http::tokens::{TokenMade, shown_once};
use crate::services::access_requests::{AccessRequest, Grant, NewAccessRequest};

/// Carries the receipt code of the asker.
const RECEIPT: &str = "Access-Receipt";
const NOT_A_DECISION: Rule = Rule::NotOneOf {
    allowed: &["granted", "refused"],
};

/// A request for access.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewAccessRequestBody {
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

/// What an administrator decides.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct AccessDecisionBody {
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

/// A one-time link.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct HandoverBody {
    /// The secret of the link.
    link: String,
}

/// A request for access and where it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessRequestView {
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
pub struct AccessRequested {
    /// The request.
    request: AccessRequestView,
    /// With this code, in the header `Access-Receipt`, the asker reads the state and withdraws the request.
    receipt: String,
}

/// A decided request. The link is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessDecided {
    /// The request.
    request: AccessRequestView,
    /// Granted: the secret with which the asker fetches its token once (`POST /api/v1/access-handovers`), within three days.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// All requests for access.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessRequestList {
    /// Overdue ones first, then the other open ones, then the decided ones; of each the oldest first.
    items: Vec<AccessRequestView>,
}

/// Takes a request for access in.
#[utoipa::path(
    post, path = "/api/v1/access-requests", operation_id = "requestAccess", tag = "organisations",
    summary = "Ask for access as a station or partner system",
    description = "Anybody may ask; five times from one network, and once more every hour. It is decided within two working days.",
    request_body = NewAccessRequestBody,
    responses(
        (status = 201, description = "The request and the receipt code.", body = AccessRequested),
        (status = 403, description = "A page of another site may have sent it.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn submit(
    archive: web::Data<Archive>,
    network: CallerNetwork,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["role", "body", "purpose", "contact"]);
    let wanted = NewAccessRequest {
        role: fields.required_role("role"),
        body: fields.required("body"),
        purpose: fields.required("purpose"),
        contact: fields.required("contact"),
    };
    let wanted = fields.finish(wanted)?;
    let (receipt, request) = archive.access_requests.submit(wanted, network.0).await?;
    Ok(no_store::json(
        &mut HttpResponse::Created(),
        AccessRequested {
            request: request.into(),
            receipt: receipt.reveal().to_owned(),
        },
    ))
}

/// Lists the requests for access.
#[utoipa::path(
    get, path = "/api/v1/access-requests", operation_id = "listAccessRequests", tag = "organisations",
    summary = "List the requests for access, overdue ones first",
    responses((status = 200, description = "All requests.", body = AccessRequestList)),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let found = archive.access_requests.list(&actor).await?;
    let items = found.into_iter().map(AccessRequestView::from).collect();
    Ok(no_store::ok(AccessRequestList { items }))
}

/// Returns a request for access.
#[utoipa::path(
    get, path = "/api/v1/access-requests/{id}", operation_id = "readAccessRequest", tag = "organisations",
    summary = "Read a request for access",
    description = "For administrators, and for who has its receipt code.",
    params(
        ("id" = String, Path, description = "Its id."),
        ("Access-Receipt" = Option<String>, Header, description = "The receipt code of the asker.")
    ),
    responses((status = 200, description = "The request.", body = AccessRequestView)),
    security((), ("token" = []))
)]
pub async fn read(
    actor: Allowed<Read>,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let requests = &archive.access_requests;
    let found = match receipt_of(&request) {
        Some(receipt) => requests.read_with_receipt(&id, receipt).await?,
        None if actor.may(Permission::Administer) => requests.read(&actor, &id).await?,
        // Without the code nobody learns whether there is such a request.
        None => return Err(Problem::NotFound),
    };
    Ok(no_store::ok(AccessRequestView::from(found)))
}

/// Withdraws a request for access.
#[utoipa::path(
    delete, path = "/api/v1/access-requests/{id}", operation_id = "withdrawAccessRequest", tag = "organisations",
    summary = "Withdraw your request for access",
    params(
        ("id" = String, Path, description = "Its id."),
        ("Access-Receipt" = String, Header, description = "The receipt code of the asker.")
    ),
    responses(
        (status = 204, description = "It is withdrawn."),
        (status = 403, description = "A page of another site may have sent it.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It was decided or withdrawn already.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn withdraw(
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let receipt = receipt_of(&request).ok_or(Problem::NotFound)?;
    archive.access_requests.withdraw(&id, receipt).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a request into review.
#[utoipa::path(
    put, path = "/api/v1/access-requests/{id}/review", operation_id = "reviewAccessRequest", tag = "organisations",
    summary = "Say that somebody looks into a request",
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The request.", body = AccessRequestView),
        (status = 409, description = "It was decided or withdrawn already.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn review(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let found = archive.access_requests.review(&actor, &id).await?;
    Ok(no_store::ok(AccessRequestView::from(found)))
}

/// Grants or refuses a request.
#[utoipa::path(
    put, path = "/api/v1/access-requests/{id}/decision", operation_id = "decideAccessRequest", tag = "organisations",
    summary = "Grant or refuse a request for access",
    description = "A grant gives a one-time link. Hand it over to the office that asks: the token is made when the link is used.",
    params(("id" = String, Path, description = "Its id.")),
    request_body = AccessDecisionBody,
    responses(
        (status = 200, description = "The request and, when it is granted, the link.", body = AccessDecided),
        (status = 409, description = "It was decided or withdrawn already.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn decide(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let requests = &archive.access_requests;
    let decided = match parse_decision(&body.value)? {
        Decision::Refused { reason } => AccessDecided {
            request: requests.refuse(&actor, &id, &reason).await?.into(),
            link: None,
        },
        Decision::Granted(grant) => {
            let (link, request) = requests.grant(&actor, &id, grant).await?;
            AccessDecided {
                request: request.into(),
                link: Some(link.reveal().to_owned()),
            }
        }
    };
    Ok(no_store::ok(decided))
}

/// Renews the one-time link of a granted request.
#[utoipa::path(
    post, path = "/api/v1/access-requests/{id}/link", operation_id = "renewAccessLink", tag = "organisations",
    summary = "Make a new one-time link for a granted request",
    description = "The link before is not valid any more.",
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The request and the link.", body = AccessDecided),
        (status = 409, description = "It is not granted, or its token was fetched.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn renew_link(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let (link, request) = archive.access_requests.renew_link(&actor, &id).await?;
    Ok(no_store::ok(AccessDecided {
        request: request.into(),
        link: Some(link.reveal().to_owned()),
    }))
}

/// Hands the token of a granted request over.
#[utoipa::path(
    post, path = "/api/v1/access-handovers", operation_id = "fetchToken", tag = "organisations",
    summary = "Fetch your token with the one-time link",
    request_body = HandoverBody,
    responses(
        (status = 201, description = "The token; its secret is not shown again.", body = TokenMade),
        (status = 403, description = "A page of another site may have sent it.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The link was used, replaced, or has expired.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn hand_over(
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["link"]);
    let link = fields.required("link");
    let link = fields.finish(link)?;
    let (secret, record) = archive.access_requests.hand_over(&link).await?;
    Ok(shown_once(HttpResponse::Created(), record, &secret))
}

enum Decision {
    Granted(Grant),
    Refused { reason: String },
}

fn parse_decision(value: &Value) -> Result<Decision, Violations> {
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

fn receipt_of(request: &HttpRequest) -> Option<&str> {
    request.headers().get(RECEIPT)?.to_str().ok()
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
