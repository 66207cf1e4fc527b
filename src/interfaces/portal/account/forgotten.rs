//! A forgotten password: asks for a one-time link by mail. The answer does not tell whether there is such an account.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::Archive;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::account::AccountTexts;
use crate::interfaces::portal::form::OpenForm;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::services::accounts::AccountsError;

#[derive(Template)]
#[template(path = "account/forgotten.html")]
struct ForgottenPage {
    layout: Layout,
    t: &'static AccountTexts,
    action: Href,
    login: String,
    outcome: Option<&'static str>,
}

/// Shows the form.
///
/// # Errors
/// The template fails.
pub async fn show_forgotten(page: PageRequest) -> Result<HttpResponse, Problem> {
    let outcome = page.parameter("sent").map(|_| {
        let t = AccountTexts::of(page.language);
        t.link_sent
    });
    page.respond(&ForgottenPage::new(&page, "", outcome))
}

/// Asks for the link.
///
/// # Errors
/// [`Problem::TooManyRequests`]; the catalogue fails.
pub async fn ask_for_link(
    page: PageRequest,
    network: CallerNetwork,
    archive: web::Data<Archive>,
    form: OpenForm,
) -> Result<HttpResponse, Problem> {
    let login = form.0.text("login");
    match archive.accounts.forgotten.request(login, network.0).await {
        Err(AccountsError::NoMail) => {
            let outcome = Some(AccountTexts::of(page.language).no_mail);
            page.respond(&ForgottenPage::new(&page, login, outcome))
        }
        asked => {
            asked?;
            let sent = Place::Forgotten.href_with(page.language, [("sent", "1")]);
            Ok(page.redirect(&sent))
        }
    }
}

impl ForgottenPage {
    fn new(page: &PageRequest, login: &str, outcome: Option<&'static str>) -> Self {
        let t = AccountTexts::of(page.language);
        Self {
            layout: page.layout(t.forgotten, Place::Forgotten),
            t,
            action: Place::Forgotten.href(page.language),
            login: login.to_owned(),
            outcome,
        }
    }
}
