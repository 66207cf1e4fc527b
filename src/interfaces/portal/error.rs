//! Failures as pages.

use askama::Template;

use super::href::Href;
use super::layout::Layout;
use super::place::Place;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::errors::ErrorTexts;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    t: &'static ErrorTexts,
    problem: &'a ProblemDocument,
    more: Option<Href>,
    /// Where to sign in, when that is what is missing; it leads back.
    sign_in: Option<Href>,
}

/// The page of a failure. Empty when the template fails, which it does only when memory is exhausted.
pub fn page(problem: &ProblemDocument, language: Language) -> String {
    let page = ErrorPage {
        layout: Layout::new(language, problem.title.to_owned(), Place::Home, "", ""),
        t: ErrorTexts::of(language),
        problem,
        more: Href::other(&problem.r#type),
        sign_in: (problem.status == 401)
            .then(|| Place::SignIn.href_with(language, [("return", problem.instance.as_str())])),
    };
    page.render().unwrap_or_default()
}
