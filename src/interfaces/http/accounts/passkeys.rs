//! `/api/v1/account/passkeys` and `/api/v1/session/passkey`: passkeys (WebAuthn Level 3).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::session::{SignedInView, begin, end_earlier};
use crate::app::Archive;
use crate::domain::Rule;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::query::path_part;
use crate::interfaces::http::extract::session::{FullSession, RecentSession};
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::services::accounts::passkeys::{Begun, PasskeyView};

/// What a page asks the browser for, and sends back with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CeremonyView {
    /// The options in their JSON form, for `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    #[schema(value_type = Object, additional_properties)]
    options: Value,
    /// To be sent back within five minutes. It is used once.
    ceremony: String,
}

/// A passkey that the browser made.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewPasskeyBody {
    /// What the holder calls it.
    label: String,
    /// From the answer that began it.
    ceremony: String,
    /// `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object, additional_properties)]
    credential: Value,
}

/// An answer with a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct PasskeyAnswer {
    /// From the answer that began it.
    ceremony: String,
    /// `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object, additional_properties)]
    credential: Value,
}

/// A passkey of the holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyDto {
    /// Its public name, for removing it.
    id: String,
    /// What the holder calls it.
    label: String,
    /// When it was registered.
    #[schema(format = DateTime)]
    created_at: String,
    /// The day of its last use.
    #[schema(format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    used_on: Option<String>,
}

/// The passkeys of the holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyList {
    /// Oldest first.
    items: Vec<PasskeyDto>,
}

/// Begins to register a passkey.
#[utoipa::path(
    post, path = "/api/v1/account/passkeys/ceremonies", operation_id = "beginPasskeyRegistration", tag = "accounts",
    summary = "Begin to register a passkey",
    responses(
        (status = 200, description = "What to ask the browser for.", body = CeremonyView),
        (status = 409, description = "The address of the archive has no name, the account signs in through a provider, or has 20 passkeys.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("session" = []))
)]
pub async fn begin_registration(
    session: RecentSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let begun = archive
        .accounts
        .passkeys
        .begin_registration(&session)
        .await?;
    Ok(ceremony_response(begun))
}

/// Registers a passkey.
#[utoipa::path(
    post, path = "/api/v1/account/passkeys", operation_id = "registerPasskey", tag = "accounts",
    summary = "Register the passkey that the browser made",
    request_body = NewPasskeyBody,
    responses((status = 201, description = "The passkey.", body = PasskeyDto)),
    security(("session" = []))
)]
pub async fn register(
    session: RecentSession,
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["label", "ceremony", "credential"]);
    let (label, ceremony) = (fields.required("label"), fields.required("ceremony"));
    let credential = credential_in(&mut fields, &body.value);
    let (label, ceremony) = fields.finish((label, ceremony))?;
    let registered = archive
        .accounts
        .passkeys
        .register(&session, &label, &ceremony, &credential);
    Ok(no_store::json(
        &mut HttpResponse::Created(),
        PasskeyDto::from(registered.await?),
    ))
}

/// Lists the passkeys.
#[utoipa::path(
    get, path = "/api/v1/account/passkeys", operation_id = "listPasskeys", tag = "accounts",
    summary = "List your passkeys",
    responses((status = 200, description = "The passkeys.", body = PasskeyList)),
    security(("session" = []))
)]
pub async fn list(
    session: FullSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let found = archive.accounts.passkeys.list(&session).await?;
    Ok(no_store::ok(PasskeyList {
        items: found.into_iter().map(PasskeyDto::from).collect(),
    }))
}

/// Removes a passkey.
#[utoipa::path(
    delete, path = "/api/v1/account/passkeys/{id}", operation_id = "removePasskey", tag = "accounts",
    summary = "Remove one of your passkeys",
    params(("id" = String, Path, description = "The passkey's public name.")),
    responses((status = 204, description = "It does not open the account any more.")),
    security(("session" = []))
)]
pub async fn remove(
    session: RecentSession,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id: String = path_part(&request, "id")?;
    archive.accounts.passkeys.remove(&session, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begins to sign in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/session/passkey/ceremonies", operation_id = "beginPasskeySignIn", tag = "accounts",
    summary = "Begin to sign in with a passkey",
    responses(
        (status = 200, description = "What to ask the browser for.", body = CeremonyView),
        (status = 409, description = "The address of the archive has no name.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn begin_sign_in(archive: web::Data<Archive>) -> Result<HttpResponse, Problem> {
    Ok(ceremony_response(
        archive.accounts.passkeys.begin_sign_in()?,
    ))
}

/// Signs in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/session/passkey", operation_id = "signInWithPasskey", tag = "accounts",
    summary = "Sign in with a passkey",
    description = "Counts as both factors, and as a recent proof of identity.",
    request_body = PasskeyAnswer,
    responses((
        status = 200, description = "The complete session.", body = SignedInView,
        headers(("Set-Cookie" = String, description = "The session."))
    )),
    security(())
)]
pub async fn sign_in(
    request: HttpRequest,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    network: CallerNetwork,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["ceremony", "credential"]);
    let ceremony = fields.required("ceremony");
    let credential = credential_in(&mut fields, &body.value);
    let ceremony = fields.finish(ceremony)?;
    let passkeys = &archive.accounts.passkeys;
    let (secret, session) = passkeys.sign_in(&ceremony, &credential, network.0).await?;
    end_earlier(&request, &archive).await?;
    begin(&archive, &base, &secret, &session).await
}

/// The answer of the browser; a malformed inside counts as wrong credentials.
fn credential_in(fields: &mut Fields, body: &Value) -> Value {
    let credential = body.get("credential").cloned().unwrap_or_default();
    if !credential.is_object() {
        fields.refuse("credential", Rule::WrongType { expected: "object" });
    }
    credential
}

fn ceremony_response(begun: Begun) -> HttpResponse {
    no_store::ok(CeremonyView {
        options: begun.options,
        ceremony: begun.ceremony.reveal().to_owned(),
    })
}

impl From<PasskeyView> for PasskeyDto {
    fn from(passkey: PasskeyView) -> Self {
        Self {
            id: passkey.id,
            label: passkey.label,
            created_at: passkey.created_at.to_string(),
            used_on: passkey.used_on,
        }
    }
}
