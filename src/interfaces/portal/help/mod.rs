//! The pages that say how to use the archive, and how accessible its pages are.

use actix_web::HttpResponse;
use askama::Template;

use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::help::HelpTexts;
use crate::interfaces::messages::portal::help::accessibility::AccessibilityTexts;

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    layout: Layout,
    t: &'static HelpTexts,
    example: Href,
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage {
    layout: Layout,
    t: &'static AccessibilityTexts,
}

/// Shows how to use the archive.
///
/// # Errors
/// The template fails.
pub async fn show(page: PageRequest) -> Result<HttpResponse, Problem> {
    let t = HelpTexts::of(page.language);
    page.respond(&HelpPage {
        layout: page.layout(t.title, Place::Help),
        t,
        example: Place::Search.href_with(page.language, [("q", "\"quyền trẻ em\" -video")]),
    })
}

/// Shows how accessible the pages are.
///
/// # Errors
/// The template fails.
pub async fn show_accessibility(page: PageRequest) -> Result<HttpResponse, Problem> {
    let t = AccessibilityTexts::of(page.language);
    page.respond(&AccessibilityPage {
        layout: page.layout(t.title, Place::Accessibility),
        t,
    })
}
