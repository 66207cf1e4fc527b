//! `/api/v1/imports`: imports of many works, NDJSON in both directions.
//!
//! Each line of the request has one line in the response, in the same order, while the request is still
//! being read. A bad line (no JSON, no UTF-8, too long, broken rules) gets a problem and does not stop the
//! others. Reported results are durable, so an interrupted import is simply sent again.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::extract::body::{expect_media_type, in_proportion};
use super::extract::guard::{Allowed, Deposit};
use super::extract::lines::Lines;
use super::extract::pace::Pace;
use super::frame::Caller;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::interfaces::wire::{ImportResultDto, parse_import_line};
use crate::services::intake::{ImportLine, ImportRecord, ImportResult, Intake};

/// The media type of newline-delimited JSON.
pub const MEDIA_TYPE: &str = "application/x-ndjson";

/// Results that are buffered for a slow client before reading stops.
const BUFFERED_RESULTS: usize = 1024;

/// One line of the answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportLine)]
#[serde(untagged)]
pub enum ImportLineDto {
    /// The work was imported.
    Imported(ImportResultDto),
    /// The line was refused; the others are not affected.
    Failed(Box<ImportFailureDto>),
}

/// Why a line was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportFailure)]
pub struct ImportFailureDto {
    /// The number of the line, from 1.
    line: u64,
    /// What was done: nothing.
    outcome: Failed,
    /// Why.
    problem: ProblemDocument,
}

/// The outcome of a refused line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FailedOutcome)]
pub enum Failed {
    /// Nothing was changed.
    Failed,
}

/// Imports many works.
#[utoipa::path(
    post, path = "/api/v1/imports", operation_id = "importAssets", tag = "works",
    summary = "Import many works",
    description = "Each line is a work, with `state` and `withdrawal_reason` if it shall reach a \
        state. A work whose first identifier is known is updated. Each line is answered by one: \
        an import result, or `{\"line\": N, \"outcome\": \"failed\", \"problem\": {…}}`.",
    request_body(content = String, content_type = "application/x-ndjson", description = "One work a line."),
    responses((status = 200, description = "One result for each line, in order, while lines are read.", body = ImportLineDto, content_type = "application/x-ndjson")),
    security(("token" = []))
)]
pub async fn import(
    actor: Allowed<Deposit>,
    caller: web::ReqData<Caller>,
    request: HttpRequest,
    payload: web::Payload,
    config: web::Data<Config>,
    intake: web::Data<Intake>,
    vocabularies: web::Data<Vocabularies>,
) -> Result<HttpResponse, Problem> {
    expect_media_type(&request, MEDIA_TYPE)?;
    let max_bytes = usize::try_from(config.intake.max_line_bytes).unwrap_or(usize::MAX);
    let lines = Lines::new(
        payload.into_inner(),
        max_bytes,
        Pace::with_pause(config.server.body_timeout()),
    );
    let (sender, receiver) = mpsc::channel(BUFFERED_RESULTS);
    let results = ResultWriter {
        sender,
        caller: caller.into_inner(),
    };
    // In its own task: a commit in progress is finished even when the client disconnects.
    actix_web::rt::spawn(async move {
        run_import(&actor, lines, &intake, &vocabularies, &results).await;
    });
    let results = stream::unfold(receiver, |mut receiver| async {
        let line = receiver.recv().await?;
        Some((Ok::<Bytes, Problem>(line), receiver))
    });
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .streaming(results))
}

async fn run_import(
    actor: &Actor,
    mut lines: Lines,
    intake: &Intake,
    vocabularies: &web::Data<Vocabularies>,
    results: &ResultWriter,
) {
    {
        let records = stream::unfold(&mut lines, |lines| async {
            let line = lines.next().await?;
            let (text, max_bytes) = (line.text, lines.max_bytes());
            let length = text.as_ref().map_or(0, Bytes::len);
            let vocabularies = vocabularies.clone();
            let read = move || read(text.as_deref(), max_bytes, &vocabularies);
            let record = in_proportion(length, read).await;
            let number = line.number;
            Some((ImportLine { number, record }, lines))
        });
        let mut imported = std::pin::pin!(intake.import(actor, records));
        while let Some(result) = imported.next().await {
            if results.write(result).await.is_err() {
                return;
            }
        }
    }
    if let Some(problem) = lines.read_error.take() {
        drop(results.write_failure(lines.next_number(), &problem).await);
    }
}

fn read(
    line: Option<&[u8]>,
    max_bytes: usize,
    vocabularies: &Vocabularies,
) -> Result<ImportRecord, Violations> {
    let refused = |rule| {
        let mut violations = Violations::default();
        violations.push("", rule);
        violations
    };
    let line = line.ok_or_else(|| refused(Rule::TooLong { max: max_bytes }))?;
    let value: Value = serde_json::from_slice(line).map_err(|_| refused(Rule::Malformed))?;
    parse_import_line(&value, vocabularies)
}

/// Writes result lines. An error means that the client has disconnected.
struct ResultWriter {
    sender: mpsc::Sender<Bytes>,
    caller: Caller,
}

type Disconnected = mpsc::error::SendError<Bytes>;

impl ResultWriter {
    async fn write(&self, result: ImportResult) -> Result<(), Disconnected> {
        match result.outcome {
            Ok(imported) => {
                let imported = ImportResultDto::new(result.number, &imported);
                self.send(&ImportLineDto::Imported(imported)).await
            }
            Err(error) => self.write_failure(result.number, &error.into()).await,
        }
    }

    async fn write_failure(&self, number: u64, problem: &Problem) -> Result<(), Disconnected> {
        let failure = ImportFailureDto {
            line: number,
            outcome: Failed::Failed,
            problem: self.caller.document(problem),
        };
        self.send(&ImportLineDto::Failed(Box::new(failure))).await
    }

    async fn send(&self, line: &ImportLineDto) -> Result<(), Disconnected> {
        let mut line = serde_json::to_vec(line).unwrap_or_default();
        line.push(b'\n');
        self.sender.send(line.into()).await
    }
}
