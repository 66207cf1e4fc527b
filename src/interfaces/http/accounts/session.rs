//! `/api/v1/session`: signs a browser in and out.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::AccountView;
use crate::app::Archive;
use crate::domain::Rule;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::authentication::session_cookie::{self, CookieText};
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::session::{AnySession, FullSession};
use crate::interfaces::http::no_store::{self, NO_STORE};
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::{Proof, Secret, Session};

/// Login name and password.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct Credentials {
    /// The login name.
    login: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// A proof of identity: exactly one of these.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct ProofBody {
    /// A code of the one-time password generator.
    code: Option<String>,
    /// A recovery code.
    recovery_code: Option<String>,
    /// The password; only for accounts without a second factor.
    #[schema(format = Password)]
    password: Option<String>,
}

/// How far signing in is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignInState {
    /// The session is complete.
    SignedIn,
    /// The second factor is missing.
    SecondFactorRequired,
}

/// The session of the browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedInView {
    /// How far signing in is.
    #[schema(inline)]
    state: SignInState,
    /// The account, once the session is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountView>,
    /// What changes with this session send as `X-CSRF-Token`. Every answer has another form of it; all are valid.
    csrf_token: String,
    /// When the session ends at the latest.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Signs in with a password.
#[utoipa::path(
    post, path = "/api/v1/session", operation_id = "signIn", tag = "accounts",
    summary = "Sign in",
    description = "For browsers. Sets the cookie of a session, which is pending while the second factor is missing.",
    request_body = Credentials,
    responses((
        status = 200, description = "The session.", body = SignedInView,
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
    let mut fields = Fields::new(&body.value, &["login", "password"]);
    let credentials = (fields.required("login"), fields.required("password"));
    let (login, password) = fields.finish(credentials)?;
    let begun = archive
        .accounts
        .sign_in
        .with_password(&login, &password, network.0);
    let (secret, session) = begun.await?;
    end_earlier(&request, &archive).await?;
    begin(&archive, &base, &secret, &session).await
}

/// Completes a pending session with the second factor.
#[utoipa::path(
    post, path = "/api/v1/session/second-factor", operation_id = "signInWithSecondFactor", tag = "accounts",
    summary = "Complete signing in with the second factor",
    request_body = ProofBody,
    responses((
        status = 200, description = "The complete session, with a new cookie.", body = SignedInView,
        headers(("Set-Cookie" = String, description = "The session."))
    )),
    security(("session" = []))
)]
pub async fn second_factor(
    session: AnySession,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    network: CallerNetwork,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let proof = proof_in(&body)?;
    let begun = archive
        .accounts
        .sign_in
        .with_second_factor(&session, &proof, network.0);
    let (secret, session) = begun.await?;
    begin(&archive, &base, &secret, &session).await
}

/// Proves again who the caller is, as dangerous acts need.
#[utoipa::path(
    post, path = "/api/v1/session/proof", operation_id = "proveIdentity", tag = "accounts",
    summary = "Prove again who you are",
    description = "Dangerous acts need a proof that is not older than ten minutes.",
    request_body = ProofBody,
    responses((
        status = 200, description = "The session, with a new cookie.", body = SignedInView,
        headers(("Set-Cookie" = String, description = "The session."))
    )),
    security(("session" = []))
)]
pub async fn prove(
    session: FullSession,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    network: CallerNetwork,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let proof = proof_in(&body)?;
    let begun = archive.accounts.sign_in.again(&session, &proof, network.0);
    let (secret, session) = begun.await?;
    begin(&archive, &base, &secret, &session).await
}

/// Returns the session of the caller.
#[utoipa::path(
    get, path = "/api/v1/session", operation_id = "readSession", tag = "accounts",
    summary = "Read the session and a token for changes",
    responses((status = 200, description = "The session.", body = SignedInView)),
    security(("session" = []))
)]
pub async fn read(
    session: AnySession,
    cookie: web::ReqData<CookieText>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let view = view(&archive, &cookie.0, &session).await?;
    Ok(no_store::ok(view))
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/session", operation_id = "signOut", tag = "accounts",
    summary = "Sign out",
    responses((
        status = 204, description = "The session has ended.",
        headers(("Set-Cookie" = String, description = "Takes the cookie away."))
    )),
    security(("session" = []))
)]
pub async fn sign_out(
    session: AnySession,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    archive.accounts.sign_in.out(&session).await?;
    Ok(HttpResponse::NoContent()
        .cookie(session_cookie::removal(&base))
        .finish())
}

/// Ends the session that the browser had before it signed in. Otherwise whoever put its own session into the browser
/// (session fixation) would find it running after the holder has signed in.
///
/// # Errors
/// The catalogue fails.
pub async fn end_earlier(request: &HttpRequest, archive: &Archive) -> Result<(), Problem> {
    let earlier = request.extensions().get::<Session>().cloned();
    match earlier {
        Some(earlier) => Ok(archive.accounts.sign_in.out(&earlier).await?),
        None => Ok(()),
    }
}

/// The answer that begins a session.
pub(super) async fn begin(
    archive: &Archive,
    base: &BaseAddress,
    secret: &Secret,
    session: &Session,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .cookie(session_cookie::of_session(base, secret, session))
        .insert_header(NO_STORE)
        .json(view(archive, secret.reveal(), session).await?))
}

async fn view(archive: &Archive, cookie: &str, session: &Session) -> Result<SignedInView, Problem> {
    let account = if session.is_pending {
        None
    } else {
        Some(archive.accounts.own.read(session).await?.into())
    };
    Ok(SignedInView {
        state: if session.is_pending {
            SignInState::SecondFactorRequired
        } else {
            SignInState::SignedIn
        },
        account,
        csrf_token: session_cookie::csrf_token(cookie, &archive.clock),
        expires_at: session.expires_at.to_string(),
    })
}

fn proof_in(body: &JsonBody<SmallJson>) -> Result<Proof, Problem> {
    let mut fields = Fields::new(&body.value, &["code", "recovery_code", "password"]);
    let mut proofs = [
        fields.optional("code").map(Proof::Code),
        fields.optional("recovery_code").map(Proof::RecoveryCode),
        fields.optional("password").map(Proof::Password),
    ]
    .into_iter()
    .flatten();
    let proof = proofs.next();
    if proof.is_none() {
        fields.refuse("code", Rule::Required);
    }
    if proofs.next().is_some() {
        fields.refuse("code", Rule::Duplicate);
    }
    let proof = proof.unwrap_or(Proof::Code(String::new()));
    Ok(fields.finish(proof)?)
}
