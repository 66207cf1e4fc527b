//! The HTTP interface: `/api/v1/…`, its description, health and metrics.
//!
//! [`frame`] applies to every response; [`problem`] decides the status of every failure; [`extract`] reads
//! requests, and its `guard` puts the required permission into the signature of each handler. Handlers
//! extract, convert, call one service and convert back; they neither use the storage nor contain rules.
//! Pages for browsers use the same frame, problems and extractors.

pub mod accounts;
pub mod assets;
pub mod authentication;
mod base_address;
pub mod bulk;
pub mod changes;
mod client_address;
pub mod delivery;
mod described_parameters;
pub mod docs;
pub mod extract;
pub mod frame;
pub mod health;
pub mod html;
pub mod imports;
pub mod index;
pub mod jobs;
pub mod no_store;
pub mod openapi;
mod operations;
pub mod organisations;
pub mod pagination;
pub mod problem;
pub mod records;
pub mod revisions;
pub mod saved_searches;
mod schemas;
pub mod search;
pub mod server;
pub mod table_imports;
pub mod tls;
pub mod tokens;
pub mod upload;
pub mod uploads;
pub mod vocabularies;

pub use base_address::{BaseAddress, reachable};

use actix_web::web;

use problem::Problem;

/// Registers all routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(operations::routes)
        .app_data(web::Data::new(docs::OpenApiText(openapi::shared_text)))
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<&'static str, Problem> {
    Err(Problem::NotFound)
}
