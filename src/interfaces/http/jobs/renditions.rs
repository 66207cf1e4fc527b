//! Making renditions again.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed, Deposit};
use crate::interfaces::http::extract::query::{FileHash, WorkId, path_part};
use crate::interfaces::http::problem::Problem;
use crate::services::media::rebuild::{RenditionKind, Scope};
use crate::storage::catalog::JobId;

/// The names of the kinds, for messages.
const KINDS: [&str; RenditionKind::NAMES.len()] = {
    let mut names = [""; RenditionKind::NAMES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = RenditionKind::NAMES[index].0;
        index += 1;
    }
    names
};
const SCOPES: [(&str, Scope); 2] = [("missing", Scope::Missing), ("all", Scope::All)];
const SCOPE_NAMES: [&str; 2] = ["missing", "all"];

/// What is to be made.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct RebuildBody {
    /// Which kinds of renditions; all without this.
    #[schema(inline)]
    kinds: Option<Vec<KindName>>,
    /// From which files: `missing` (the default) from those without them, or `all`.
    #[schema(inline)]
    scope: Option<ScopeName>,
}

/// Renditions that are made together.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes the body")]
enum KindName {
    /// Copies of sound, film and images for the public, and previews.
    PublicCopies,
    /// The text of documents, read or recognised.
    Texts,
    /// What is measured of recordings, and their waveforms.
    SoundReports,
    /// Copies of recordings for stations.
    BroadcastCopies,
}

/// From which files renditions are made.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes the body")]
enum ScopeName {
    /// From those without them.
    Missing,
    /// From all.
    All,
}

/// What was enqueued.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnqueuedJobs {
    /// The numbers of the jobs. One that waited already is not enqueued again.
    jobs: Vec<u64>,
}

/// Has renditions made from all works.
#[utoipa::path(
    post, path = "/api/v1/renditions", operation_id = "rebuildRenditions", tag = "operation",
    summary = "Make renditions of all works that are missing, or all again",
    description = "What is missing is also made once a day. A job enqueues the jobs of each work, no faster than they are done; what \
        is delivered meanwhile stays.",
    request_body = RebuildBody,
    responses((status = 202, description = "The job that enqueues the others.", body = EnqueuedJobs)),
    security(("token" = []))
)]
pub async fn rebuild(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let (kinds, scope) = parse(&body.value)?;
    let job = archive.renditions.rebuild(&actor, kinds, scope).await?;
    Ok(accepted(vec![job]))
}

/// Has renditions made from a file.
#[utoipa::path(
    post, path = "/api/v1/assets/{id}/files/{sha256}/renditions", operation_id = "rebuildFileRenditions", tag = "files",
    summary = "Try again what could not be made from a file",
    description = "For those who may change the work. `processing`, `text` and `sound` of the file tell what came of it.",
    params(WorkId, FileHash),
    request_body = RebuildBody,
    responses((status = 202, description = "The jobs; none when nothing is missing.", body = EnqueuedJobs)),
    security(("token" = []))
)]
pub async fn rebuild_file(
    actor: Allowed<Deposit>,
    id: WorkId,
    request: HttpRequest,
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let sha256 = path_part(&request, "sha256")?;
    let (kinds, scope) = parse(&body.value)?;
    let renditions = &archive.renditions;
    let jobs = renditions.rebuild_file(&actor, (id.0, sha256), &kinds, scope);
    Ok(accepted(jobs.await?))
}

fn parse(value: &Value) -> Result<(Vec<RenditionKind>, Scope), Violations> {
    let mut fields = Fields::new(value, &["kinds", "scope"]);
    let mut kinds = Vec::new();
    for (position, value) in fields.values("kinds").iter().enumerate() {
        let mut known = RenditionKind::NAMES.iter();
        match known.find(|(name, _)| value.as_str() == Some(name)) {
            Some((_, kind)) => kinds.push(*kind),
            None => fields.refuse(
                &format!("kinds/{position}"),
                Rule::NotOneOf { allowed: &KINDS },
            ),
        }
    }
    if kinds.is_empty() {
        kinds = RenditionKind::all();
    }
    let scope = fields.choice("scope", &SCOPES, &SCOPE_NAMES);
    fields.finish((kinds, scope.unwrap_or(Scope::Missing)))
}

fn accepted(jobs: Vec<JobId>) -> HttpResponse {
    let jobs = jobs.into_iter().map(|job| job.0).collect();
    HttpResponse::Accepted().json(EnqueuedJobs { jobs })
}
