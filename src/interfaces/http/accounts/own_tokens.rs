//! `/api/v1/account/tokens`: the tokens with which programs act as the account of the session.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Violations;
use crate::domain::access::TokenId;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::{FullSession, RecentSession};
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::schemas;
use crate::interfaces::http::tokens::{
    RotationBody, TokenList, TokenMade, TokenView, parse_overlap, shown_once,
};
use crate::services::accounts::{NewOwnToken, Tokens};

/// A token of the own account to create.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewOwnTokenBody {
    /// What it is for.
    label: String,
    /// When it expires (ISO 8601 with offset); by default in 90 days, at most in 366.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The permissions of the role that it is narrowed to; `read` is always among them.
    #[schema(value_type = Option<Vec<schemas::PermissionName>>)]
    scopes: Option<Vec<String>>,
}

/// Lists the tokens of the account.
#[utoipa::path(
    get, path = "/api/v1/account/tokens", operation_id = "listOwnTokens", tag = "accounts",
    summary = "List the tokens of your account",
    responses((status = 200, description = "The tokens, oldest first, without their secrets.", body = TokenList)),
    security(("session" = []))
)]
pub async fn list(
    session: FullSession,
    tokens: web::Data<Tokens>,
) -> Result<HttpResponse, Problem> {
    let found = tokens.list_own(&session).await?;
    let items = found.into_iter().map(TokenView::from).collect();
    Ok(no_store::ok(TokenList { items }))
}

/// Creates a token of the account.
#[utoipa::path(
    post, path = "/api/v1/account/tokens", operation_id = "createOwnToken", tag = "accounts",
    summary = "Create a token of your account",
    description = "It acts as your account, and ends with it and with its role and body.",
    request_body = NewOwnTokenBody,
    responses((status = 201, description = "The token; its secret is not shown again.", body = TokenMade)),
    security(("session" = []))
)]
pub async fn create(
    session: RecentSession,
    tokens: web::Data<Tokens>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let wanted = parse(&body.value)?;
    let (secret, record) = tokens.create_own(&session, wanted, None).await?;
    Ok(shown_once(HttpResponse::Created(), record, &secret))
}

/// Gives a token of the account a new secret.
#[utoipa::path(
    post, path = "/api/v1/account/tokens/{id}/rotation", operation_id = "rotateOwnToken", tag = "accounts",
    summary = "Replace the secret of a token of your account",
    description = "Both secrets are valid during the overlap. A secret that was replaced before ends now.",
    params(("id" = String, Path, description = "The token's public id.")),
    request_body = RotationBody,
    responses((status = 200, description = "The token; its new secret is not shown again.", body = TokenMade)),
    security(("session" = []))
)]
pub async fn rotate(
    session: RecentSession,
    tokens: web::Data<Tokens>,
    request: HttpRequest,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    let overlap = parse_overlap(&body.value)?;
    let id = TokenId(id);
    let rotated = tokens.rotate_own(&session, &id, overlap, None);
    let (secret, token) = rotated.await?;
    Ok(shown_once(HttpResponse::Ok(), token, &secret))
}

/// Revokes a token of the account.
#[utoipa::path(
    delete, path = "/api/v1/account/tokens/{id}", operation_id = "revokeOwnToken", tag = "accounts",
    summary = "Revoke a token of your account",
    params(("id" = String, Path, description = "The token's public id.")),
    responses((status = 204, description = "None of its secrets is valid any more.")),
    security(("session" = []))
)]
pub async fn revoke(
    session: FullSession,
    tokens: web::Data<Tokens>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    tokens.revoke_own(&session, &TokenId(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn parse(value: &Value) -> Result<NewOwnToken, Violations> {
    let mut fields = Fields::new(value, &["label", "expires_at", "scopes"]);
    let token = NewOwnToken {
        label: fields.required("label"),
        expires_at: fields.moment("expires_at"),
        permissions: fields.permissions("scopes"),
    };
    fields.finish(token)
}
