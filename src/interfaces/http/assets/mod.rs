//! `/api/v1/assets`: works. Their way to the public is in [`lifecycle`] and [`decisions`].

pub mod decisions;
pub mod handling;
pub mod lifecycle;
pub mod redacted_regions;
pub mod sealed_files;
pub mod text_corrections;
mod transition;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::authentication::Counted;
use super::extract::body::{Json, JsonBody, MergePatch, in_proportion};
use super::extract::guard::{Allowed, Deposit, Read};
use super::extract::precondition::{self, IdempotencyKeyHeader, IfMatch, IfNoneMatch};
use super::extract::query::{Query, WorkId, listed};
use super::extract::reason::ChangeReason;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use super::records::{Included, Records};
use super::{BaseAddress, pagination, schemas};
use crate::domain::asset::StateName;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Slug, Timestamp};
use crate::interfaces::wire::{AssetDto, WorkDto, parse_work, patch_work};
use crate::services::curation::Curation;
use crate::services::intake::Intake;
use crate::services::search::Search;
use crate::services::sharing::{Filter, Sharing};

/// Which works to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Go on after this id, as the `next` link does.
    #[param(format = "uuid")]
    after: Option<String>,
    /// The number of works, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Only works in this state.
    #[param(value_type = Option<schemas::WorkStateName>, inline)]
    state: Option<String>,
    /// Only works of this body: a slug of the scheme `organisation`.
    organisation: Option<String>,
    /// Only works of this kind: a slug of the scheme `product-kind`.
    kind: Option<String>,
    /// What else to send of each work. `body`: its full text; a page ends when its texts reach 4 MiB.
    #[param(value_type = Option<Vec<schemas::ListInclusion>>, inline)]
    include: Option<Vec<String>>,
    /// Only works last published at this moment or later (ISO 8601 with offset).
    #[param(format = DateTime, example = "2026-01-01T00:00:00+07:00")]
    published_from: Option<String>,
    /// Only works last published before this moment (ISO 8601 with offset).
    #[param(format = DateTime)]
    published_before: Option<String>,
    /// Only these works, in this order: at most 200 ids. Those that you may not see are left out. Of the other
    /// parameters only `include` can be combined with it. When their texts reach 4 MiB the rest is on a next page, and
    /// `next` is the first id of the rest.
    ids: Option<Vec<String>>,
}

/// One page of works.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetList {
    /// The works, oldest first, without their full texts unless asked for. A page may be short, even
    /// empty, before the end.
    items: Vec<AssetDto>,
    /// Cursor of the next page, with `ids` the first of those left; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists works.
#[utoipa::path(
    get, path = "/api/v1/assets", operation_id = "listAssets", tag = "works",
    summary = "List the works you may see",
    params(ListQuery),
    responses((
        status = 200, description = "One page, oldest first.", body = AssetList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security((), ("token" = []))
)]
pub async fn list(
    actor: Allowed<Read>,
    counted: Counted,
    query: Query<ListQuery>,
    sharing: web::Data<Sharing>,
    records: web::Data<Records>,
    search: web::Data<Search>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    if query.ids.is_some() {
        return list_by_id(&actor, &query, &sharing, &records, &base).await;
    }
    let after = query
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| Problem::WrongCursor)?;
    let limit = pagination::limit(query.limit)?;
    let included = Included::parse(&query.include, Some("body"))?;
    let filter = query.filter(included)?;
    let (by, service) = (actor.clone(), sharing.clone());
    let listing = async move { service.list(&by, after, limit, &filter).await };
    let listing = search.admission().run(&counted.0, listing).await??;
    let next = listing.next.map(|id| id.to_string());
    let mut answer = HttpResponse::Ok();
    if let Some(next) = &next {
        pagination::link_next(
            &mut answer,
            &base,
            "/api/v1/assets",
            &query.next_page(next, limit),
        );
    }
    let items = records
        .render(&actor, listing.items, included.parts)
        .await?;
    Ok(answer.json(AssetList { items, next }))
}

/// Reads many works at once. The next page has those that did not fit.
async fn list_by_id(
    actor: &Allowed<Read>,
    query: &ListQuery,
    sharing: &Sharing,
    records: &Records,
    base: &BaseAddress,
) -> Result<HttpResponse, Problem> {
    if let Some(name) = query.first_beside_ids() {
        return Err(Problem::parameter(name));
    }
    let included = Included::parse(&query.include, Some("body"))?;
    let ids: Result<Vec<_>, _> = listed(&query.ids).map(str::parse).collect();
    let ids = ids.map_err(|_| Problem::parameter("ids"))?;
    if ids.is_empty() || ids.len() > pagination::MAX_LIMIT {
        return Err(Problem::parameter("ids"));
    }
    let (found, examined) = sharing.read_many(actor, &ids, included.own).await?;
    let rest: Vec<_> = ids[examined..].iter().map(ToString::to_string).collect();
    let mut answer = HttpResponse::Ok();
    if !rest.is_empty() {
        let next: Vec<_> = [("ids", rest.join(","))]
            .into_iter()
            .chain(query.include())
            .collect();
        pagination::link_next(&mut answer, base, "/api/v1/assets", &next);
    }
    let items = records.render(actor, found, included.parts).await?;
    let next = rest.into_iter().next();
    Ok(answer.json(AssetList { items, next }))
}

impl ListQuery {
    fn first_beside_ids(&self) -> Option<&'static str> {
        let others = [
            ("after", self.after.is_some()),
            ("limit", self.limit.is_some()),
            ("state", self.state.is_some()),
            ("organisation", self.organisation.is_some()),
            ("kind", self.kind.is_some()),
            ("published_from", self.published_from.is_some()),
            ("published_before", self.published_before.is_some()),
        ];
        let mut sent = others.into_iter().filter(|(_, is_sent)| *is_sent);
        sent.next().map(|(name, _)| name)
    }

    fn filter(&self, included: Included) -> Result<Filter, Problem> {
        let slug = |name: &str, text: &Option<String>| {
            let slug = text.as_deref().map(Slug::parse).transpose();
            slug.map_err(|_| Problem::parameter(name))
        };
        let state = self.state.as_deref().map(|name| {
            let state = StateName::from_name(name);
            state.ok_or_else(|| Problem::parameter("state"))
        });
        let moment = |name: &str, text: &Option<String>| {
            let moment = text.as_deref().map(Timestamp::parse).transpose();
            moment.map_err(|_| Problem::parameter(name))
        };
        Ok(Filter {
            published_from: moment("published_from", &self.published_from)?,
            published_before: moment("published_before", &self.published_before)?,
            state: state.transpose()?,
            organisation: slug("organisation", &self.organisation)?,
            kind: slug("kind", &self.kind)?,
            with_bodies: included.own,
        })
    }

    /// The parameter `include` of the next page.
    fn include(&self) -> Option<(&'static str, String)> {
        let include = listed(&self.include).collect::<Vec<_>>().join(",");
        (!include.is_empty()).then_some(("include", include))
    }

    /// The query of the next page.
    fn next_page(&self, next: &str, limit: usize) -> Vec<(&'static str, String)> {
        let filters = [
            ("state", &self.state),
            ("organisation", &self.organisation),
            ("kind", &self.kind),
            ("published_from", &self.published_from),
            ("published_before", &self.published_before),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)));
        let cursor = [("after", next.to_owned()), ("limit", limit.to_string())];
        filters.chain(self.include()).chain(cursor).collect()
    }
}

/// Creates a work.
#[utoipa::path(
    post, path = "/api/v1/assets", operation_id = "createAsset", tag = "works",
    summary = "Create a work, as a draft",
    params(IdempotencyKeyHeader),
    request_body(content = WorkDto, description = "The description of the work."),
    responses((
        status = 201, description = "The draft.", body = AssetDto,
        headers(("Location" = String, description = "Address of the work."), ("ETag" = String, description = "Its revision."))
    )),
    security(("token" = []))
)]
pub async fn create(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    key: IdempotencyKeyHeader,
    body: JsonBody<Json>,
    vocabularies: web::Data<Vocabularies>,
    intake: web::Data<Intake>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let idempotent = key.for_request(&request, &body.bytes);
    let JsonBody { value, bytes, .. } = body;
    let read = move || parse_work(&value, &vocabularies);
    let deposit = in_proportion(bytes.len(), read).await?;
    let completed = intake.create(&actor, deposit, idempotent.as_ref()).await?;
    let asset = completed.result;
    let location = records.addresses().work(asset.id);
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, location));
    precondition::mark_replay(&mut answer, completed.is_replay);
    records.respond(answer, &actor, asset).await
}

/// The parameters of a read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadQuery {
    /// What else to send.
    #[param(value_type = Option<Vec<schemas::RecordInclusion>>, inline)]
    include: Option<Vec<String>>,
}

/// Reads a work.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}", operation_id = "readAsset", tag = "works",
    summary = "Read a work",
    params(
        WorkId,
        ReadQuery,
        IfNoneMatch
    ),
    responses(
        (status = 200, description = "The work.", body = AssetDto,
         headers(("ETag" = String, description = "Its revision, for `If-Match`."))),
        (status = 304, description = "You have it already."),
        (status = 410, description = "It was withdrawn or deleted.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security((), ("token" = []))
)]
pub async fn read(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    query: Query<ReadQuery>,
    sharing: web::Data<Sharing>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let asset = sharing.read(&actor, id.0).await?;
    let include = Included::parse(&query.0.include, None)?.parts;
    records
        .respond_if_changed(&request, &actor, asset, include)
        .await
}

/// Changes the description of a work.
#[utoipa::path(
    patch, path = "/api/v1/assets/{id}", operation_id = "patchAsset", tag = "works",
    summary = "Change the description of a work",
    description = "A JSON Merge Patch (RFC 7396): what is named is replaced, `null` takes away.",
    params(
        WorkId,
        IfMatch,
        ChangeReason
    ),
    request_body(content = serde_json::Value, content_type = "application/merge-patch+json", description = "What to change."),
    responses((
        status = 200, description = "The work as it is now.", body = AssetDto,
        headers(("ETag" = String, description = "Its revision."))
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn patch(
    actor: Allowed<Deposit>,
    id: WorkId,
    expected: IfMatch,
    reason: ChangeReason,
    body: JsonBody<MergePatch>,
    vocabularies: web::Data<Vocabularies>,
    sharing: web::Data<Sharing>,
    curation: web::Data<Curation>,
    records: web::Data<Records>,
) -> Result<HttpResponse, Problem> {
    let present = sharing.read_for_change(&actor, id.0).await?;
    // A patch applies only to the revision that it was written for.
    if present.revision != expected.0 {
        let current = Some(present.revision);
        return Err(Problem::StaleRevision { current });
    }
    let (work, patch) = (present.work, body.value);
    let length = body.bytes.len() + work.body.as_ref().map_or(0, String::len);
    let apply = move || patch_work(&work, &patch, &vocabularies);
    let deposit = in_proportion(length, apply).await?;
    let asset = curation
        .because(reason.text())
        .describe(&actor, id.0, Some(expected.0), deposit)
        .await?;
    records.respond(HttpResponse::Ok(), &actor, asset).await
}

/// Deletes a work.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}", operation_id = "deleteAsset", tag = "works",
    summary = "Delete a work; a tombstone stays",
    params(
        WorkId,
        IfMatch
    ),
    responses((status = 204, description = "It is gone. Its address answers 410 to those who could see it.")),
    security(("token" = []))
)]
pub async fn delete(
    actor: Allowed<Deposit>,
    id: WorkId,
    expected: IfMatch,
    curation: web::Data<Curation>,
) -> Result<HttpResponse, Problem> {
    curation.delete(&actor, id.0, Some(expected.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}
