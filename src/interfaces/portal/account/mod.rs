//! The account of the holder: the line it is shown as, language of mail, password, second factor, passkeys, sessions,
//! tokens of its programs. One page; each form of it names its act.
//!
//! What is dangerous needs a recent proof of identity, which the page asks for first.

mod acts;
mod forgotten;
mod link;
mod outcome;
mod view;

use actix_web::{HttpResponse, web};

use super::form::PostedForm;
use super::page::PageRequest;
use super::place::Place;
use super::refusal;
use crate::app::Archive;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::authentication::session_cookie;
use crate::interfaces::http::extract::guard::Read;
use crate::interfaces::http::extract::session::FullSession;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::Session;
use acts::{Act, Done};
pub use forgotten::{ask_for_link, show_forgotten};
pub use link::page as link_page;
use outcome::Outcome;
use view::AccountPage;

/// Shows the account.
///
/// # Errors
/// [`Problem::Unauthenticated`]; the catalogue fails.
pub async fn show(
    session: FullSession,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    respond(&session, &page, &archive, Outcome::default()).await
}

/// Does what a form of the page asks for.
///
/// # Errors
/// [`Problem::MalformedRequest`] for what no form of the page sends; the catalogue fails.
pub async fn act(
    form: PostedForm<Read>,
    network: CallerNetwork,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let typed = form.fields.clone();
    let act = Act::named(typed.text("act")).ok_or(Problem::MalformedRequest)?;
    if form.is_resumed() {
        let outcome = Outcome::typed(typed);
        return respond(&form.session, &page, &archive, outcome).await;
    }
    match act.make(&form, network, &archive).await {
        Ok(Done::Written(section)) => {
            let account = Place::Account.href(page.language).at(section);
            Ok(page.redirect(&account))
        }
        Ok(Done::Proven(secret, session)) => {
            let mut response = page.redirect(&Place::Account.href(page.language));
            let cookie = session_cookie::of_session(&page.base, &secret, &session);
            let added = response.add_cookie(&cookie);
            added.map_err(|error| Problem::internal(error.to_string()))?;
            Ok(response)
        }
        Ok(Done::Shown(shown)) => {
            let outcome = Outcome {
                shown: Some(shown),
                ..Outcome::default()
            };
            respond(&form.session, &page, &archive, outcome).await
        }
        Err(problem) => {
            let mut outcome = Outcome::typed(typed);
            outcome.refusal = refusal::words(refusal::reasons(&caller, problem)?);
            respond(&form.session, &page, &archive, outcome).await
        }
    }
}

async fn respond(
    session: &Session,
    page: &PageRequest,
    archive: &Archive,
    outcome: Outcome,
) -> Result<HttpResponse, Problem> {
    let view = AccountPage::read(session, page, archive, outcome).await?;
    page.respond(&view)
}
