//! Responses with a work.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::domain::access::Actor;
use crate::domain::asset::{Asset, Processing, ProcessingStates};
use crate::interfaces::http::extract::precondition;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::wire::AssetDto;

/// A work as the actor may see it, with the entity tag of this form.
pub fn asset_response(
    mut response: HttpResponseBuilder,
    asset: Asset,
    actor: &Actor,
) -> HttpResponse {
    let revision = asset.revision;
    match serde_json::to_vec(&AssetDto::render(asset, actor)) {
        Ok(body) => response
            .insert_header((
                header::ETAG,
                precondition::etag_of_form(revision, actor, &body),
            ))
            .content_type("application/json")
            .body(body),
        Err(error) => HttpResponse::from_error(Problem::internal(error)),
    }
}

/// The response to a read, with the states of the files; 304 when the entity tag matches. The end of
/// processing creates no revision, so there is no 304 while a file is still processed.
pub fn asset_response_if_changed(
    request: &HttpRequest,
    asset: Asset,
    actor: &Actor,
    processing: &ProcessingStates,
) -> Result<HttpResponse, Problem> {
    let revision = asset.revision;
    let mut files = asset.files.iter();
    let is_settled = files.all(|file| processing.of(file.sha256) == Processing::Ready);
    let work = AssetDto::render_with_processing(asset, actor, processing);
    let body = serde_json::to_vec(&work).map_err(Problem::internal)?;
    let etag = precondition::etag_of_form(revision, actor, &body);
    if is_settled && precondition::matches_if_none_match(request, &etag) {
        let etag = (header::ETAG, etag);
        return Ok(HttpResponse::NotModified().insert_header(etag).finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, etag))
        .content_type("application/json")
        .body(body))
}

/// The same with the states of its files.
pub fn asset_response_with_processing(
    mut response: HttpResponseBuilder,
    asset: Asset,
    actor: &Actor,
    processing: &ProcessingStates,
) -> HttpResponse {
    let revision = asset.revision;
    let work = AssetDto::render_with_processing(asset, actor, processing);
    match serde_json::to_vec(&work) {
        Ok(body) => response
            .insert_header((
                header::ETAG,
                precondition::etag_of_form(revision, actor, &body),
            ))
            .content_type("application/json")
            .body(body),
        Err(error) => HttpResponse::from_error(Problem::internal(error)),
    }
}
