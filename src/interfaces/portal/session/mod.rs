//! Signing in with a password and a second factor, and signing out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::form::{self, OpenForm, TOKEN_FIELD};
use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use crate::app::Archive;
use crate::interfaces::http::accounts::session::end_earlier;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::authentication::session_cookie;
use crate::interfaces::http::extract::session::AnySession;
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::session::SessionTexts;
use crate::services::accounts::{AccountsError, Proof, Secret, Session};

#[derive(Template)]
#[template(path = "session.html")]
struct SessionPage {
    layout: Layout,
    t: &'static SessionTexts,
    step: Step,
    login: String,
    return_to: Href,
    error: Option<&'static str>,
}

/// What is still to be proved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Password,
    SecondFactor,
}

impl Step {
    const fn is_password(self) -> bool {
        matches!(self, Self::Password)
    }
}

/// Shows the form.
///
/// # Errors
/// The template fails.
pub async fn show(page: PageRequest) -> Result<HttpResponse, Problem> {
    let return_to = page.parameter("return").unwrap_or_default();
    page.respond(&SessionPage::new(
        &page,
        Step::Password,
        "",
        &return_to,
        None,
    ))
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
    let (login, return_to) = (form.0.text("login"), form.0.text("return"));
    let password = form.0.text("password");
    let sign_in = &archive.accounts.sign_in;
    let (secret, session) = match sign_in.with_password(login, password, network.0).await {
        Err(AccountsError::WrongCredentials) => {
            let error = Some(SessionTexts::of(page.language).wrong_password);
            return page.respond(&SessionPage::new(
                &page,
                Step::Password,
                login,
                return_to,
                error,
            ));
        }
        begun => begun?,
    };
    end_earlier(&request, &archive).await?;
    if session.is_pending {
        let view = SessionPage::new(&page, Step::SecondFactor, login, return_to, None);
        let mut response = page.respond(&view)?;
        add_cookie(&mut response, &page, &secret, &session)?;
        return Ok(response);
    }
    signed_in(&page, &secret, &session, return_to)
}

/// Takes the second factor: a code, or a recovery code.
///
/// # Errors
/// [`Problem::Unauthenticated`] without a pending session, [`Problem::TooManyRequests`]; the catalogue fails.
pub async fn second_factor(
    session: AnySession,
    page: PageRequest,
    network: CallerNetwork,
    archive: web::Data<Archive>,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    let (code, return_to) = (form.0.text("code"), form.0.text("return"));
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let proof = if is_code {
        Proof::Code(code.to_owned())
    } else {
        Proof::RecoveryCode(code.to_owned())
    };
    let sign_in = &archive.accounts.sign_in;
    match sign_in
        .with_second_factor(&session, &proof, network.0)
        .await
    {
        Err(AccountsError::WrongCredentials) => {
            let error = Some(SessionTexts::of(page.language).wrong_code);
            page.respond(&SessionPage::new(
                &page,
                Step::SecondFactor,
                "",
                return_to,
                error,
            ))
        }
        begun => {
            let (secret, session) = begun?;
            signed_in(&page, &secret, &session, return_to)
        }
    }
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

impl SessionPage {
    fn new(
        page: &PageRequest,
        step: Step,
        login: &str,
        return_to: &str,
        error: Option<&'static str>,
    ) -> Self {
        let t = SessionTexts::of(page.language);
        let title = match error {
            Some(_) => format!("{}: {}", t.error, t.title),
            None => t.title.to_owned(),
        };
        Self {
            layout: page.layout(title, Place::SignIn),
            t,
            step,
            login: login.to_owned(),
            return_to: Href::own(return_to),
            error,
        }
    }
}

fn signed_in(
    page: &PageRequest,
    secret: &Secret,
    session: &Session,
    return_to: &str,
) -> Result<HttpResponse, Problem> {
    let mut response = page.redirect(&Href::own(return_to));
    add_cookie(&mut response, page, secret, session)?;
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
