//! `/api/v1/me`: who the caller is, what it may do, and what its limits are.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::config::Config;
use crate::domain::access::{Actor, Credential, Permission};
use crate::domain::account::Account;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::no_store;
use crate::interfaces::http::organisations::quota::UsageView;
use crate::interfaces::http::pagination::MAX_LIMIT;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::schemas;
use crate::services::quotas::QuotaError;

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeDto {
    /// `anonymous` without a token; `system` is the operator on the machine of the archive.
    #[schema(inline)]
    role: CallerRole,
    /// The public id of the token of a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// The organisation of the token or account.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// The account of the session or token.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<MyAccount>,
    /// What the caller may do; for which works is decided for each.
    #[schema(value_type = Vec<schemas::PermissionName>)]
    permissions: Vec<&'static str>,
    /// The permissions that the token is narrowed to; absent when it has all of its role.
    #[schema(value_type = Option<Vec<schemas::PermissionName>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'static str>>,
    /// What the organisation uses and may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageView>,
    /// The greatest sizes of requests and answers.
    limits: LimitsDto,
}

/// The account of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyAccount {
    /// Its id.
    id: String,
    /// Its login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// The line its holder chose to be shown as.
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<String>,
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
pub async fn me(
    actor: Allowed<Read>,
    archive: web::Data<Archive>,
    config: web::Data<Config>,
) -> Result<HttpResponse, Problem> {
    let (token, scopes) = match &*actor {
        Actor::Holder {
            credential,
            narrowed_to,
            ..
        } => (token_of(credential), *narrowed_to),
        Actor::Anonymous | Actor::System => (None, None),
    };
    let account = archive.accounts.own.of_actor(&actor).await?;
    let usage = match actor.organisation() {
        Some(own) => match archive.quotas.usage(&actor, own).await {
            // Its vocabulary does not have the body any more.
            Err(QuotaError::NoSuchBody) => None,
            usage => Some(usage?),
        },
        None => None,
    };
    let granted = Permission::NAMES
        .into_iter()
        .filter(|(_, permission)| actor.may(*permission));
    let me = MeDto {
        role: CallerRole::of(&actor),
        token,
        account: account.map(MyAccount::from),
        organisation: actor.organisation().map(ToString::to_string),
        permissions: granted.map(|(name, _)| name).collect(),
        scopes: scopes.map(|scopes| scopes.iter().map(Permission::name).collect()),
        usage: usage.map(UsageView::from),
        limits: LimitsDto {
            max_file_bytes: config.intake.max_file_bytes,
            max_json_bytes: config.server.max_json_bytes,
            max_line_bytes: config.intake.max_line_bytes,
            max_page_entries: MAX_LIMIT,
        },
    };
    Ok(no_store::ok(me))
}

fn token_of(credential: &Credential) -> Option<String> {
    match credential {
        Credential::Token(token) => Some(token.0.clone()),
        Credential::Account(_) => None,
    }
}

impl From<Account> for MyAccount {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.to_string(),
            login: account.login.map(|login| login.to_string()),
            display: account.display,
        }
    }
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
