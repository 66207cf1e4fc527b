//! `/api/v1`: where a program starts.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::BaseAddress;

/// The entry of the interface.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiIndex)]
pub struct IndexDto {
    /// The software.
    #[schema(example = "khochung")]
    name: &'static str,
    /// Its version.
    #[schema(example = "0.2.0")]
    version: &'static str,
    /// Absolute addresses.
    links: IndexLinks,
}

/// Addresses of the main resources.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndexLinks {
    /// This document.
    #[serde(rename = "self")]
    #[schema(format = "uri")]
    this: String,
    /// What your token allows.
    #[schema(format = "uri")]
    me: String,
    /// Works.
    #[schema(format = "uri")]
    assets: String,
    /// Search.
    #[schema(format = "uri")]
    search: String,
    /// The feed of every search.
    #[schema(format = "uri")]
    feed: String,
    /// Saved searches.
    #[schema(format = "uri")]
    searches: String,
    /// The change feed.
    #[schema(format = "uri")]
    changes: String,
    /// Vocabularies.
    #[schema(format = "uri")]
    vocabularies: String,
    /// The OpenAPI description.
    #[schema(format = "uri")]
    description: String,
    /// The interactive description.
    #[schema(format = "uri")]
    documentation: String,
}

/// Returns the entry of the interface.
#[utoipa::path(
    get, path = "/api/v1", operation_id = "readIndex", tag = "operation",
    summary = "Where to start",
    responses((status = 200, description = "Version and addresses.", body = IndexDto))
)]
pub async fn index(base: web::Data<BaseAddress>) -> web::Json<IndexDto> {
    let address = |path: &str| format!("{}{path}", base.as_str());
    web::Json(IndexDto {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        links: IndexLinks {
            this: address("/api/v1"),
            me: address("/api/v1/me"),
            assets: address("/api/v1/assets"),
            search: address("/api/v1/search"),
            feed: address("/api/v1/search/feed"),
            searches: address("/api/v1/searches"),
            changes: address("/api/v1/changes"),
            vocabularies: address("/api/v1/vocabularies"),
            description: address("/api/openapi.json"),
            documentation: address("/api/docs/"),
        },
    })
}
