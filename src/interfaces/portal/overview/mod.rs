//! The overview of works: deposited, published, returned and waiting, by body, kind, language, place and month. For a body
//! those of its own, for staff of the department those of all. It counts works as the search shows them to the caller,
//! and each number leads to them; there are no figures about people.

mod counts;
mod view;

use actix_web::{HttpResponse, web};

use super::page::PageRequest;
use crate::app::Archive;
use crate::domain::Slug;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, FollowUp};
use crate::interfaces::http::problem::Problem;
use counts::Overview;
use view::OverviewPage;

/// Shows the overview.
///
/// # Errors
/// Those of the search.
pub async fn show(
    actor: Allowed<FollowUp>,
    counted: Counted,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let own: Vec<Slug> = actor.organisations().cloned().collect();
    let chosen = page
        .parameter("body")
        .and_then(|slug| Slug::parse(&slug).ok());
    let bodies = match chosen {
        Some(body) if own.is_empty() || own.contains(&body) => vec![body],
        _ => own,
    };
    let overview = Overview::read(&actor, counted.0, &bodies, page.language, &archive).await?;
    page.respond(&OverviewPage::new(&page, overview, &bodies, &archive))
}
