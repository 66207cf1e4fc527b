//! A work within the page of another site: the only page that may stand in a frame. Everybody sees the same there, what
//! an anonymous reader sees, whoever is signed in; nothing is sent from it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::assets;
use super::credit::CreditView;
use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::work::{self, ON_WORK_PX, PictureView, PlayerView, TranscriptView};
use super::works::{Text, WorkCard};
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::embed::EmbedTexts;
use crate::interfaces::messages::portal::work::WorkTexts;
use crate::interfaces::wire::AssetDto;
use crate::services::works::FindError;

#[derive(Template)]
#[template(path = "embed.html")]
struct EmbedPage {
    layout: Layout,
    t: &'static WorkTexts,
    e: &'static EmbedTexts,
    player_script: Href,
    page: Href,
    work: Option<EmbeddedWork>,
}

/// The work; a withdrawn one has none.
struct EmbeddedWork {
    card: WorkCard,
    description: Option<Text>,
    players: Vec<PlayerView>,
    picture: Option<PictureView>,
    transcripts: Vec<TranscriptView>,
    credit: CreditView,
}

/// Shows the page.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub async fn show(
    _: Allowed<Read>,
    id: WorkId,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let reader = Actor::Anonymous;
    let work = match archive.sharing.read(&reader, id.0).await {
        Err(FindError::Gone { .. }) => {
            let gone = EmbedPage::new(&page, id.0, None);
            return page.respond_embedded(StatusCode::GONE, &gone);
        }
        found => found?,
    };
    let context = work::transcript_context(&page, Place::Embed(id.0));
    let sources = (&archive.delivery, &*archive.vocabularies);
    let transcripts = work::transcripts(&reader, &work, sources, context).await?;
    let record = work::record(&reader, work, &archive).await?;
    let embedded = EmbeddedWork::new(&page, &record, (transcripts, context.at_ms), &archive);
    page.respond_embedded(StatusCode::OK, &EmbedPage::new(&page, id.0, Some(embedded)))
}

impl EmbedPage {
    fn new(page: &PageRequest, id: AssetId, work: Option<EmbeddedWork>) -> Self {
        let t = WorkTexts::of(page.language);
        let title = work.as_ref().map(|work| work.card.title.text.clone());
        let title = title.unwrap_or_else(|| t.gone_title.to_owned());
        Self {
            layout: page.layout(title, Place::Embed(id)),
            t,
            e: EmbedTexts::of(page.language),
            player_script: assets::href("player.js"),
            page: Place::Work(id).href(page.language),
            work,
        }
    }
}

impl EmbeddedWork {
    fn new(
        page: &PageRequest,
        record: &AssetDto,
        (transcripts, at_ms): (Vec<TranscriptView>, Option<u64>),
        archive: &Archive,
    ) -> Self {
        let language = page.language;
        let card = WorkCard::new(record, &archive.vocabularies, language);
        let pictures = work::pictures(record, ON_WORK_PX, language);
        Self {
            description: Text::best(&record.work.descriptions, language),
            players: work::players(record, at_ms, language),
            picture: pictures.into_iter().next(),
            transcripts,
            credit: CreditView::new(record, &card, (page, None), &archive.vocabularies),
            card,
        }
    }
}
