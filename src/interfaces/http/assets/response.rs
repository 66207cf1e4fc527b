//! Responses with a work.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::access::Actor;
use crate::domain::asset::{Asset, ProcessingStates};
use crate::interfaces::http::extract::precondition;
use crate::interfaces::wire::AssetDto;

/// A work as the actor may see it, with its entity tag.
pub fn asset_response(
    mut response: HttpResponseBuilder,
    asset: Asset,
    actor: &Actor,
) -> HttpResponse {
    response
        .insert_header((header::ETAG, precondition::etag(asset.revision)))
        .insert_header((header::VARY, "Authorization"))
        .json(AssetDto::render(asset, actor))
}

/// The same with the states of its files.
pub fn asset_response_with_processing(
    mut response: HttpResponseBuilder,
    asset: Asset,
    actor: &Actor,
    processing: &ProcessingStates,
) -> HttpResponse {
    response
        .insert_header((header::ETAG, precondition::etag(asset.revision)))
        .insert_header((header::VARY, "Authorization"))
        .json(AssetDto::render_with_processing(asset, actor, processing))
}
