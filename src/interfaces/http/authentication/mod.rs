//! Who calls: looked up once for each request, before anything else of it is read.
//!
//! A request with an invalid token is refused here whatever else is wrong with it, and `guard` finds the actor
//! without waiting, so that it decides before the other extractors of a handler. What may run is counted for
//! the token, or for the network of the caller (`services::search::admission`).

pub mod session_cookie;

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};

use super::BaseAddress;
use super::client_address::TrustedProxies;
use super::extract::guard;
use super::problem::Problem;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::access::rate_limit::RateLimitStatus;
use crate::domain::network::network_of;
use crate::services::accounts::{AccountsError, Network};
use crate::services::search::Search;
use crate::services::search::admission::requester::Requester;

/// What each caller may use, and what is left of it (draft-ietf-httpapi-ratelimit-headers).
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Where a program in a browser signs in. It needs no token: its cookie may be of an ended session, or of another account,
/// and does not count.
const SIGN_IN_PATHS: [&str; 3] = [
    "/api/v1/session",
    "/api/v1/session/passkey",
    "/api/v1/session/passkey/ceremonies",
];

/// The name of the policy of each caller.
const POLICY: &str = "processor-time";

/// The policy of the body of the caller, if that has a quota of requests.
const BODY_POLICY: &str = "body-requests";

/// Who the request is counted for. Answers to handlers that extract it tell the caller its budget.
#[derive(Debug, Clone)]
pub struct Counted(pub Requester);

/// Marks a request whose answer tells the budget.
struct IsCounted;

impl FromRequest for Counted {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let requester = request.extensions().get::<Requester>().cloned();
        request.extensions_mut().insert(IsCounted);
        let requester = requester.ok_or_else(|| Problem::internal("the caller was not looked up"));
        ready(requester.map(Self))
    }
}

/// Looks up the caller and tells it its budget.
///
/// # Errors
/// Those of the handlers below.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Its bearer token is a setting, not one of the archive.
    let actor = if request.path() == "/metrics" {
        Ok(Actor::Anonymous)
    } else if request.headers().contains_key(header::AUTHORIZATION) {
        guard::authenticate(request.request()).await
    } else {
        actor_of_browser(&request).await
    };
    let actor = match actor {
        Ok(actor) => actor,
        Err(problem) => return Ok(request.error_response(problem)),
    };
    let body_requests = match count_request(&request, &actor) {
        Ok(left) => left,
        Err(left) => return Ok(refuse(request, left)),
    };
    let address = client_address(&request);
    let requester = requester(&actor, address);
    let admission = request.app_data::<web::Data<Search>>().cloned();
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(requester.clone());
    request
        .extensions_mut()
        .insert(CallerNetwork(address.map(network_of)));
    let mut response = next.call(request).await?.map_into_boxed_body();
    let is_counted = response.request().extensions().get::<IsCounted>().is_some();
    if let Some(search) = admission.filter(|_| is_counted) {
        insert_search_limit(response.headers_mut(), &search, &requester);
    }
    if let Some(left) = body_requests {
        insert_request_limit(response.headers_mut(), left);
    }
    if response.request().path().starts_with("/api/") {
        vary_by_caller(response.headers_mut());
    }
    Ok(response)
}

/// The actor of a session cookie; anonymous without a valid one, so that an ended session does not keep anybody
/// from what is public.
///
/// # Errors
/// [`Problem::CrossSite`] for a change that a page of another site may have sent; the catalogue fails.
async fn actor_of_browser(request: &ServiceRequest) -> Result<Actor, Problem> {
    let (Some(base), Some(archive)) = (
        request.app_data::<web::Data<BaseAddress>>(),
        request.app_data::<web::Data<Archive>>(),
    ) else {
        return Err(Problem::internal(
            "the server was started without an archive",
        ));
    };
    session_cookie::check_origin(request, base)?;
    let Some(cookie) = session_cookie::read(request, base) else {
        return Ok(Actor::Anonymous);
    };
    let session = match archive.accounts.sessions.find(&cookie.0).await {
        Err(AccountsError::NotValid) => return Ok(Actor::Anonymous),
        found => found?,
    };
    let is_change = !session_cookie::is_safe(request.method());
    let is_form = is_change && !request.path().starts_with("/api/");
    let signs_in = request.method() == Method::POST && SIGN_IN_PATHS.contains(&request.path());
    if is_change && !is_form && !signs_in {
        session_cookie::check_token(request.headers(), &cookie.0)?;
    }
    // The token of a form is in its body: until its handler has read that, nobody is known to have sent it.
    let actor = if is_form {
        Actor::Anonymous
    } else {
        session.actor.clone()
    };
    request.extensions_mut().insert(session);
    request.extensions_mut().insert(cookie);
    Ok(actor)
}

/// The network of the caller, for counting failures to sign in.
#[derive(Debug, Clone, Copy)]
pub struct CallerNetwork(pub Network);

impl FromRequest for CallerNetwork {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let network = request.extensions().get::<Self>().copied();
        ready(network.ok_or_else(|| Problem::internal("the caller was not looked up")))
    }
}

/// What the caller may see decides every answer of the API.
fn vary_by_caller(headers: &mut HeaderMap) {
    for wanted in ["Authorization", "Cookie"] {
        let mut names = headers
            .get_all(header::VARY)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        if !names.any(|name| name.trim().eq_ignore_ascii_case(wanted)) {
            headers.append(header::VARY, HeaderValue::from_static(wanted));
        }
    }
}

/// Counts the request for the body of the caller, if that has a quota of requests.
fn count_request(
    request: &ServiceRequest,
    actor: &Actor,
) -> Result<Option<RateLimitStatus>, RateLimitStatus> {
    match (
        request.app_data::<web::Data<Archive>>(),
        actor.organisation(),
    ) {
        (Some(archive), Some(body)) => archive.quotas.take_request(body, archive.clock.now()),
        _ => Ok(None),
    }
}

fn refuse(request: ServiceRequest, status: RateLimitStatus) -> ServiceResponse<BoxBody> {
    let mut response = request.error_response(Problem::TooManyRequests {
        retry_after_seconds: status.seconds,
    });
    insert_request_limit(response.headers_mut(), status);
    response
}

/// The second policy stands beside the budget of the caller.
fn insert_request_limit(headers: &mut HeaderMap, status: RateLimitStatus) {
    let policy = format!("\"{BODY_POLICY}\";q={};w=60", status.limit);
    let limit = format!("\"{BODY_POLICY}\";r={};t={}", status.left, status.seconds);
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, limit)] {
        let first = headers.get(&name).and_then(|value| value.to_str().ok());
        let all = first.map_or_else(|| value.clone(), |first| format!("{first}, {value}"));
        if let Ok(all) = HeaderValue::from_str(&all) {
            headers.insert(name, all);
        }
    }
}

fn requester(actor: &Actor, address: Option<IpAddr>) -> Requester {
    match actor {
        Actor::System => Requester::Unlimited,
        Actor::Holder { credential, .. } => Requester::Holder(credential.clone()),
        Actor::Anonymous => address.map_or(Requester::Unlimited, Requester::of_address),
    }
}

fn client_address(request: &ServiceRequest) -> Option<IpAddr> {
    let proxies = request.app_data::<web::Data<TrustedProxies>>()?;
    proxies.client_of(request)
}

fn insert_search_limit(headers: &mut HeaderMap, search: &Search, requester: &Requester) {
    let Some(left) = search.admission().remaining(requester) else {
        return;
    };
    let budget = search.admission().budget();
    let quota = budget.full_seconds() as u64;
    let window = budget.window.as_secs();
    // Whole seconds: a finer number would tell what one request cost.
    let policy = format!("\"{POLICY}\";q={quota};w={window};qu=\"processor-seconds\"");
    let limit = format!("\"{POLICY}\";r={};t={}", left.seconds, left.full_in_seconds);
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, limit)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}
