//! The HTTP interface: `/api/v1/…`, its description, health and metrics.
//!
//! [`frame`] holds for every answer; [`problem`] decides every status of failure; [`guard`] puts
//! the needed permission into each handler's signature. Handlers extract, convert, make one
//! service call and convert back; they neither touch the store nor know rules.

pub mod assets;
pub mod body;
pub mod changes;
pub mod compression;
pub mod counted;
pub mod delivery;
pub mod docs;
pub mod document;
pub mod feeds;
pub mod frame;
pub mod guard;
pub mod health;
pub mod imports;
pub mod jobs;
pub mod lines;
pub mod openapi;
pub mod page;
pub mod precondition;
pub mod problem;
pub mod problem_pages;
pub mod query;
pub mod search;
pub mod searches;
pub mod server;
pub mod tls;
pub mod tokens;
pub mod upload;
pub mod vocabularies;

use actix_web::web;

use problem::Problem;

/// Every address, in the order they are tried.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(health::routes)
        .configure(assets::routes)
        .configure(upload::attach::routes)
        .configure(delivery::routes)
        .configure(imports::routes)
        .configure(changes::routes)
        .configure(search::routes)
        .configure(searches::routes)
        .configure(jobs::routes)
        .configure(tokens::routes)
        .configure(vocabularies::routes)
        .configure(docs::routes)
        .default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::NotFound)
}

/// The public address of the archive, without a slash at its end: links are built from this one,
/// never from the `Host` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseAddress(String);

impl BaseAddress {
    /// The configured address, or that of the bound socket.
    pub fn new(configured: &str, scheme: &str, bound: std::net::SocketAddr) -> Self {
        if configured.is_empty() {
            Self(format!("{scheme}://{}", reachable(bound)))
        } else {
            Self(configured.trim_end_matches('/').to_owned())
        }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address under which a program on this machine reaches a bound socket.
pub fn reachable(bound: std::net::SocketAddr) -> std::net::SocketAddr {
    let mut address = bound;
    if bound.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}
