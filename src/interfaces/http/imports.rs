//! `/api/v1/imports`: many works at once, NDJSON both ways.
//!
//! One line in, one line out, in the same order, while the request is still being read. A bad
//! line (no JSON, no UTF-8, too long, broken rules) gets its problem and stops nothing. What was
//! answered is durable, so an import that broke off is simply sent again.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::body::expect_media_type;
use super::frame::Caller;
use super::guard::{Allowed, Deposit};
use super::lines::Lines;
use super::problem::Problem;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::interfaces::wire::{ImportResultDto, parse_import_line};
use crate::services::intake::{ImportLine, ImportRecord, ImportResult, Intake};

/// The media type of newline-delimited JSON.
pub const MEDIA_TYPE: &str = "application/x-ndjson";

/// Results that may wait for a slow reader before reading stops.
const WAITING_RESULTS: usize = 1024;

/// Registers the addresses of this module.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/api/v1/imports").route(web::post().to(import)));
}

/// Takes many works in.
#[utoipa::path(
    post, path = "/api/v1/imports", operation_id = "importAssets", tag = "works",
    summary = "Take many works in",
    description = "Each line is a work, with `state` and `withdrawal_reason` if it shall come to a \
        state. A work whose first identifier is known is updated. Each line is answered by one: \
        an import result, or `{\"line\": N, \"outcome\": \"failed\", \"problem\": {…}}`.",
    request_body(content = String, content_type = "application/x-ndjson", description = "One work a line."),
    responses((status = 200, description = "One result for each line, in order, while lines are read.", body = ImportResultDto, content_type = "application/x-ndjson")),
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
        config.server.body_timeout(),
    );
    let (sender, receiver) = mpsc::channel(WAITING_RESULTS);
    let answers = Answers {
        sender,
        caller: caller.into_inner(),
    };
    // In its own task: a commit under way is finished even when the caller goes away.
    actix_web::rt::spawn(async move {
        carry_out(&actor, lines, &intake, &vocabularies, &answers).await;
    });
    let answers = stream::unfold(receiver, |mut receiver| async {
        let line = receiver.recv().await?;
        Some((Ok::<Bytes, Problem>(line), receiver))
    });
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .streaming(answers))
}

async fn carry_out(
    actor: &Actor,
    mut lines: Lines,
    intake: &Intake,
    vocabularies: &Vocabularies,
    answers: &Answers,
) {
    {
        let records = stream::unfold(&mut lines, |lines| async {
            let line = lines.next().await?;
            let record = read(line.text.as_deref(), lines.max_bytes(), vocabularies);
            let number = line.number;
            Some((ImportLine { number, record }, lines))
        });
        let mut results = std::pin::pin!(intake.import(actor, records));
        while let Some(result) = results.next().await {
            if answers.give(result).await.is_err() {
                return;
            }
        }
    }
    if let Some(problem) = lines.broken_off.take() {
        drop(answers.give_failure(lines.next_number(), &problem).await);
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

/// The way back to the caller. An error means that nobody listens any more.
struct Answers {
    sender: mpsc::Sender<Bytes>,
    caller: Caller,
}

type Unheard = mpsc::error::SendError<Bytes>;

impl Answers {
    async fn give(&self, result: ImportResult) -> Result<(), Unheard> {
        match result.outcome {
            Ok(imported) => {
                let dto = ImportResultDto::new(result.number, &imported);
                self.send(serde_json::to_vec(&dto).unwrap_or_default())
                    .await
            }
            Err(error) => self.give_failure(result.number, &error.into()).await,
        }
    }

    async fn give_failure(&self, number: u64, problem: &Problem) -> Result<(), Unheard> {
        let document = self.caller.document(problem);
        let line = json!({ "line": number, "outcome": "failed", "problem": document });
        self.send(line.to_string().into_bytes()).await
    }

    async fn send(&self, mut line: Vec<u8>) -> Result<(), Unheard> {
        line.push(b'\n');
        self.sender.send(line.into()).await
    }
}
