//! `/api/v1`: where a program starts, and `/api/v1/me`: what its token allows.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::BaseAddress;
use super::extract::guard::{Allowed, Read};
use super::pagination::MAX_LIMIT;
use crate::config::Config;
use crate::domain::access::{Actor, Credential, Permission};

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

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeDto {
    /// `anonymous` without a token; `system` is the operator on the machine of the archive.
    #[schema(inline)]
    role: CallerRole,
    /// The public id of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// The organisation of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// What the caller may do; for which works is decided for each.
    #[schema(inline)]
    permissions: Vec<PermissionName>,
    /// The greatest sizes of requests and answers.
    limits: LimitsDto,
}

/// The role of a caller.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallerRole {
    /// Without a token.
    Anonymous,
    /// Runs the archive.
    Admin,
    /// Checks, tags, publishes and withdraws works.
    Editor,
    /// Gives second approvals and returns works.
    Reviewer,
    /// Deposits and edits works of its organisation.
    Contributor,
    /// A radio or loudspeaker station.
    Station,
    /// A partner system.
    Partner,
    /// Reads works in every state and operational figures.
    Inspector,
    /// The archive itself and its operator.
    System,
}

/// A permission.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PermissionName {
    /// Read works and search.
    Read,
    /// Save searches.
    SaveSearches,
    /// Read the progress of works towards publication.
    FollowUp,
    /// Deposit works and edit those of the own organisation.
    Deposit,
    /// Return submitted works, give second approvals.
    Review,
    /// Accept, publish, correct, withdraw, delete.
    Curate,
    /// Read operational figures.
    Inspect,
    /// Read the audit trail.
    Audit,
    /// Tokens and jobs.
    Administer,
}

/// Limits of requests and answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
pub struct LimitsDto {
    /// The largest file, in bytes.
    max_file_bytes: u64,
    /// The largest JSON body, in bytes.
    max_json_bytes: u64,
    /// The longest line of an import, in bytes.
    max_line_bytes: u64,
    /// The most entries of a page of a list.
    max_page_entries: usize,
}

/// Returns who the caller is.
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "readMe", tag = "operation",
    summary = "Who am I, what may I do, what are my limits?",
    responses((status = 200, description = "What your token allows.", body = MeDto)),
    security((), ("token" = []))
)]
pub async fn me(actor: Allowed<Read>, config: web::Data<Config>) -> HttpResponse {
    let (credential, organisation) = match &*actor {
        Actor::Holder {
            credential,
            organisation,
            ..
        } => (Some(credential), organisation.as_ref()),
        Actor::Anonymous | Actor::System => (None, None),
    };
    let token = match credential {
        Some(Credential::Token(token)) => Some(token.0.clone()),
        _ => None,
    };
    let permissions = [
        (Permission::Read, PermissionName::Read),
        (Permission::KeepSearches, PermissionName::SaveSearches),
        (Permission::FollowUp, PermissionName::FollowUp),
        (Permission::Deposit, PermissionName::Deposit),
        (Permission::Review, PermissionName::Review),
        (Permission::Curate, PermissionName::Curate),
        (Permission::Inspect, PermissionName::Inspect),
        (Permission::Audit, PermissionName::Audit),
        (Permission::Administer, PermissionName::Administer),
    ];
    let granted = permissions
        .into_iter()
        .filter(|(permission, _)| actor.may(*permission));
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Authorization"))
        .json(MeDto {
            role: CallerRole::of(&actor),
            token,
            organisation: organisation.map(ToString::to_string),
            permissions: granted.map(|(_, name)| name).collect(),
            limits: LimitsDto {
                max_file_bytes: config.intake.max_file_bytes,
                max_json_bytes: config.server.max_json_bytes,
                max_line_bytes: config.intake.max_line_bytes,
                max_page_entries: MAX_LIMIT,
            },
        })
}

impl CallerRole {
    const fn of(actor: &Actor) -> Self {
        use crate::domain::access::Role;
        match actor {
            Actor::Anonymous => Self::Anonymous,
            Actor::System => Self::System,
            Actor::Holder { role, .. } => match role {
                Role::Admin => Self::Admin,
                Role::Editor => Self::Editor,
                Role::Contributor => Self::Contributor,
                Role::Station => Self::Station,
                Role::Partner => Self::Partner,
                Role::Inspector => Self::Inspector,
                Role::Reviewer => Self::Reviewer,
            },
        }
    }
}
