//! Captions as every player reads them, and what is wrong in them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::FileBytes;
use super::response::file_response;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::precondition::IfNoneMatch;
use crate::interfaces::http::extract::query::{FileHash, WorkId, path_part};
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::{Language, captions as messages};
use crate::services::delivery::Delivery;
use crate::services::media::captions::{CaptionFault, CaptionProblem, Captions};

/// What captions have, and what is wrong in them.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaptionsCheck {
    /// The number of cues that players show.
    cues: usize,
    /// When the first appears, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_ms: Option<u64>,
    /// When the last disappears, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ms: Option<u64>,
    /// The number of problems.
    problem_count: usize,
    /// The first hundred of them, in the order of their lines.
    problems: Vec<CaptionProblemView>,
}

/// A problem of captions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaptionProblem)]
pub struct CaptionProblemView {
    /// The line of the file, from 1.
    line: usize,
    /// `no-signature`, `unreadable-time`, `ends-before-start`, `out-of-order`, `no-text`, `no-time`, `damaged` or `no-cues`.
    code: &'static str,
    /// What is wrong and what comes of it, in Vietnamese.
    vi: &'static str,
    /// The same in English.
    en: &'static str,
}

/// Delivers captions as WebVTT.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/captions", operation_id = "readCaptions", tag = "files",
    summary = "Captions as WebVTT",
    description = "Of a file in WebVTT, SubRip or TTML, for those who get the file. Cues that cannot be read are left out.",
    params(WorkId, FileHash, IfNoneMatch),
    responses(
        (status = 200, description = "The captions.", body = FileBytes, content_type = "text/vtt",
         headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 304, description = "You have it already.")
    ),
    security((), ("token" = []))
)]
pub async fn captions(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let found = delivery.captions_as_webvtt(&actor, id.0, sha256).await?;
    let (deliverable, content) = found;
    let open = std::future::ready(Ok(content));
    Ok(file_response(request.method(), request.headers(), &deliverable, open).await?)
}

/// Tells what is wrong in captions.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/files/{sha256}/captions/check", operation_id = "checkCaptions", tag = "files",
    summary = "What is wrong in captions, line by line",
    params(WorkId, FileHash),
    responses((status = 200, description = "The number of cues, and the problems.", body = CaptionsCheck)),
    security((), ("token" = []))
)]
pub async fn check_captions(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    delivery: web::Data<Delivery>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let captions = delivery.captions(&actor, id.0, sha256).await?;
    Ok(no_store::ok(CaptionsCheck::from(&captions)))
}

impl From<&Captions> for CaptionsCheck {
    fn from(captions: &Captions) -> Self {
        Self {
            cues: captions.cues.len(),
            first_ms: captions.cues.first().map(|cue| cue.start_ms),
            last_ms: captions.cues.iter().map(|cue| cue.end_ms).max(),
            problem_count: captions.problem_count,
            problems: captions
                .problems
                .iter()
                .map(CaptionProblemView::from)
                .collect(),
        }
    }
}

impl From<&CaptionProblem> for CaptionProblemView {
    fn from(problem: &CaptionProblem) -> Self {
        let mut names = CaptionFault::NAMES.iter();
        let code = names.find(|(_, fault)| *fault == problem.fault);
        Self {
            line: problem.line,
            code: code.map_or("", |(code, _)| code),
            vi: messages::sentence(problem.fault, Language::Vietnamese),
            en: messages::sentence(problem.fault, Language::English),
        }
    }
}
