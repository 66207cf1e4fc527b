//! `/api/v1/password-resets`: asks for a link to choose a new password.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;

/// Who forgot its password.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct PasswordResetBody {
    /// The login name.
    login: String,
}

/// Asks for a link.
#[utoipa::path(
    post, path = "/api/v1/password-resets", operation_id = "requestPasswordReset", tag = "accounts",
    summary = "Ask for a one-time link by mail to choose a new password",
    description = "The answer is the same whether an account has this login name or not. Password and second factor stay \
        valid; a link that was not used yet is not replaced within ten minutes.",
    request_body = PasswordResetBody,
    responses(
        (status = 202, description = "If an account has this login name and an address, a message is on its way."),
        (status = 409, description = "The archive sends no mail.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn request(
    archive: web::Data<Archive>,
    network: CallerNetwork,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["login"]);
    let login = fields.required("login");
    let login = fields.finish(login)?;
    archive
        .accounts
        .forgotten
        .request(&login, network.0)
        .await?;
    Ok(HttpResponse::Accepted().insert_header(NO_STORE).finish())
}
