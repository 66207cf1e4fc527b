//! `/account-links/{link}`: the page that a one-time link in a message leads to. It works without scripts.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::frame::{Caller, LinkStep, PAGE_POLICY, Pages};
use crate::interfaces::http::html;
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::messages::Language;

/// The form of the page.
#[derive(Deserialize, ToSchema)]
pub struct LinkForm {
    /// The password: ten characters or more, hard to guess.
    #[schema(format = Password)]
    password: String,
    /// The password again.
    #[schema(format = Password)]
    again: String,
}

/// Shows the form. The link is not used up by that.
#[utoipa::path(
    get, path = "/account-links/{link}", operation_id = "showAccountLink", tag = "accounts",
    summary = "Page on which the holder of an account chooses a password",
    params(("link" = String, Path, description = "The secret of the link.")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"))
)]
pub async fn show(caller: web::ReqData<Caller>, pages: web::Data<Pages>) -> HttpResponse {
    respond(&pages, LinkStep::Choosing, caller.language)
}

/// Takes the form.
#[utoipa::path(
    post, path = "/account-links/{link}", operation_id = "chooseByAccountLink", tag = "accounts",
    summary = "Choose a password on the page of a one-time link",
    params(("link" = String, Path, description = "The secret of the link.")),
    request_body(content = LinkForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The password holds.", body = String, content_type = "text/html"),
        (status = 410, description = "The link was used, replaced, or has expired.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn choose(
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    archive: web::Data<Archive>,
    pages: web::Data<Pages>,
    form: web::Form<LinkForm>,
) -> Result<HttpResponse, Problem> {
    let link: String = query::path_part(&request, "link")?;
    if form.password != form.again {
        let mut broken = Violations::default();
        broken.push("/again", Rule::NotValid);
        return Err(broken.into());
    }
    archive
        .accounts
        .own
        .redeem(&link, &form.password, None)
        .await?;
    Ok(respond(&pages, LinkStep::Chosen, caller.language))
}

/// Kept nowhere, as the address has a secret; and no other site learns the address.
fn respond(pages: &Pages, step: LinkStep, language: Language) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(NO_STORE)
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .content_type(html::MEDIA_TYPE)
        .body((pages.account_link)(step, language))
}
