//! Carries what was typed over a session that has ended: a form without a session is answered with the page for signing
//! in, which has the form in it, encrypted for its account. Whoever signs in there is shown the form again, filled; for
//! another account it cannot be decrypted.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;

use super::page::{Goal, SignInPage, Step};
use crate::app::Archive;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::session::SessionTexts;
use crate::interfaces::portal::form::{RESUME_FIELD, RefusedForm};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::services::accounts::{CarriedForm, Session};

/// Leads on to the form that was typed, or says that it belongs to another account.
#[derive(Template)]
#[template(path = "session/resume.html")]
struct ResumePage {
    layout: Layout,
    t: &'static SessionTexts,
    resume_field: &'static str,
    form: Option<TypedForm>,
}

struct TypedForm {
    action: Href,
    fields: Vec<(String, String)>,
}

/// Answers a form that was not taken with a page that carries it on.
///
/// # Errors
/// Those of the handler.
pub async fn keep_typed(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let refused = response.request().extensions_mut().remove::<RefusedForm>();
    let Some(refused) = refused else {
        return Ok(response);
    };
    let request = response.request().clone();
    if PageRequest::extract(&request).await?.is_of_script() {
        // The script keeps the text itself.
        return Ok(response);
    }
    let Some(mut page) = carry(&request, refused).await? else {
        return Ok(response);
    };
    let challenge = response.headers().get(WWW_AUTHENTICATE).cloned();
    if let Some(challenge) = challenge {
        page.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    Ok(ServiceResponse::new(request, page))
}

/// The page that carries a form on; `None` when there is no such account.
async fn carry(
    request: &HttpRequest,
    refused: RefusedForm,
) -> Result<Option<HttpResponse>, Problem> {
    let page = PageRequest::extract(request).await?;
    let archive = request.app_data::<web::Data<Archive>>();
    let archive = archive.ok_or_else(|| Problem::internal("no archive"))?;
    let form = CarriedForm {
        path: refused.path.unwrap_or_else(|| request.uri().to_string()),
        fields: refused.fields,
    };
    let session = request.extensions().get::<Session>().cloned();
    if session.is_some_and(|session| !session.is_pending) {
        // Signed in again meanwhile, on another page.
        return respond(&page, StatusCode::FORBIDDEN, Some(form)).map(Some);
    }
    let Some(sealed) = archive.accounts.carried_forms.seal(&refused.account, &form) else {
        return Ok(None);
    };
    let goal = Goal {
        return_to: String::new(),
        typed: sealed.reveal().to_owned(),
    };
    let error = Some(SessionTexts::of(page.language).session_ended);
    let view = SignInPage::new(&page, Step::Password, "", goal, error);
    page.respond_with(StatusCode::UNAUTHORIZED, &view).map(Some)
}

/// The page after signing in, for a form that the sign-in page carried on.
///
/// # Errors
/// The template fails.
pub(super) fn resume(
    page: &PageRequest,
    session: &Session,
    typed: &str,
    archive: &Archive,
) -> Result<HttpResponse, Problem> {
    let form = archive.accounts.carried_forms.open(&session.account, typed);
    respond(page, StatusCode::OK, form)
}

fn respond(
    page: &PageRequest,
    status: StatusCode,
    form: Option<CarriedForm>,
) -> Result<HttpResponse, Problem> {
    let t = SessionTexts::of(page.language);
    let view = ResumePage {
        layout: page.layout(t.signed_in_again, Place::SignIn),
        t,
        resume_field: RESUME_FIELD,
        form: form.map(|form| TypedForm {
            action: Href::own(form.path),
            fields: form.fields,
        }),
    };
    page.respond_with(status, &view)
}
