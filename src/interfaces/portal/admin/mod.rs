//! Administration: health, requests for access, accounts, jobs that were given up, the audit trail. Inspectors see health
//! and audit; the rest is for administrators.
//!
//! Accounts and access are changed by who proved who it is within the last minutes, as in the HTTP interface.

mod acts;
mod outcome;
mod rows;
mod view;

use actix_web::{HttpResponse, web};

use super::form::PostedForm;
use super::page::PageRequest;
use super::place::Place;
use super::refusal;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::interfaces::http::extract::guard::{Administer, Allowed, Audit};
use crate::interfaces::http::extract::session::FullSession;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use acts::{Act, Done};
use outcome::Outcome;
use view::AdminPage;

/// Shows the page.
///
/// # Errors
/// Those of the services.
pub async fn show(
    actor: Allowed<Audit>,
    session: FullSession,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let is_recent = session.is_recent(archive.clock.now());
    respond(&actor, is_recent, &page, &archive, Outcome::default()).await
}

/// Does what a form of the page asks for.
///
/// # Errors
/// [`Problem::MalformedRequest`] for what no form of the page sends; those of the services.
pub async fn act(
    form: PostedForm<Administer>,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let act = Act::named(form.fields.text("act")).ok_or(Problem::MalformedRequest)?;
    let is_recent = form.session.is_recent(archive.clock.now());
    let mut outcome = Outcome {
        typed: form.fields.clone(),
        ..Outcome::default()
    };
    if !form.is_resumed() {
        match act.make(&form, is_recent, &page.base, &archive).await {
            Ok(Done::Written(section)) => {
                let admin = Place::Admin.href(page.language).at(section);
                return Ok(page.redirect(&admin));
            }
            Ok(Done::HandedOver(handed_over)) => {
                outcome = Outcome {
                    handed_over: Some(handed_over),
                    ..Outcome::default()
                };
            }
            Err(problem) => {
                outcome.refusal = refusal::words(refusal::reasons(&caller, problem)?);
            }
        }
    }
    respond(&form.actor, is_recent, &page, &archive, outcome).await
}

async fn respond(
    actor: &Actor,
    is_recent: bool,
    page: &PageRequest,
    archive: &Archive,
    outcome: Outcome,
) -> Result<HttpResponse, Problem> {
    let view = AdminPage::read(actor, is_recent, page, archive, outcome).await?;
    page.respond(&view)
}
