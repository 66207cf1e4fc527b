//! `/api/v1/tokens`: creates, lists and revokes access tokens, for administrators.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::BaseAddress;
use super::extract::body::{JsonBody, SmallJson};
use super::extract::fields::Fields;
use super::extract::guard::{Administer, Allowed};
use super::extract::query;
use super::problem::Problem;
use crate::domain::Violations;
use crate::domain::access::{Role, TokenId};
use crate::services::accounts::{NewToken, Tokens};
use crate::storage::catalog::TokenRecord;

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
}

/// A new token with its secret.
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
    items: Vec<TokenView>,
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
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(TokenMade {
            token: record.into(),
            secret: secret.reveal().to_owned(),
        }))
}

/// Revokes a token at once.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", operation_id = "revokeToken", tag = "operation",
    summary = "Revoke an access token",
    params(("id" = String, Path, description = "The token's public id.")),
    responses((status = 204, description = "It is not valid any more.")),
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
    let mut fields = Fields::new(value, &["role", "organisation", "label", "expires_at"]);
    let role = fields.required_role("role");
    let label = fields.optional("label").filter(|label| !label.is_empty());
    let token = NewToken {
        role,
        organisation: fields.slug("organisation").flatten(),
        label: label.unwrap_or_else(|| role.name().to_owned()),
        expires_at: fields.moment("expires_at"),
    };
    fields.finish(token)
}

impl From<TokenRecord> for TokenView {
    fn from(record: TokenRecord) -> Self {
        Self {
            id: record.id.0,
            role: record.role.into(),
            organisation: record.organisation.map(|slug| slug.to_string()),
            label: record.label,
            created_at: record.created_at.to_string(),
            expires_at: record.expires_at.map(|at| at.to_string()),
            revoked_at: record.revoked_at.map(|at| at.to_string()),
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
