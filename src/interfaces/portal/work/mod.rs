//! The page of a work: what one can read, hear or see first, then whether one may use it.

mod document;
mod facts;
mod media;
mod moment;
mod parts;
mod picture;
mod portions;
mod related;
mod transcript;
mod view;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::works;
use crate::app::Archive;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId};
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::work::WorkTexts;
use crate::interfaces::wire::AssetDto;
use crate::services::works::FindError;

use document::Chosen;
pub(super) use document::{address as document_address, name as document_name};
pub(super) use media::{PlayerView, players};
pub(super) use moment::{address as moment_address, parse as parse_moment};
pub(super) use picture::{ON_PHOTO_PX, ON_WORK_PX, PictureView, pictures};
use related::RelatedReader;
pub(super) use transcript::{TranscriptContext, TranscriptView, read as transcripts};
use view::{Passage, WorkPage};

#[derive(Template)]
#[template(path = "gone.html")]
struct GonePage {
    layout: Layout,
    t: &'static WorkTexts,
    reason: Option<String>,
    id: AssetId,
}

/// Shows the page; with `format=list` the addresses of the files of the work and its parts.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub async fn show(
    actor: Allowed<Read>,
    counted: Counted,
    id: WorkId,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let work = match archive.sharing.read(&actor, id.0).await {
        Err(FindError::Gone { reason }) => return gone(&page, id.0, reason),
        found => found?,
    };
    let related = RelatedReader::new((&actor, &counted), &page, &archive);
    let related = related.read(&work).await?;
    if page.is_list() {
        let record = record(&actor, work, &archive).await?;
        return Ok(page.respond_list(parts::addresses(&record, &related.parts)));
    }
    let context = transcript_context(&page, Place::Work(id.0));
    let sources = (&archive.delivery, &*archive.vocabularies);
    let transcripts = transcript::read(&actor, &work, sources, context).await?;
    let may_edit = policy::may(&actor, Operation::Edit, &work);
    let record = record(&actor, work, &archive).await?;
    let chosen = Chosen::of(&page);
    let reader = (&*actor, may_edit);
    let documents = document::read(reader, &record, &archive.delivery, &chosen, page.language);
    let documents = documents.await?;
    let named_page = chosen.page_of(&documents);
    let named_page = named_page.map(|(document, number)| Passage::Page(document, number));
    let passage = context.at_ms.map(Passage::Moment).or(named_page);
    let texts = (transcripts, documents);
    page.respond(&WorkPage::new(
        &page,
        &record,
        texts,
        related,
        (passage, &archive),
    ))
}

/// Transcripts of a page that shows them at the moment of its address.
pub(super) fn transcript_context(page: &PageRequest, place: Place) -> TranscriptContext {
    let at = page.parameter("t");
    TranscriptContext {
        place,
        language: page.language,
        at_ms: at.as_deref().and_then(parse_moment),
    }
}

/// The record of a work that the actor sees.
///
/// # Errors
/// Those of the catalogue.
pub(super) async fn record(
    actor: &Actor,
    work: Asset,
    archive: &Archive,
) -> Result<AssetDto, Problem> {
    let (delivery, vocabularies) = (&archive.delivery, &archive.vocabularies);
    let records = works::records(actor, vec![work], delivery, vocabularies).await?;
    records.into_iter().next().ok_or(Problem::NotFound)
}

/// The page of a work that was withdrawn or deleted.
fn gone(page: &PageRequest, id: AssetId, reason: Option<String>) -> Result<HttpResponse, Problem> {
    let t = WorkTexts::of(page.language);
    let view = GonePage {
        layout: page.layout(t.gone_title, Place::Work(id)),
        t,
        reason,
        id,
    };
    page.respond_with(StatusCode::GONE, &view)
}
