//! Responses with a work.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::access::Actor;
use crate::domain::asset::Asset;
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
