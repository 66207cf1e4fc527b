//! `/api/v1/tokens`: creates, lists, rotates and revokes access tokens, for administrators.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::BaseAddress;
use super::extract::body::{JsonBody, SmallJson};
use super::extract::fields::Fields;
use super::extract::guard::{Administer, Allowed};
use super::extract::query;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use super::schemas;
use crate::domain::Violations;
use crate::domain::access::{Permission, Permissions, Role, TokenId};
use crate::interfaces::http::no_store::NO_STORE;
use crate::services::accounts::{
    DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS, NewToken, Secret, Token, Tokens,
};
use crate::storage::catalog::TokenRecord;

const HOUR_SECONDS: i64 = 3_600;

/// A token to create.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewTokenBody {
    /// The role of its holder.
    #[schema(inline)]
    role: RoleName,
    /// The organisation of its holder: a slug of the scheme `organisation`. Contributors need one. It
    /// limits contributors, reviewers, inspectors and editors to works of this organisation and of those below it.
    organisation: Option<String>,
    /// What it is for; by default the name of the role.
    label: Option<String>,
    /// When it expires (ISO 8601 with offset).
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The permissions of the role that it is narrowed to; `read` is always among them. Without them it has all of the role.
    #[schema(value_type = Option<Vec<schemas::PermissionName>>)]
    scopes: Option<Vec<String>>,
}

/// A new secret for a token.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct RotationBody {
    /// For how many hours the present secret stays valid; by default 24. It never outlives the token.
    #[schema(minimum = 0, maximum = 720)]
    overlap_hours: Option<u64>,
}

/// The role of the holder of a token.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
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
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Its public id.
    id: String,
    /// The role of its holder.
    #[schema(inline)]
    role: RoleName,
    /// The organisation of its holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// The account that it belongs to and acts as.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// The permissions that it is narrowed to; absent when it has all of its role.
    #[schema(value_type = Option<Vec<schemas::PermissionName>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'static str>>,
    /// What it is for.
    label: String,
    /// When it was created.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it expires.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// When its newest secret was made.
    #[schema(format = DateTime)]
    secret_since: String,
    /// Until when the secret before that is valid, too.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    former_secret_until: Option<String>,
    /// The last day on which it was used, in Viet Nam. The archive knows no more of its use.
    #[schema(format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_on: Option<String>,
}

/// A token with its new secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenMade {
    /// The token.
    #[serde(flatten)]
    token: TokenView,
    /// What its holder sends as `Authorization: Bearer …`. Shown this once.
    secret: String,
}

/// All tokens, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenList {
    /// The tokens.
    pub(super) items: Vec<TokenView>,
}

/// Lists the tokens.
#[utoipa::path(
    get, path = "/api/v1/tokens", operation_id = "listTokens", tag = "operation",
    summary = "List the access tokens",
    responses((status = 200, description = "All tokens, oldest first, without their secrets.", body = TokenList)),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<Administer>,
    tokens: web::Data<Tokens>,
) -> Result<web::Json<TokenList>, Problem> {
    let found = tokens.list(&actor).await?;
    Ok(web::Json(TokenList {
        items: found.into_iter().map(TokenView::from).collect(),
    }))
}

/// Creates a token.
#[utoipa::path(
    post, path = "/api/v1/tokens", operation_id = "createToken", tag = "operation",
    summary = "Create an access token",
    request_body(content = NewTokenBody, description = "What the token shall allow."),
    responses((
        status = 201, description = "The token; its secret is not shown again.", body = TokenMade,
        headers(("Location" = String, description = "Address of the token."))
    )),
    security(("token" = []))
)]
pub async fn create(
    actor: Allowed<Administer>,
    tokens: web::Data<Tokens>,
    base: web::Data<BaseAddress>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let (secret, record) = tokens.create(&actor, parse_new_token(&body.value)?).await?;
    let location = format!("{}/api/v1/tokens/{}", base.as_str(), record.id.0);
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location));
    Ok(shown_once(response, record, &secret))
}

/// Gives a token a new secret.
#[utoipa::path(
    post, path = "/api/v1/tokens/{id}/rotation", operation_id = "rotateToken", tag = "operation",
    summary = "Replace the secret of an access token",
    description = "Both secrets are valid during the overlap. A secret that was replaced before ends now: a token never has more than two.",
    params(("id" = String, Path, description = "The token's public id.")),
    request_body = RotationBody,
    responses(
        (status = 200, description = "The token; its new secret is not shown again.", body = TokenMade),
        (status = 409, description = "The token was revoked or has expired.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn rotate(
    actor: Allowed<Administer>,
    tokens: web::Data<Tokens>,
    request: HttpRequest,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let overlap = parse_overlap(&body.value)?;
    let (secret, token) = tokens.rotate(&actor, &TokenId(id), overlap).await?;
    Ok(shown_once(HttpResponse::Ok(), token, &secret))
}

/// Revokes a token at once.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", operation_id = "revokeToken", tag = "operation",
    summary = "Revoke an access token",
    params(("id" = String, Path, description = "The token's public id.")),
    responses((status = 204, description = "None of its secrets is valid any more.")),
    security(("token" = []))
)]
pub async fn revoke(
    actor: Allowed<Administer>,
    tokens: web::Data<Tokens>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    tokens.revoke(&actor, &TokenId(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn parse_new_token(value: &Value) -> Result<NewToken, Violations> {
    let known = ["role", "organisation", "label", "expires_at", "scopes"];
    let mut fields = Fields::new(value, &known);
    let role = fields.required_role("role");
    let label = fields.optional("label").filter(|label| !label.is_empty());
    let token = NewToken {
        role,
        organisation: fields.slug("organisation").flatten(),
        label: label.unwrap_or_else(|| role.name().to_owned()),
        expires_at: fields.moment("expires_at"),
        permissions: fields.permissions("scopes"),
    };
    fields.finish(token)
}

/// The overlap of a rotation, in seconds.
pub(super) fn parse_overlap(value: &Value) -> Result<i64, Violations> {
    let mut fields = Fields::new(value, &["overlap_hours"]);
    let longest = u64::try_from(MAX_OVERLAP_SECONDS / HOUR_SECONDS).unwrap_or(0);
    let hours = fields.number("overlap_hours", 0..=longest);
    let hours = fields.finish(hours)?;
    let seconds = hours.and_then(|hours| i64::try_from(hours).ok());
    Ok(seconds.map_or(DEFAULT_OVERLAP_SECONDS, |hours| hours * HOUR_SECONDS))
}

/// The one answer that has a secret.
pub(super) fn shown_once(
    mut response: HttpResponseBuilder,
    token: impl Into<TokenView>,
    secret: &Secret,
) -> HttpResponse {
    response.insert_header(NO_STORE).json(TokenMade {
        token: token.into(),
        secret: secret.reveal().to_owned(),
    })
}

impl From<TokenRecord> for TokenView {
    fn from(record: TokenRecord) -> Self {
        let names = |permissions: Permissions| permissions.iter().map(Permission::name).collect();
        Self {
            id: record.id.0,
            role: record.role.into(),
            organisation: record.organisation.map(|slug| slug.to_string()),
            account: record.account.map(|account| account.to_string()),
            scopes: record.permissions.map(names),
            label: record.label,
            created_at: record.created_at.to_string(),
            expires_at: record.expires_at.map(|at| at.to_string()),
            revoked_at: record.revoked_at.map(|at| at.to_string()),
            secret_since: record.secret_since.to_string(),
            former_secret_until: None,
            last_used_on: None,
        }
    }
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            former_secret_until: token.former_secret_until.map(|at| at.to_string()),
            last_used_on: token.last_used_on.map(|day| day.to_string()),
            ..token.record.into()
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Editor => Self::Editor,
            Role::Contributor => Self::Contributor,
            Role::Station => Self::Station,
            Role::Partner => Self::Partner,
            Role::Inspector => Self::Inspector,
            Role::Reviewer => Self::Reviewer,
        }
    }
}
