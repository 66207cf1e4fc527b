//! `/api/v1/suggest` and `/api/v1/assets/{id}/similar`: query completions and similar works.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::query::{Query, WorkId};
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::{pagination, schemas};
use crate::interfaces::wire::AssetDto;
use crate::services::search::{Search, Suggestion, SuggestionSource};
use crate::services::works::PageBudget;

/// The most completions or works one answer holds.
const MAX_LIMIT: usize = 50;
const DEFAULT_LIMIT: usize = 10;

/// The parameters of a completion.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestQuery {
    /// The beginning of the query.
    #[param(example = "quyen tre")]
    q: String,
    /// The number of completions, at most 50.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<usize>,
    /// Language of names. By default that of `Accept-Language`.
    #[param(value_type = Option<schemas::LabelLanguage>, inline)]
    lang: Option<String>,
}

/// Completions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionList {
    /// Names first, then titles.
    items: Vec<SuggestionDto>,
}

/// One completion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suggestion)]
pub struct SuggestionDto {
    /// The text to search for, with its marks.
    text: String,
    /// The scheme of the concept it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    /// The slug of the concept it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    /// The work whose title it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
}

/// Completes a query.
#[utoipa::path(
    get, path = "/api/v1/suggest", operation_id = "suggest", tag = "search",
    summary = "Complete a query",
    description = "With or without marks: `quyen tre` offers `quyền trẻ em`.",
    params(SuggestQuery),
    responses((status = 200, description = "Names first, then titles of works you may see.", body = SuggestionList)),
    security((), ("token" = []))
)]
pub async fn suggest(
    actor: Allowed<Read>,
    counted: Counted,
    caller: web::ReqData<Caller>,
    query: Query<SuggestQuery>,
    service: web::Data<Search>,
) -> Result<web::Json<SuggestionList>, Problem> {
    let SuggestQuery { q, limit, lang } = query.0;
    let language = lang.as_deref().unwrap_or_else(|| caller.language.tag());
    let found = service
        .suggest(&counted.0, &actor, &q, language, bounded(limit)?)
        .await?;
    Ok(web::Json(SuggestionList {
        items: found.into_iter().map(SuggestionDto::from).collect(),
    }))
}

/// The parameters of similar works.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SimilarQuery {
    /// The number of works, at most 50.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<usize>,
}

/// Works similar to one.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarList {
    /// Nearly the same text, or copies of the same picture: reprints, other editions. Without
    /// their full texts.
    duplicates: Vec<AssetDto>,
    /// About the same things, best first. Without their full texts.
    related: Vec<AssetDto>,
}

/// Finds similar works.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/similar", operation_id = "listSimilarAssets", tag = "search",
    summary = "Find similar works",
    description = "Duplicates have nearly the same text or, where pictures are all that both works are, copies of the \
        same pictures: shrunk, compressed again, grey, a little lighter, cut, framed or stamped. A picture beside a \
        text of its own makes no duplicate. Only copies of one picture are recognised; faces and persons are never \
        compared. Pictures count a moment after they were attached, when their previews are made.",
    params(WorkId, SimilarQuery),
    responses((status = 200, description = "Those you may see.", body = SimilarList)),
    security((), ("token" = []))
)]
pub async fn similar(
    actor: Allowed<Read>,
    counted: Counted,
    id: WorkId,
    query: Query<SimilarQuery>,
    service: web::Data<Search>,
) -> Result<HttpResponse, Problem> {
    let found = service
        .similar(&counted.0, &actor, id.0, bounded(query.0.limit)?)
        .await?;
    let found = found.ok_or(Problem::NotFound)?;
    let mut budget = PageBudget::default();
    Ok(HttpResponse::Ok().json(SimilarList {
        duplicates: shortened(found.duplicates, &actor, &mut budget),
        related: shortened(found.related, &actor, &mut budget),
    }))
}

fn bounded(limit: Option<usize>) -> Result<usize, Problem> {
    pagination::within(limit.unwrap_or(DEFAULT_LIMIT), MAX_LIMIT)
}

/// The works without their full texts, the first ones only when their other texts are long.
fn shortened(works: Vec<Asset>, actor: &Actor, budget: &mut PageBudget) -> Vec<AssetDto> {
    let without_body = works.into_iter().map_while(|mut asset| {
        asset.work.body = None;
        let fits = !budget.is_used_up();
        budget.count(&asset);
        fits.then(|| AssetDto::render(asset, actor))
    });
    without_body.collect()
}

impl From<Suggestion> for SuggestionDto {
    fn from(suggestion: Suggestion) -> Self {
        let (scheme, slug, asset) = match suggestion.source {
            SuggestionSource::Concept { scheme, slug } => (Some(scheme), Some(slug), None),
            SuggestionSource::Title(id) => (None, None, Some(id.to_string())),
        };
        Self {
            text: suggestion.text,
            scheme,
            slug,
            asset,
        }
    }
}
