//! Liveness, readiness and metrics: `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::client_address::is_local;
use super::extract::guard::{self, Allowed, Read};
use super::frame::KeepBody;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use crate::app::{Archive, Health};
use crate::domain::access::Permission;
use crate::services::programs::Availability;
use crate::telemetry::Metrics;

/// Whether requests should be sent here yet. Open by itself; whoever fills an archive before it is
/// of use closes it meanwhile. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ReadinessGate(Arc<AtomicBool>);

impl ReadinessGate {
    /// A gate that is closed until [`ReadinessGate::open`].
    pub fn closed() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// From now on `/readyz` tells how the archive is.
    pub fn open(&self) {
        self.0.store(false, Ordering::Release);
    }

    fn is_closed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Whether the archive can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// `ready`; `starting` while its first content is loaded; `degraded` when it works with less: the search index is being built; `failed` when
    /// the operator has to act: the catalogue takes no changes, or is damaged.
    status: &'static str,
    /// `ready`, `read-only` when it takes no changes until a restart, or `damaged`.
    catalogue: &'static str,
    /// `current`, or `catching-up` while events wait to become searchable.
    index: &'static str,
    /// Events that wait to become searchable; shown to editors, as they count changes of hidden works.
    #[serde(skip_serializing_if = "Option::is_none")]
    index_lag_events: Option<u64>,
    /// Number of the last event; shown to editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event: Option<u64>,
    /// The identity of the log that the number belongs to.
    log: String,
    /// How many places in the catalogue were found damaged since the start; the log names them.
    damaged_places: u64,
    /// Programs of others that the archive uses; shown to editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    programs: Option<ProgramsReport>,
}

/// Programs of others that the archive uses: for the text of PDF files, for sound and film.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgramsReport {
    /// Those that are not installed: what needs them waits.
    missing: Vec<&'static str>,
    /// `complete`; `incomplete` when a program made to attack the archive could reach files or the network;
    /// `unknown` until the first one was started.
    confinement: &'static str,
}

impl ProgramsReport {
    fn of(health: &Health) -> Self {
        let missing = health
            .programs
            .iter()
            .filter(|(_, is)| *is == Availability::Missing);
        Self {
            missing: missing.map(|(program, _)| program.name()).collect(),
            confinement: match health.protection {
                None => "unknown",
                Some(protection) if protection.is_complete() => "complete",
                Some(_) => "incomplete",
            },
        }
    }
}

/// Whether the process answers at all.
#[utoipa::path(
    get, path = "/healthz", operation_id = "isAlive", tag = "operation",
    summary = "Is the process alive?",
    responses((status = 200, description = "It answers.", body = String, content_type = "text/plain", example = json!("ok")))
)]
pub async fn healthz() -> &'static str {
    "ok"
}

/// Whether requests should be sent here.
#[utoipa::path(
    get, path = "/readyz", operation_id = "isReady", tag = "operation",
    summary = "Is the archive ready for work?",
    description = "Also answers 200 while the search index is behind: everything else works.",
    responses(
        (status = 200, description = "It is.", body = Readiness),
        (
            status = 503,
            description = "It is not: it is starting, the operator has to act, or the catalogue does not answer.",
            content(
                (Readiness = "application/json"),
                (ProblemDocument = "application/problem+json"),
            )
        ),
    )
)]
pub async fn readyz(
    actor: Allowed<Read>,
    request: HttpRequest,
    archive: web::Data<Archive>,
    gate: web::Data<ReadinessGate>,
) -> Result<HttpResponse, Problem> {
    let health = archive
        .health()
        .await
        .map_err(|error| Problem::Unavailable(error.into()))?;
    let is_staff = actor.may(Permission::Inspect) || is_local(&request);
    let is_current = health.index_lag_events == 0;
    let catalogue = match (health.catalog.is_writable, health.catalog.damage.is_empty()) {
        (true, true) => "ready",
        (false, _) => "read-only",
        (true, false) => "damaged",
    };
    let has_failed = catalogue != "ready";
    let is_starting = gate.is_closed();
    let mut response = if has_failed || is_starting {
        HttpResponse::ServiceUnavailable()
    } else {
        HttpResponse::Ok()
    };
    let mut response = response.json(Readiness {
        status: match (has_failed, is_starting, health.index_is_available) {
            (true, ..) => "failed",
            (false, true, _) => "starting",
            (false, false, true) => "ready",
            (false, false, false) => "degraded",
        },
        catalogue,
        index: match (health.index_is_available, is_current) {
            (false, _) => "rebuilding",
            (true, true) => "current",
            (true, false) => "catching-up",
        },
        index_lag_events: is_staff.then_some(health.index_lag_events),
        last_event: is_staff.then_some(health.counts.events),
        log: health.log.to_string(),
        damaged_places: health.catalog.damage.len() as u64,
        programs: is_staff.then(|| ProgramsReport::of(&health)),
    });
    if has_failed || is_starting {
        response.extensions_mut().insert(KeepBody);
    }
    Ok(response)
}

/// Prometheus metrics.
#[utoipa::path(
    get, path = "/metrics", operation_id = "readMetrics", tag = "operation",
    summary = "Metrics for Prometheus",
    description = "OpenMetrics text. Asks for a bearer token when `server.metrics_token` is set; otherwise \
        answers only callers on the same machine that no proxy passed on.",
    responses(
        (status = 200, description = "The metrics.", body = String, content_type = "application/openmetrics-text"),
        (
            status = 403, description = "Not to callers elsewhere.",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
    ),
    security((), ("token" = []))
)]
pub async fn metrics(
    request: HttpRequest,
    archive: web::Data<Archive>,
    metrics: web::Data<Metrics>,
) -> Result<HttpResponse, Problem> {
    let wanted = &archive.config.server.metrics_token;
    if wanted.is_empty() && !is_local(&request) {
        return Err(Problem::Forbidden);
    }
    if !wanted.is_empty() && !guard::has_bearer(&request, wanted) {
        return Err(Problem::Unauthenticated);
    }
    let health = archive
        .health()
        .await
        .map_err(|error| Problem::Unavailable(error.into()))?;
    let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    metrics.assets.set(gauge(health.counts.assets));
    metrics.last_event.set(gauge(health.counts.events));
    metrics.jobs_open.set(gauge(health.counts.jobs_open));
    metrics.jobs_dead.set(gauge(health.counts.jobs_dead));
    metrics.index_lag_events.set(gauge(health.index_lag_events));
    metrics.disk_free_bytes.set(gauge(health.disk_free_bytes));
    let catalog = &health.catalog;
    metrics.catalog_writable.set(i64::from(catalog.is_writable));
    metrics
        .catalog_damage
        .set(gauge(catalog.damage.len() as u64));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = metrics.encode().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .body(text))
}
