//! Applies to every response: request id, safe headers, problems for all failures (also those of the
//! framework), one log span, metrics, and caught panics.
//!
//! A failure is a problem document for programs and a page for browsers ([`negotiation`]).

mod byte_count;
mod caller;
pub mod compression;
mod cors;
mod negotiation;

pub use caller::Caller;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_util::FutureExt;
use tracing::Instrument;

use self::byte_count::{CountedBody, count_received};
use self::negotiation::ProblemForm;
use super::BaseAddress;
use super::described_parameters::AllowedValues;
use super::extract::precondition::gzip_etag;
use super::problem::document::ProblemDocument;
use super::problem::{Problem, document, html};
use crate::interfaces::messages::Language;
use crate::telemetry::Metrics;

/// The header that carries the request id both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest path and query of an address, in bytes: what a handler does with a query before the
/// blocking pool takes over must be short.
const MAX_ADDRESS_BYTES: usize = 16 * 1024;

/// How pages for people are written, where there are some.
#[derive(Clone, Copy)]
pub struct Pages {
    /// The page of a failure.
    pub error: fn(&ProblemDocument, Language) -> String,
    /// The page of a one-time link.
    pub account_link: fn(LinkStep, Language) -> String,
    /// The language of the page at a path; `None` where no page is.
    pub language: fn(&str) -> Option<Language>,
}

/// How far the holder of a one-time link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStep {
    /// Chooses a password.
    Choosing,
    /// Has chosen one.
    Chosen,
}

/// What pages may load and do: only what comes from this archive, nothing inline.
pub const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The same for pages that are made to stand within pages of other sites. Nothing is sent from there.
pub const EMBEDDED_PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    media-src 'self'; form-action 'none'; frame-ancestors *; base-uri 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// What is needed of a request after the framework has consumed it.
struct RequestContext {
    caller: Caller,
    method: String,
    started: Instant,
    form: ProblemForm,
    pages: Option<Pages>,
}

/// The outermost middleware.
///
/// # Errors
/// Only for failures that lost their request; the error carries the finished response.
pub async fn frame(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let context = RequestContext::of(&request);
    if let Some(response) = cors::preflight_response(&request) {
        return Ok(context.finish(request.into_response(response)));
    }
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    if let Some(metrics) = &metrics {
        count_received(&mut request, metrics);
    }
    let span =
        tracing::info_span!("request", id = %context.caller.request_id, method = %context.method);
    let is_too_long = request.path().len() + request.query_string().len() > MAX_ADDRESS_BYTES;
    let result = async {
        if is_too_long {
            return Err(context.error_response(&Problem::AddressTooLong {
                limit_bytes: MAX_ADDRESS_BYTES as u64,
            }));
        }
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => Ok(context.finish(response.map_into_boxed_body())),
            Ok(Err(error)) => Err(context.error_response(problem_of(&error).get())),
            Err(_) => Err(context.error_response(&Problem::internal("a handler panicked"))),
        }
    }
    .instrument(span)
    .await;
    match metrics {
        Some(metrics) => context.measure(result, &metrics),
        None => result,
    }
}

impl RequestContext {
    fn of(request: &ServiceRequest) -> Self {
        let accept_language = request.headers().get(header::ACCEPT_LANGUAGE);
        let base = request.app_data::<web::Data<BaseAddress>>();
        let pages = request.app_data::<web::Data<Pages>>().map(|pages| ***pages);
        let of_page = pages.and_then(|pages| (pages.language)(request.path()));
        let accepted = accept_language.and_then(|v| v.to_str().ok()).unwrap_or("");
        let caller = Caller {
            language: of_page.unwrap_or_else(|| Language::preferred(accepted)),
            request_id: request_id(request.headers()),
            path: request.path().to_owned(),
            base: base
                .map(|base| base.as_str().to_owned())
                .unwrap_or_default(),
        };
        request.extensions_mut().insert(caller.clone());
        Self {
            caller,
            method: request.method().to_string(),
            started: Instant::now(),
            form: ProblemForm::accepted_by(request),
            pages,
        }
    }

    /// Counts a response, and its bytes while they are sent.
    fn measure(
        &self,
        result: Result<ServiceResponse<BoxBody>, Error>,
        metrics: &Metrics,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let (route, status) = match &result {
            Ok(response) => (response.request().match_pattern(), response.status()),
            Err(error) => (None, error.as_response_error().status_code()),
        };
        let route = route.as_deref().unwrap_or("unmatched");
        metrics.count_response(route, &self.method, status.as_u16(), self.started.elapsed());
        result.map(|response| {
            response.map_body(|_, body| CountedBody::new(body, metrics.sent_bytes.clone()).boxed())
        })
    }

    /// Writes failures as problems and sets the headers of every response.
    fn finish(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let failure = match response.response().error() {
            Some(error) => {
                let extensions = response.request().extensions();
                let allowed = extensions.get::<AllowedValues>();
                Some(self.problem_body(problem_of(error).get(), allowed))
            }
            None if is_bare_failure(&response) => {
                Some(self.problem_body(&Problem::of_status(response.status()), None))
            }
            None => None,
        };
        let mut response = match failure {
            None => response,
            Some((status, body)) => {
                let (request, mut response) = response.into_parts();
                response.head_mut().status = status;
                self.set_problem_headers(response.headers_mut());
                ServiceResponse::new(request, response.set_body(BoxBody::new(body)))
            }
        };
        self.set_headers(response.headers_mut());
        response
    }

    /// The finished response inside an error, for failures that lost their request.
    fn error_response(&self, problem: &Problem) -> Error {
        let (status, body) = self.problem_body(problem, None);
        let mut response = HttpResponse::build(status)
            .finish()
            .set_body(BoxBody::new(body));
        self.set_problem_headers(response.headers_mut());
        self.set_headers(response.headers_mut());
        InternalError::from_response("the request failed", response).into()
    }

    fn problem_body(
        &self,
        problem: &Problem,
        allowed: Option<&AllowedValues>,
    ) -> (StatusCode, Vec<u8>) {
        let mut document = self.caller.document(problem);
        if let Problem::InvalidParameter { name } = problem
            && let Some(values) = allowed.and_then(|allowed| allowed.of(name))
        {
            document.allow(values, self.caller.language);
        }
        let body = match self.form {
            ProblemForm::Json => serde_json::to_vec(&document).unwrap_or_default(),
            ProblemForm::Html => self.error_page(&document).into_bytes(),
        };
        (problem.status(), body)
    }

    fn error_page(&self, document: &ProblemDocument) -> String {
        let page = self
            .pages
            .map_or(html::page as fn(_, _) -> _, |pages| pages.error);
        page(document, self.caller.language)
    }

    fn set_problem_headers(&self, headers: &mut HeaderMap) {
        let policy = (header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        let policy = (self.form == ProblemForm::Html).then_some(policy);
        for (name, value) in policy.into_iter().chain([
            (header::CONTENT_TYPE, self.form.media_type()),
            (header::CONTENT_LANGUAGE, self.caller.language.tag()),
            (header::CACHE_CONTROL, "no-store"),
        ]) {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.append(
            header::VARY,
            HeaderValue::from_static("Accept, Accept-Language"),
        );
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
    }

    fn set_headers(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.caller.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        for (name, value) in [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, referrer_policy(headers)),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (header::CACHE_CONTROL, "no-cache"),
        ] {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        cors::allow_reads(&self.method, headers);
        name_coding_in_etag(headers);
        let is_identity = |encoding: &HeaderValue| encoding == "identity";
        if headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(is_identity)
        {
            headers.remove(header::CONTENT_ENCODING);
        }
    }
}

/// Browsers send `Origin: null` with the forms of a page that has no referrer, so pages have one on this site.
fn referrer_policy(headers: &HeaderMap) -> &'static str {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == html::MEDIA_TYPE) {
        "same-origin"
    } else {
        "no-referrer"
    }
}

/// Appends the coding to a strong entity tag: the compressed bytes are another representation.
fn name_coding_in_etag(headers: &mut HeaderMap) {
    let is_gzip = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding == "gzip");
    let etag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let etag = etag.and_then(|tag| tag.parse::<EntityTag>().ok());
    if let Some(etag) = etag.filter(|etag| is_gzip && !etag.weak)
        && let Ok(value) = HeaderValue::from_str(&gzip_etag(&etag).to_string())
    {
        headers.insert(header::ETAG, value);
    }
}

/// The request id of the caller when it is short and plain, otherwise a new one.
fn request_id(headers: &HeaderMap) -> String {
    let is_valid = |id: &&str| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(is_valid)
        .map_or_else(crate::clock::new_request_id, str::to_owned)
}

/// The problem inside an error of the framework, or one made from its status.
enum ErrorProblem<'a> {
    Inside(&'a Problem),
    FromStatus(Problem),
}

impl ErrorProblem<'_> {
    const fn get(&self) -> &Problem {
        match self {
            Self::Inside(problem) => problem,
            Self::FromStatus(problem) => problem,
        }
    }
}

fn problem_of(error: &Error) -> ErrorProblem<'_> {
    error.as_error::<Problem>().map_or_else(
        || ErrorProblem::FromStatus(Problem::of_status(error.as_response_error().status_code())),
        ErrorProblem::Inside,
    )
}

/// Marks, as an extension of the response, a failure whose body is not to be replaced by a problem
/// document: `/readyz` tells its readers what is wrong in the form they know.
#[derive(Debug, Clone, Copy)]
pub struct KeepBody;

/// A failure without a problem document.
fn is_bare_failure(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && !response.response().extensions().contains::<KeepBody>()
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind != document::MEDIA_TYPE)
}
