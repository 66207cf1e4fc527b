//! The response to a description that was saved.

use actix_web::HttpResponse;
use serde::Serialize;

use super::view::DraftPage;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::no_store;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;

/// For the script of the form, which saves while one types.
#[derive(Serialize)]
struct Saved {
    /// The address of the draft.
    draft: String,
    /// Its revision, for the next change.
    revision: u64,
}

/// Leads to the draft, or tells the script about it. `refused`: files that were not taken, and why.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub(super) async fn respond(
    actor: &Actor,
    id: AssetId,
    refused: Vec<String>,
    page: &PageRequest,
    archive: &Archive,
) -> Result<HttpResponse, Problem> {
    let draft = Place::Draft(id);
    if page.is_of_script() {
        let work = archive.sharing.read_for_change(actor, id).await?;
        return Ok(no_store::ok(Saved {
            draft: draft.path(page.language),
            revision: work.revision.0,
        }));
    }
    if refused.is_empty() {
        return Ok(page.redirect(&draft.href(page.language).at("tep")));
    }
    let draft = DraftPage::read(actor, id, page, archive).await?;
    page.respond(&draft.with_refusal(refused))
}
