//! The page of a work: what one can read, hear or see first, then whether one may use it.

mod facts;
mod media;
mod transcript;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::files::{self, DownloadView};
use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::works::{self, Text, WorkCard};
use crate::domain::asset::AssetId;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::work::WorkTexts;
use crate::interfaces::wire::AssetDto;
use crate::services::delivery::Delivery;
use crate::services::sharing::Sharing;
use crate::services::works::FindError;
use facts::FactView;
use media::{PictureView, PlayerView};
use transcript::TranscriptView;

#[derive(Template)]
#[template(path = "work.html")]
struct WorkPage {
    layout: Layout,
    t: &'static WorkTexts,
    card: WorkCard,
    byline: String,
    description: Option<Text>,
    corrections: Vec<(String, String)>,
    players: Vec<PlayerView>,
    pictures: Vec<PictureView>,
    transcripts: Vec<TranscriptView>,
    body: Option<Text>,
    facts: Vec<FactView>,
    licence: Option<Href>,
    credit_line: String,
    downloads: Vec<DownloadView>,
    is_working: bool,
    record: Href,
}

#[derive(Template)]
#[template(path = "gone.html")]
struct GonePage {
    layout: Layout,
    t: &'static WorkTexts,
    reason: Option<String>,
    id: AssetId,
}

/// Shows the page.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub async fn show(
    actor: Allowed<Read>,
    id: WorkId,
    page: PageRequest,
    sharing: web::Data<Sharing>,
    delivery: web::Data<Delivery>,
    vocabularies: web::Data<Vocabularies>,
) -> Result<HttpResponse, Problem> {
    let work = match sharing.read(&actor, id.0).await {
        Err(FindError::Gone { reason }) => return gone(&page, id.0, reason),
        found => found?,
    };
    let transcripts = transcript::read(&actor, &work, &delivery, page.language).await?;
    let records = works::records(&actor, vec![work], &delivery, &vocabularies).await?;
    let record = records.into_iter().next().ok_or(Problem::NotFound)?;
    page.respond(&WorkPage::new(&page, record, transcripts, &vocabularies))
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

impl WorkPage {
    fn new(
        page: &PageRequest,
        record: AssetDto,
        transcripts: Vec<TranscriptView>,
        vocabularies: &Vocabularies,
    ) -> Self {
        let language = page.language;
        let card = WorkCard::new(&record, vocabularies, language);
        let place = record.id.parse().map_or(Place::Home, Place::Work);
        let correction = |correction: &crate::interfaces::wire::CorrectionDto| {
            let day = correction
                .at
                .get(..10)
                .and_then(|day| works::date(day, language));
            (day.unwrap_or_default(), correction.note.clone())
        };
        Self {
            layout: page.layout(card.title.text.clone(), place),
            t: WorkTexts::of(language),
            byline: byline(&record, vocabularies, language),
            description: Text::best(&record.work.descriptions, language),
            corrections: record.corrections.iter().map(correction).collect(),
            players: media::players(&record, language),
            pictures: media::pictures(&record, language),
            facts: facts::of(&record, vocabularies, language),
            licence: record.licence.as_deref().and_then(Href::other),
            credit_line: credit_line(&record, &card, page, vocabularies),
            downloads: files::downloads(&record, language),
            is_working: record.files.iter().any(|file| file.processing == "working"),
            record: Href::own(record.links.this.clone()),
            body: body(&record),
            transcripts,
            card,
        }
    }
}

/// The text of a work in its own language.
fn body(record: &AssetDto) -> Option<Text> {
    let text = record.work.body.clone()?;
    let language = record.work.languages.first().map_or("vi", String::as_str);
    Some(Text {
        language: language.to_owned(),
        text,
    })
}

/// Body, date and place.
fn byline(record: &AssetDto, vocabularies: &Vocabularies, language: Language) -> String {
    let issuer = record
        .issued_by
        .as_deref()
        .or(record.work.organisation.as_deref());
    let issuer = issuer.map(|slug| works::label(vocabularies, "organisation", slug, language));
    let made = record
        .work
        .made
        .as_deref()
        .and_then(|made| works::date(made, language));
    let place = record.work.places.first();
    let place = place.map(|slug| works::label(vocabularies, "place", slug, language));
    let parts: Vec<String> = [issuer, made, place].into_iter().flatten().collect();
    parts.join(", ")
}

/// Title, body and date, what the body wants to be credited as, the terms, and the address of the page.
fn credit_line(
    record: &AssetDto,
    card: &WorkCard,
    page: &PageRequest,
    vocabularies: &Vocabularies,
) -> String {
    let byline = byline(record, vocabularies, page.language);
    let address = format!("{}{}", page.base.as_str(), card.href);
    let title = format!("“{}”", card.title.text);
    let parts = [
        Some(title),
        (!byline.is_empty()).then_some(byline),
        record.work.credit_line.clone(),
        Some(card.terms.clone()),
        Some(address),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(". ")
}
