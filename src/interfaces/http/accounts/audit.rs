//! `/api/v1/audit`: the audit trail, for administrators and inspectors.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::Archive;
use crate::interfaces::http::extract::guard::{Allowed, Audit};
use crate::interfaces::http::extract::query::Query;
use crate::interfaces::http::no_store::{self, NO_STORE};
use crate::interfaces::http::problem::Problem;
use crate::services::audit::{AuditEntry, Break};

/// Entries of a page, when no number is given.
const DEFAULT_LIMIT: usize = 200;
/// Entries of a page at most.
const MAX_LIMIT: usize = 1_000;

/// Which entries, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditParameters {
    /// Only entries with greater numbers.
    #[serde(default)]
    after: u64,
    /// At most so many.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `json` (a page with the number to go on after), `ndjson` (an entry a line) or `csv` (RFC 4180, with a line of
    /// names).
    #[param(inline)]
    format: Option<AuditFormat>,
}

/// The form of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditFormat {
    /// One JSON object.
    Json,
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values.
    Csv,
}

/// An entry of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// Its number: 1, 2, … without holes.
    number: u64,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who: role and id of token or account, `system`, or `anonymous`.
    by: String,
    /// The body of who.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// What: `signed-in`, `account-closed`, `work-decided`, …
    act: &'static str,
    /// About what: the id of an account, token or work.
    subject: String,
    /// What else a reader needs, by name.
    details: BTreeMap<String, String>,
    /// SHA-256 over the hash of the entry before and this one, in hexadecimal digits.
    hash: String,
}

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// In the order of their numbers.
    items: Vec<AuditEntryView>,
    /// What to send as `after` for what follows.
    next_after: u64,
}

/// What checking the chain of hashes came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditVerification {
    /// Entries that are right.
    entries: u64,
    /// The hash of the last of them. Note it elsewhere: a later check must lead to it again.
    last_hash: String,
    /// The number of the first entry that is missing or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_broken: Option<u64>,
}

/// Returns entries of the audit trail.
#[utoipa::path(
    get, path = "/api/v1/audit", operation_id = "readAudit", tag = "accounts",
    summary = "Read or export the audit trail",
    params(AuditParameters),
    responses((status = 200, description = "Entries.", content(
        (AuditPage = "application/json"), (AuditEntryView = "application/x-ndjson"), (String = "text/csv")
    ))),
    security(("token" = []))
)]
pub async fn read(
    actor: Allowed<Audit>,
    archive: web::Data<Archive>,
    Query(parameters): Query<AuditParameters>,
) -> Result<HttpResponse, Problem> {
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::parameter("limit"));
    }
    let found = archive.audit.read(&actor, parameters.after, limit).await?;
    let items: Vec<AuditEntryView> = found.into_iter().map(AuditEntryView::from).collect();
    let mut response = HttpResponse::Ok();
    response.insert_header(NO_STORE);
    Ok(match parameters.format.unwrap_or(AuditFormat::Json) {
        AuditFormat::Json => {
            let next_after = items.last().map_or(parameters.after, |last| last.number);
            response.json(AuditPage { items, next_after })
        }
        AuditFormat::Ndjson => response
            .content_type("application/x-ndjson")
            .body(lines(&items, json_line)),
        AuditFormat::Csv => response
            .content_type("text/csv; charset=utf-8")
            .body(format!("{CSV_NAMES}\r\n{}", lines(&items, csv_line))),
    })
}

/// Checks the chain of hashes from the first entry to the last.
#[utoipa::path(
    get, path = "/api/v1/audit/verification", operation_id = "verifyAudit", tag = "accounts",
    summary = "Check the chain of hashes of the audit trail",
    responses((status = 200, description = "What it came to.", body = AuditVerification)),
    security(("token" = []))
)]
pub async fn verify(
    actor: Allowed<Audit>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let verified = archive.audit.verify(&actor).await?;
    Ok(no_store::ok(AuditVerification {
        entries: verified.entries,
        last_hash: verified.last_hash.to_hex(),
        first_broken: verified.broken.map(|at| match at {
            Break::Missing(number) | Break::Changed(number) => number,
        }),
    }))
}

const CSV_NAMES: &str = "number,at,by,organisation,act,subject,details,hash";

fn lines(items: &[AuditEntryView], line: impl Fn(&AuditEntryView) -> String) -> String {
    items.iter().map(line).collect()
}

fn json_line(entry: &AuditEntryView) -> String {
    serde_json::to_string(entry).unwrap_or_default() + "\n"
}

/// RFC 4180. A value that a spreadsheet would take for a formula gets an apostrophe in front.
fn csv_line(entry: &AuditEntryView) -> String {
    let pairs = entry
        .details
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let columns = [
        entry.number.to_string(),
        entry.at.clone(),
        entry.by.clone(),
        entry.organisation.clone().unwrap_or_default(),
        entry.act.to_owned(),
        entry.subject.clone(),
        pairs.collect::<Vec<_>>().join("; "),
        entry.hash.clone(),
    ];
    let quoted = columns.map(|column| {
        let is_formula = column.starts_with(['=', '+', '-', '@']);
        let safe = if is_formula {
            format!("'{column}")
        } else {
            column
        };
        format!("\"{}\"", safe.replace('"', "\"\""))
    });
    quoted.join(",") + "\r\n"
}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            number: entry.number,
            at: entry.at.to_string(),
            by: entry.by,
            organisation: entry.organisation,
            act: entry.act.name(),
            subject: entry.subject,
            details: entry.details,
            hash: entry.hash.to_hex(),
        }
    }
}
