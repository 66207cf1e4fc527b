//! `/api/v1/jobs`: the background jobs, for administrators.

pub mod renditions;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::interfaces::http::extract::guard::{Administer, Allowed};
use crate::interfaces::http::extract::query::{self, Query};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::http::{BaseAddress, pagination};
use crate::services::jobs::Jobs;
use crate::storage::catalog::{Job, JobId, JobState};

/// Which jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// Go on after this job.
    after: Option<u64>,
    /// The number of jobs, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Only jobs in this state.
    #[param(inline)]
    state: Option<StateName>,
}

/// The state of a job. A running job counts as waiting.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    /// Waits for its moment, or runs.
    Waiting,
    /// Finished.
    Done,
    /// Was given up.
    Dead,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Its number.
    id: u64,
    /// Its kind: `render-previews`.
    kind: String,
    /// Its payload: ids, as JSON text.
    payload: String,
    /// Its state.
    #[schema(inline)]
    state: StateName,
    /// How often it failed.
    failures: u32,
    /// The text of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// When it was enqueued.
    #[schema(format = DateTime)]
    created_at: String,
    /// Not before this moment.
    #[schema(format = DateTime)]
    run_at: String,
    /// When it was done or given up.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
}

/// One page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobList {
    /// The jobs, oldest first.
    items: Vec<JobView>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// Lists jobs.
#[utoipa::path(
    get, path = "/api/v1/jobs", operation_id = "listJobs", tag = "operation",
    summary = "List background jobs",
    params(JobsQuery),
    responses((
        status = 200, description = "One page, oldest first.", body = JobList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<Administer>,
    query: Query<JobsQuery>,
    jobs: web::Data<Jobs>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let (after, limit) = (query.0.after.map(JobId), pagination::limit(query.0.limit)?);
    let state = query.0.state.map(JobState::from);
    let found = jobs.list(&actor, state, after, limit).await?;
    let next = found
        .last()
        .filter(|_| found.len() == limit)
        .map(|job| job.id.0);
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        let mut query = vec![("after", next.to_string()), ("limit", limit.to_string())];
        query.extend(state.map(|state| ("state", state_name(state).to_owned())));
        pagination::link_next(&mut answer, &base, "/api/v1/jobs", &query);
    }
    Ok(answer.json(JobList {
        items: found.into_iter().map(JobView::from).collect(),
        next,
    }))
}

/// Reads a job.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", operation_id = "readJob", tag = "operation",
    summary = "Read a background job",
    params(("id" = u64, Path, description = "Number of the job.")),
    responses((status = 200, description = "The job.", body = JobView)),
    security(("token" = []))
)]
pub async fn read(
    actor: Allowed<Administer>,
    request: HttpRequest,
    jobs: web::Data<Jobs>,
) -> Result<web::Json<JobView>, Problem> {
    let id = JobId(query::path_part(&request, "id")?);
    Ok(web::Json(jobs.job(&actor, id).await?.into()))
}

/// Gives a dead job a new set of attempts.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/attempts", operation_id = "retryJob", tag = "operation",
    summary = "Try a job again that was given up",
    params(("id" = u64, Path, description = "Number of the job.")),
    responses(
        (status = 200, description = "The job, waiting.", body = JobView),
        (status = 409, description = "It was not given up.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn requeue(
    actor: Allowed<Administer>,
    request: HttpRequest,
    jobs: web::Data<Jobs>,
) -> Result<web::Json<JobView>, Problem> {
    let id = JobId(query::path_part(&request, "id")?);
    Ok(web::Json(jobs.requeue(&actor, id).await?.into()))
}

/// Gives a job up.
#[utoipa::path(
    delete, path = "/api/v1/jobs/{id}/attempts", operation_id = "cancelJob", tag = "operation",
    summary = "Cancel a job that waits or runs",
    description = "What runs is stopped within half a minute and leaves nothing behind. `POST` lets it be tried again.",
    params(("id" = u64, Path, description = "Number of the job.")),
    responses(
        (status = 200, description = "The job, given up.", body = JobView),
        (status = 409, description = "It neither waits nor runs, or it is periodic.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn cancel(
    actor: Allowed<Administer>,
    request: HttpRequest,
    jobs: web::Data<Jobs>,
) -> Result<web::Json<JobView>, Problem> {
    let id = JobId(query::path_part(&request, "id")?);
    Ok(web::Json(jobs.cancel(&actor, id).await?.into()))
}

fn state_name(state: JobState) -> &'static str {
    let mut names = JobState::NAMES.iter();
    names
        .find(|(_, known)| *known == state)
        .map_or("", |(name, _)| name)
}

impl From<StateName> for JobState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Waiting => Self::Waiting,
            StateName::Done => Self::Done,
            StateName::Dead => Self::Dead,
        }
    }
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id.0,
            kind: job.kind.0,
            payload: job.payload,
            state: match job.state {
                JobState::Waiting => StateName::Waiting,
                JobState::Done => StateName::Done,
                JobState::Dead => StateName::Dead,
            },
            failures: job.failures,
            last_error: job.last_error,
            created_at: job.created_at.to_string(),
            run_at: job.run_at.to_string(),
            finished_at: job.finished_at.map(|at| at.to_string()),
        }
    }
}
