//! What holds for every answer: a request id, safe headers, problem documents for everything
//! that failed (also inside the framework), one log span, metrics, and a contained panic.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_util::FutureExt;
use tracing::Instrument;

use super::counted::Counted;
use super::document::{self, Occasion, ProblemDocument};
use super::problem::Problem;
use super::{BaseAddress, counted};
use crate::interfaces::messages::Language;
use crate::telemetry::Metrics;

/// The header that carries the request id both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What answers say about whoever asked and what for. Handlers get it as `ReqData<Caller>`.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The language to speak in.
    pub language: Language,
    /// The id of the request, for logs and problems.
    pub request_id: String,
    path: String,
    base: String,
}

/// What must be known about a request after the framework has consumed it.
struct Asked {
    caller: Caller,
    method: String,
    begun: Instant,
}

/// The outermost middleware.
///
/// # Errors
/// Only for a panic below; the error carries its finished answer.
pub async fn frame(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = Asked::of(&request);
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    if let Some(metrics) = &metrics {
        counted::count_received(&mut request, metrics);
    }
    let span =
        tracing::info_span!("request", id = %asked.caller.request_id, method = %asked.method);
    let answer = async {
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => Ok(asked.finish(response.map_into_boxed_body())),
            Ok(Err(error)) => Err(asked.carried(problem_of(&error).get())),
            Err(_) => Err(asked.carried(&Problem::internal("a handler panicked"))),
        }
    }
    .instrument(span)
    .await;
    match metrics {
        Some(metrics) => asked.measured(answer, &metrics),
        None => answer,
    }
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE);
        let base = request.app_data::<web::Data<BaseAddress>>();
        let caller = Caller {
            language: Language::preferred(accepted.and_then(|v| v.to_str().ok()).unwrap_or("")),
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
            begun: Instant::now(),
        }
    }

    /// Counts an answer, and its bytes while they are sent.
    fn measured(
        &self,
        answer: Result<ServiceResponse<BoxBody>, Error>,
        metrics: &Metrics,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let (route, status) = match &answer {
            Ok(response) => (response.request().match_pattern(), response.status()),
            Err(error) => (None, error.as_response_error().status_code()),
        };
        let route = route.as_deref().unwrap_or("unmatched");
        metrics.answered(route, &self.method, status.as_u16(), self.begun.elapsed());
        answer.map(|response| {
            response.map_body(|_, body| Counted::new(body, metrics.sent_bytes.clone()).boxed())
        })
    }

    /// Turns failures into documents and puts the headers of every answer on.
    fn finish(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let failure = match response.response().error() {
            Some(error) => Some(self.written(problem_of(error).get())),
            None if is_bare_failure(&response) => {
                Some(self.written(&Problem::of_status(response.status())))
            }
            None => None,
        };
        let mut response = match failure {
            None => response,
            Some((status, document)) => {
                let (request, mut response) = response.into_parts();
                response.head_mut().status = status;
                self.put_document_headers(response.headers_mut());
                ServiceResponse::new(request, response.set_body(BoxBody::new(document)))
            }
        };
        self.put_headers(response.headers_mut());
        response
    }

    /// The finished answer inside an error, for failures that have lost their request.
    fn carried(&self, problem: &Problem) -> Error {
        let (status, document) = self.written(problem);
        let mut response = HttpResponse::build(status).finish();
        self.put_document_headers(response.headers_mut());
        self.put_headers(response.headers_mut());
        let response = response.set_body(BoxBody::new(document));
        InternalError::from_response("answered", response).into()
    }

    fn written(&self, problem: &Problem) -> (StatusCode, Vec<u8>) {
        let document = self.caller.document(problem);
        let document = serde_json::to_vec(&document).unwrap_or_default();
        (problem.status(), document)
    }

    fn put_document_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            (header::CONTENT_TYPE, document::MEDIA_TYPE),
            (header::CONTENT_LANGUAGE, self.caller.language.tag()),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
    }

    fn put_headers(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.caller.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        for (name, value) in [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
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
        let is_identity = |encoding: &HeaderValue| encoding == "identity";
        if headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(is_identity)
        {
            headers.remove(header::CONTENT_ENCODING);
        }
    }
}

impl Caller {
    /// Writes a problem down in the caller's language. Faults of the archive are logged.
    pub fn document(&self, problem: &Problem) -> ProblemDocument {
        log_fault(problem);
        let occasion = Occasion {
            language: self.language,
            request_id: &self.request_id,
            path: &self.path,
            base: &self.base,
        };
        ProblemDocument::new(problem, &occasion)
    }
}

/// The caller's id when it is short and plain, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let is_sane = |id: &&str| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(is_sane)
        .map_or_else(crate::clock::new_request_id, str::to_owned)
}

/// A problem found in an error of the framework, or made from it.
enum Found<'a> {
    Ours(&'a Problem),
    Made(Problem),
}

impl Found<'_> {
    const fn get(&self) -> &Problem {
        match self {
            Self::Ours(problem) => problem,
            Self::Made(problem) => problem,
        }
    }
}

fn problem_of(error: &Error) -> Found<'_> {
    error.as_error::<Problem>().map_or_else(
        || Found::Made(Problem::of_status(error.as_response_error().status_code())),
        Found::Ours,
    )
}

/// A failure that nobody wrote a document for.
fn is_bare_failure(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind != document::MEDIA_TYPE)
}

/// Faults of the archive are logged once, here, with the whole chain of causes.
fn log_fault(problem: &Problem) {
    let mut causes = String::new();
    let mut cause = std::error::Error::source(problem);
    while let Some(error) = cause {
        if !causes.is_empty() {
            causes.push_str(": ");
        }
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    match problem {
        Problem::Internal(_) => tracing::error!(%causes, "a request failed inside the archive"),
        Problem::StorageFull(_) => tracing::error!(%causes, "the storage is full"),
        Problem::Unavailable(_) => tracing::warn!(%causes, "a request could not be served"),
        _ => {}
    }
}
