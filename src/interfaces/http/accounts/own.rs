//! `/api/v1/account`: the account of the caller's session; and the one-time links that open one.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::{AccountView, SessionView};
use crate::app::Archive;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::{FullSession, RecentSession};
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::services::accounts::Secret;

/// What its holder changes in an account.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct OwnAccountPatch {
    /// The line to be shown as.
    display: String,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct PasswordChange {
    /// The present password.
    #[schema(format = Password)]
    current: String,
    /// The new one: ten characters or more, hard to guess.
    #[schema(format = Password)]
    new: String,
}

/// What a one-time link is used for.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct LinkBody {
    /// The secret of the link.
    link: String,
    /// The password: ten characters or more, hard to guess.
    #[schema(format = Password)]
    password: String,
    /// The line to be shown as.
    display: Option<String>,
}

/// A code of the generator.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct CodeBody {
    /// Six digits.
    code: String,
}

/// A one-time password generator to set up. Shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTotpView {
    /// The shared secret in Base32, for typing.
    secret: String,
    /// The same as an `otpauth://` address, for a QR code.
    address: String,
}

/// New recovery codes. Shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodesView {
    /// Each can be used once instead of a code of the generator.
    recovery_codes: Vec<String>,
}

/// The sessions of the holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// That used last first.
    items: Vec<SessionView>,
}

/// Chooses a password with a one-time link.
#[utoipa::path(
    post, path = "/api/v1/account-links", operation_id = "redeemAccountLink", tag = "accounts",
    summary = "Choose a password with a one-time link",
    description = "After an invitation or a reset. The link is used up; all sessions of the account end.",
    request_body = LinkBody,
    responses(
        (status = 200, description = "The account, which can sign in now.", body = AccountView),
        (status = 410, description = "The link was used, replaced, or has expired.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn redeem(
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["link", "password", "display"]);
    let parts = (
        fields.required("link"),
        fields.required("password"),
        fields.optional("display"),
    );
    let (link, password, display) = fields.finish(parts)?;
    let account = archive
        .accounts
        .own
        .redeem(&link, &password, display.as_deref());
    Ok(no_store::ok(AccountView::from(account.await?)))
}

/// Returns the account of the session.
#[utoipa::path(
    get, path = "/api/v1/account", operation_id = "readOwnAccount", tag = "accounts",
    summary = "Read your account",
    responses((status = 200, description = "The account.", body = AccountView)),
    security(("session" = []))
)]
pub async fn read(
    session: FullSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    Ok(no_store::ok(AccountView::from(
        archive.accounts.own.read(&session).await?,
    )))
}

/// Changes the line to be shown as.
#[utoipa::path(
    patch, path = "/api/v1/account", operation_id = "changeOwnAccount", tag = "accounts",
    summary = "Choose the line to be shown as",
    request_body = OwnAccountPatch,
    responses((status = 200, description = "The account.", body = AccountView)),
    security(("session" = []))
)]
pub async fn patch(
    session: FullSession,
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["display"]);
    let display = fields.required("display");
    let display = fields.finish(display)?;
    let account = archive.accounts.own.rename(&session, &display).await?;
    Ok(no_store::ok(AccountView::from(account)))
}

/// Replaces the password.
#[utoipa::path(
    put, path = "/api/v1/account/password", operation_id = "changePassword", tag = "accounts",
    summary = "Change your password",
    description = "All other sessions of the account end.",
    request_body = PasswordChange,
    responses((status = 204, description = "The new password holds.")),
    security(("session" = []))
)]
pub async fn change_password(
    session: FullSession,
    archive: web::Data<Archive>,
    network: CallerNetwork,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["current", "new"]);
    let passwords = (fields.required("current"), fields.required("new"));
    let (current, new) = fields.finish(passwords)?;
    let changed = archive
        .accounts
        .own
        .change_password(&session, &current, &new, network.0);
    changed.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begins with a one-time password generator.
#[utoipa::path(
    post, path = "/api/v1/account/totp", operation_id = "beginTotp", tag = "accounts",
    summary = "Set up a one-time password generator (RFC 6238)",
    description = "It is needed for signing in once a code of it was confirmed.",
    responses((status = 200, description = "The generator.", body = NewTotpView)),
    security(("session" = []))
)]
pub async fn begin_totp(
    session: RecentSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let new = archive.accounts.own.begin_totp(&session).await?;
    Ok(no_store::ok(NewTotpView {
        secret: new.secret.reveal().to_owned(),
        address: new.address.reveal().to_owned(),
    }))
}

/// Confirms the generator.
#[utoipa::path(
    put, path = "/api/v1/account/totp", operation_id = "confirmTotp", tag = "accounts",
    summary = "Confirm the generator with a code of it",
    request_body = CodeBody,
    responses((status = 200, description = "Recovery codes.", body = RecoveryCodesView)),
    security(("session" = []))
)]
pub async fn confirm_totp(
    session: RecentSession,
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["code"]);
    let code = fields.required("code");
    let code = fields.finish(code)?;
    let codes = archive.accounts.own.confirm_totp(&session, &code).await?;
    Ok(no_store::ok(RecoveryCodesView::from(codes)))
}

/// Takes the generator away.
#[utoipa::path(
    delete, path = "/api/v1/account/totp", operation_id = "removeTotp", tag = "accounts",
    summary = "Remove the generator and the recovery codes",
    responses((status = 204, description = "Signing in needs the password only.")),
    security(("session" = []))
)]
pub async fn remove_totp(
    session: RecentSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    archive.accounts.own.remove_totp(&session).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Replaces the recovery codes.
#[utoipa::path(
    post, path = "/api/v1/account/recovery-codes", operation_id = "renewRecoveryCodes", tag = "accounts",
    summary = "Replace the recovery codes",
    responses((status = 200, description = "New recovery codes.", body = RecoveryCodesView)),
    security(("session" = []))
)]
pub async fn renew_recovery_codes(
    session: RecentSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let renewed = archive.accounts.own.renew_recovery_codes(&session, None);
    let codes = renewed.await?;
    Ok(no_store::ok(RecoveryCodesView::from(codes)))
}

/// Lists the sessions of the holder.
#[utoipa::path(
    get, path = "/api/v1/account/sessions", operation_id = "listSessions", tag = "accounts",
    summary = "List your sessions",
    responses((status = 200, description = "The sessions.", body = SessionList)),
    security(("session" = []))
)]
pub async fn sessions(
    session: FullSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let found = archive.accounts.own.sessions(&session).await?;
    let items = found.iter().map(|other| SessionView::new(other, &session));
    Ok(no_store::ok(SessionList {
        items: items.collect(),
    }))
}

/// Ends a session of the holder.
#[utoipa::path(
    delete, path = "/api/v1/account/sessions/{id}", operation_id = "endSession", tag = "accounts",
    summary = "End one of your sessions",
    params(("id" = String, Path, description = "The session's public name.")),
    responses((status = 204, description = "It has ended.")),
    security(("session" = []))
)]
pub async fn end_session(
    session: FullSession,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(&request, "id")?;
    archive.accounts.own.end_session(&session, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<Vec<Secret>> for RecoveryCodesView {
    fn from(codes: Vec<Secret>) -> Self {
        let recovery_codes = codes.iter().map(|code| code.reveal().to_owned());
        Self {
            recovery_codes: recovery_codes.collect(),
        }
    }
}
