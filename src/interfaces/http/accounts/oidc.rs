//! `/auth/oidc/…`: signing in through OpenID Connect providers.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::session::end_earlier;
use crate::app::Archive;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::authentication::session_cookie;
use crate::interfaces::http::extract::query::{Query, path_part};
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::services::accounts::oidc::AuthorizationResponse;

/// Names of the cookie of a sign-in under way: over TLS, and without.
const SECURE_NAME: &str = "__Host-khochung-sign-in";
const PLAIN_NAME: &str = "khochung-sign-in";
const COOKIE_SECONDS: i64 = 600;

/// How to sign in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BeginQuery {
    /// `true`: the provider lets the holder prove who it is anew, as dangerous acts need.
    fresh: Option<bool>,
}

/// What the provider sends back through the browser.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "providers send more than is needed, and other parameters are refused"
)]
pub struct CallbackQuery {
    /// The code to exchange.
    code: Option<String>,
    /// What the browser took along.
    state: Option<String>,
    /// Who answers (RFC 9207).
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// The same in words; ignored.
    error_description: Option<String>,
    /// A page about it; ignored.
    error_uri: Option<String>,
    /// Of Keycloak and others; ignored.
    session_state: Option<String>,
    /// Of Google and others; ignored.
    scope: Option<String>,
    /// Of Google; ignored.
    authuser: Option<String>,
    /// Of Google; ignored.
    hd: Option<String>,
    /// Of Google; ignored.
    prompt: Option<String>,
}

/// A provider to sign in through.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderView {
    /// Its name in addresses.
    id: String,
    /// Its name for people.
    name: String,
    /// Where a browser begins.
    #[schema(format = "uri")]
    address: String,
}

/// The providers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderList {
    /// In the order of the settings.
    items: Vec<ProviderView>,
}

/// Lists the providers.
#[utoipa::path(
    get, path = "/api/v1/session/providers", operation_id = "listSignInProviders", tag = "accounts",
    summary = "List the providers to sign in through",
    responses((status = 200, description = "The providers.", body = ProviderList)),
    security(())
)]
pub async fn providers(
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    caller: web::ReqData<Caller>,
) -> HttpResponse {
    let providers = archive.accounts.oidc.providers().map(|provider| {
        let [vietnamese, english] = &provider.names;
        ProviderView {
            id: provider.id.to_string(),
            name: caller
                .language
                .pick(vietnamese.as_str(), english.as_str())
                .to_owned(),
            address: format!("{}/auth/oidc/{}", base.as_str(), provider.id),
        }
    });
    HttpResponse::Ok().json(ProviderList {
        items: providers.collect(),
    })
}

/// Sends a browser to a provider.
#[utoipa::path(
    get, path = "/auth/oidc/{provider}", operation_id = "beginSignIn", tag = "accounts",
    summary = "Begin to sign in through a provider",
    description = "For browsers: authorisation code with PKCE, bound to the browser by a cookie.",
    params(("provider" = String, Path, description = "The provider's id."), BeginQuery),
    responses(
        (status = 303, description = "To the provider.", headers(
            ("Location" = String, description = "Address at the provider."),
            ("Set-Cookie" = String, description = "The sign-in under way.")
        ))
    ),
    security(())
)]
pub async fn begin(
    request: HttpRequest,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    Query(query): Query<BeginQuery>,
) -> Result<HttpResponse, Problem> {
    let provider: String = path_part(&request, "provider")?;
    let redirect = redirect(&base, &provider);
    let is_fresh = query.fresh.unwrap_or(false);
    let begun = archive.accounts.oidc.begin(&provider, redirect, is_fresh);
    let (address, secret) = begun.await?;
    Ok(HttpResponse::SeeOther()
        .cookie(cookie(&base, secret.reveal(), COOKIE_SECONDS))
        .insert_header(NO_STORE)
        .insert_header((header::LOCATION, address))
        .finish())
}

/// Takes a browser back from a provider.
#[utoipa::path(
    get, path = "/auth/oidc/{provider}/callback", operation_id = "completeSignIn", tag = "accounts",
    summary = "Complete signing in through a provider",
    params(("provider" = String, Path, description = "The provider's id."), CallbackQuery),
    responses(
        (status = 303, description = "Signed in; to the start page.", headers(
            ("Location" = String, description = "The start page."),
            ("Set-Cookie" = String, description = "The session.")
        )),
        (status = 401, description = "The sign-in was not begun by this browser, or the provider refuses the code.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "No rule gives the holder a role, or its account is closed.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn callback(
    request: HttpRequest,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    network: CallerNetwork,
    Query(query): Query<CallbackQuery>,
) -> Result<HttpResponse, Problem> {
    let provider: String = path_part(&request, "provider")?;
    let kept = request.cookie(name(&base));
    let response = AuthorizationResponse {
        code: query.code,
        state: query.state,
        issuer: query.iss,
        error: query.error,
    };
    let (secret, session) = archive
        .accounts
        .oidc
        .complete(
            &provider,
            redirect(&base, &provider),
            kept.as_ref().map(Cookie::value),
            response,
            network.0,
        )
        .await?;
    end_earlier(&request, &archive).await?;
    let mut removal = cookie(&base, "", 0);
    removal.make_removal();
    Ok(HttpResponse::SeeOther()
        .cookie(session_cookie::of_session(&base, &secret, &session))
        .cookie(removal)
        .insert_header(NO_STORE)
        .insert_header((header::LOCATION, "/"))
        .finish())
}

fn redirect(base: &BaseAddress, provider: &str) -> String {
    format!("{}/auth/oidc/{provider}/callback", base.as_str())
}

fn name(base: &BaseAddress) -> &'static str {
    if session_cookie::is_secure(base) {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

/// `Lax`, as the browser comes back from another site.
fn cookie(base: &BaseAddress, value: &str, seconds: i64) -> Cookie<'static> {
    Cookie::build(name(base), value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(session_cookie::is_secure(base))
        .max_age(time::Duration::seconds(seconds))
        .finish()
}
