//! What responses need to know about the caller.

use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::{ProblemContext, ProblemDocument};
use crate::interfaces::messages::Language;
use crate::telemetry::error_chain;

/// The caller of a request. Handlers extract it as `ReqData<Caller>`.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The preferred language.
    pub language: Language,
    /// The id of the request, for logs and problems.
    pub request_id: String,
    pub(super) path: String,
    pub(super) base: String,
}

impl Caller {
    /// The document of a problem in the language of the caller. Internal errors are logged.
    pub fn document(&self, problem: &Problem) -> ProblemDocument {
        log_internal(problem);
        let context = ProblemContext {
            language: self.language,
            request_id: &self.request_id,
            path: &self.path,
            base: &self.base,
        };
        ProblemDocument::new(problem, &context)
    }
}

/// Internal errors are logged once, here, with all their causes.
fn log_internal(problem: &Problem) {
    let causes = std::error::Error::source(problem)
        .map(error_chain)
        .unwrap_or_default();
    match problem {
        Problem::Internal(_) => tracing::error!(%causes, "a request failed inside the archive"),
        Problem::StorageFull(_) => tracing::error!(%causes, "the storage is full"),
        Problem::Unavailable(_) => tracing::warn!(%causes, "a request could not be served"),
        _ => {}
    }
}
