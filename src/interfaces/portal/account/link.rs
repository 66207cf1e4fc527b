//! The page of a one-time link, of an invitation or a reset: on it the holder of the account chooses a password. Its
//! address is of the HTTP interface, which old messages name.

use askama::Template;

use crate::interfaces::http::frame::LinkStep;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::account::AccountTexts;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::place::Place;

#[derive(Template)]
#[template(path = "account/link.html")]
struct LinkPage {
    layout: Layout,
    t: &'static AccountTexts,
    is_chosen: bool,
}

/// The page. Empty when the template fails, which it does only when memory is exhausted.
pub fn page(step: LinkStep, language: Language) -> String {
    let t = AccountTexts::of(language);
    let is_chosen = step == LinkStep::Chosen;
    let title = if is_chosen {
        t.password_chosen
    } else {
        t.choose_password
    };
    let page = LinkPage {
        layout: Layout::new(language, title.to_owned(), Place::SignIn, "", ""),
        t,
        is_chosen,
    };
    page.render().unwrap_or_default()
}
