//! Signing in with a password and a second factor, and signing out.

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use super::carried;
use super::page::{Goal, SignInPage, Step};
use crate::app::Archive;
use crate::interfaces::http::accounts::session::end_earlier;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::authentication::session_cookie::{self, CookieText};
use crate::interfaces::http::extract::session::{AnySession, FullSession};
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::session::SessionTexts;
use crate::interfaces::portal::form::{self, FormFields, OpenForm, TOKEN_FIELD};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::services::accounts::{AccountsError, Proof, Secret, Session};

/// Shows the form.
///
/// # Errors
/// The template fails.
pub async fn show(page: PageRequest) -> Result<HttpResponse, Problem> {
    let goal = Goal {
        return_to: page.parameter("return").unwrap_or_default(),
        typed: String::new(),
    };
    page.respond(&SignInPage::new(&page, Step::Password, "", goal, None))
}

/// Takes name and password.
///
/// # Errors
/// [`Problem::TooManyRequests`]; the catalogue fails.
pub async fn sign_in(
    request: HttpRequest,
    page: PageRequest,
    network: CallerNetwork,
    archive: web::Data<Archive>,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    let (login, password) = (form.0.text("login"), form.0.password("password"));
    let sign_in = &archive.accounts.sign_in;
    let (secret, session) = match sign_in.with_password(login, password, network.0).await {
        Err(AccountsError::WrongCredentials) => {
            let error = Some(SessionTexts::of(page.language).wrong_password);
            let view = SignInPage::new(&page, Step::Password, login, goal(&form.0), error);
            return page.respond(&view);
        }
        begun => begun?,
    };
    end_earlier(&request, &archive).await?;
    if session.is_pending {
        let view = SignInPage::new(&page, Step::SecondFactor, login, goal(&form.0), None);
        let mut response = page.respond(&view)?;
        add_cookie(&mut response, &page, &secret, &session)?;
        return Ok(response);
    }
    signed_in(&request, &page, &archive, (secret, session), &form.0)
}

/// Takes the second factor: a code, or a recovery code.
///
/// # Errors
/// [`Problem::Unauthenticated`] without a pending session, [`Problem::TooManyRequests`]; the catalogue fails.
pub async fn second_factor(
    request: HttpRequest,
    session: AnySession,
    page: PageRequest,
    network: CallerNetwork,
    archive: web::Data<Archive>,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    let sign_in = &archive.accounts.sign_in;
    let proof = Proof::of_text(form.0.text("code"));
    match sign_in
        .with_second_factor(&session, &proof, network.0)
        .await
    {
        Err(AccountsError::WrongCredentials) => {
            let error = Some(SessionTexts::of(page.language).wrong_code);
            let view = SignInPage::new(&page, Step::SecondFactor, "", goal(&form.0), error);
            page.respond(&view)
        }
        begun => signed_in(&request, &page, &archive, begun?, &form.0),
    }
}

/// Leads on after signing in with a passkey, which a script did: to the page from which the caller came, or to what it
/// had typed.
///
/// # Errors
/// [`Problem::CrossSite`]; the template fails.
pub async fn go_on(
    request: HttpRequest,
    session: FullSession,
    page: PageRequest,
    archive: web::Data<Archive>,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    form::check_token(&request, form.0.text(TOKEN_FIELD))?;
    let goal = goal(&form.0);
    if goal.typed.is_empty() {
        return Ok(page.redirect(&Href::own(goal.return_to)));
    }
    carried::resume(&page, &session, &goal.typed, &archive)
}

/// Signs out.
///
/// # Errors
/// [`Problem::CrossSite`]; the catalogue fails.
pub async fn sign_out(
    request: HttpRequest,
    session: AnySession,
    page: PageRequest,
    archive: web::Data<Archive>,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    form::check_token(&request, form.0.text(TOKEN_FIELD))?;
    archive.accounts.sign_in.out(&session).await?;
    let mut response = page.redirect(&Place::Home.href(page.language));
    let removal = session_cookie::removal(&page.base);
    response
        .add_cookie(&removal)
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(response)
}

/// What the form says that signing in leads to.
fn goal(fields: &FormFields) -> Goal {
    Goal {
        return_to: fields.text("return").to_owned(),
        typed: fields.text("typed").to_owned(),
    }
}

/// Leads to the page from which the caller came, or shows again what it had typed.
fn signed_in(
    request: &HttpRequest,
    page: &PageRequest,
    archive: &Archive,
    (secret, session): (Secret, Session),
    fields: &FormFields,
) -> Result<HttpResponse, Problem> {
    let goal = goal(fields);
    let mut response = if goal.typed.is_empty() {
        page.redirect(&Href::own(goal.return_to))
    } else {
        let cookie = CookieText(secret.reveal().to_owned());
        request.extensions_mut().insert(cookie);
        request.extensions_mut().insert(session.clone());
        carried::resume(page, &session, &goal.typed, archive)?
    };
    add_cookie(&mut response, page, &secret, &session)?;
    Ok(response)
}

fn add_cookie(
    response: &mut HttpResponse,
    page: &PageRequest,
    secret: &Secret,
    session: &Session,
) -> Result<(), Problem> {
    let cookie = session_cookie::of_session(&page.base, secret, session);
    response.headers_mut().remove(header::ETAG);
    let (name, value) = NO_STORE;
    let value = header::HeaderValue::from_static(value);
    response.headers_mut().insert(name, value);
    response
        .add_cookie(&cookie)
        .map_err(|error| Problem::internal(error.to_string()))
}
