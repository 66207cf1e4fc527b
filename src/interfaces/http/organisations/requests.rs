//! `/api/v1/access-requests`: stations and partners ask for access, administrators decide.

use actix_web::{HttpRequest, HttpResponse, web};

use super::request_decision::{AccessDecisionBody, Decision, parse_decision};
use super::request_view::{
    AccessDecided, AccessRequestList, AccessRequestView, AccessRequested, HandoverBody,
    NewAccessRequestBody,
};
use crate::app::Archive;
use crate::domain::access::Permission;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed, Read};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::http::tokens::{TokenMade, shown_once};
use crate::services::access_requests::NewAccessRequest;

/// Carries the receipt code of the asker.
const RECEIPT: &str = "Access-Receipt";

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

fn receipt_of(request: &HttpRequest) -> Option<&str> {
    request.headers().get(RECEIPT)?.to_str().ok()
}
