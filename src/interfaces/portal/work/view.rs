//! What the page of a work shows.

use askama::Template;

use super::document::{self, DocumentView};
use super::facts::{self, FactView};
use super::media::{self, PlayerView};
use super::moment;
use super::parts::PartsView;
use super::picture::{self, ON_WORK_PX, PictureView};
use super::related::{Related, WorkLink};
use super::transcript::TranscriptView;
use crate::app::Archive;
use crate::interfaces::http::html;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::document::DocumentTexts;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::parts::PartsTexts;
use crate::interfaces::messages::portal::work::{self as texts, WorkTexts};
use crate::interfaces::portal::assets;
use crate::interfaces::portal::credit::{self, CreditView};
use crate::interfaces::portal::files::{self, DownloadView};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::{self, Text, WorkCard};
use crate::interfaces::wire::{AssetDto, CorrectionDto};

/// What of the work the address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passage {
    /// A moment of its recording.
    Moment(u64),
    /// A page of the document whose hash begins so.
    Page(String, usize),
}

#[derive(Template)]
#[template(path = "work.html")]
pub(super) struct WorkPage {
    layout: Layout,
    t: &'static WorkTexts,
    d: &'static DocumentTexts,
    p: &'static PartsTexts,
    player_script: Href,
    here: Href,
    card: WorkCard,
    byline: String,
    description: Option<Text>,
    corrections: Vec<(String, String)>,
    clarifications: Vec<WorkLink>,
    players: Vec<PlayerView>,
    pictures: Vec<PictureView>,
    transcripts: Vec<TranscriptView>,
    documents: Vec<DocumentView>,
    body: Option<Text>,
    parts: Option<PartsView>,
    versions: Vec<WorkLink>,
    others: Vec<WorkLink>,
    is_incomplete: bool,
    facts: Vec<FactView>,
    licence: Option<Href>,
    credit: CreditView,
    /// The moment of the address, as people write it.
    moment: Option<String>,
    passage_name: Option<String>,
    embed: String,
    downloads: Vec<DownloadView>,
    is_working: bool,
    record: Href,
}

impl WorkPage {
    pub(super) fn new(
        page: &PageRequest,
        record: &AssetDto,
        (transcripts, documents): (Vec<TranscriptView>, Vec<DocumentView>),
        related: Related,
        (passage, archive): (Option<Passage>, &Archive),
    ) -> Self {
        let (language, vocabularies) = (page.language, &*archive.vocabularies);
        let card = WorkCard::new(record, vocabularies, language);
        let place = record.id.parse().map_or(Place::Home, Place::Work);
        let at_ms = passage.as_ref().and_then(Passage::moment);
        let players = media::players(record, at_ms, language);
        // A moment of nothing is no passage.
        let passage = passage.filter(|_| at_ms.is_none() || !players.is_empty());
        let address = passage
            .as_ref()
            .map(|passage| passage.address(place, language));
        let credited = (page, address);
        let corrections = record.corrections.iter();
        Self {
            layout: page.layout(card.title.text.clone(), place),
            t: WorkTexts::of(language),
            d: DocumentTexts::of(language),
            p: PartsTexts::of(language),
            player_script: assets::href("player.js"),
            here: place.href(language),
            byline: credit::byline(record, vocabularies, language),
            description: Text::best(&record.work.descriptions, language),
            corrections: corrections.map(|one| correction(one, page)).collect(),
            clarifications: related.clarifications,
            pictures: picture::pictures(record, ON_WORK_PX, language),
            parts: PartsView::new(record, &related.parts, vocabularies, language),
            versions: related.versions,
            others: related.others,
            is_incomplete: related.is_incomplete,
            facts: facts::of(record, vocabularies, language),
            licence: record.licence.as_deref().and_then(Href::other),
            credit: CreditView::new(record, &card, credited, vocabularies),
            moment: at_ms.map(format::clock),
            passage_name: passage.map(|passage| passage.name(language)),
            embed: embed(page, record, &card),
            downloads: files::downloads(record, language),
            is_working: record.files.iter().any(|file| file.processing == "working"),
            record: Href::own(record.links.this.clone()),
            body: body(record),
            players,
            transcripts,
            documents,
            card,
        }
    }
}

impl Passage {
    const fn moment(&self) -> Option<u64> {
        match self {
            Self::Moment(at_ms) => Some(*at_ms),
            Self::Page(..) => None,
        }
    }

    /// Its address on the page of the work.
    fn address(&self, place: Place, language: Language) -> Href {
        match (self, place) {
            (Self::Page(name, number), Place::Work(work)) => {
                document::address((work, name), Some(*number), language)
            }
            (Self::Page(..), place) => place.href(language),
            (Self::Moment(at_ms), place) => moment::address(place, *at_ms, language),
        }
    }

    /// What the address leads to, in words.
    fn name(&self, language: Language) -> String {
        match self {
            Self::Moment(at_ms) => texts::address_of_moment(&format::clock(*at_ms), language),
            Self::Page(_, number) => texts::address_of_page(*number, language),
        }
    }
}

fn correction(correction: &CorrectionDto, page: &PageRequest) -> (String, String) {
    let day = correction.at.get(..10);
    let day = day.and_then(|day| works::date(day, page.language));
    (day.unwrap_or_default(), correction.note.clone())
}

/// The markup by which another site shows the work.
fn embed(page: &PageRequest, record: &AssetDto, card: &WorkCard) -> String {
    let place = record.id.parse().map_or(Place::Home, Place::Embed);
    let address = format!("{}{}", page.base.as_str(), place.path(page.language));
    let mut title = String::new();
    html::escape(&card.title.text, &mut title);
    format!(
        "<iframe src=\"{address}\" title=\"{title}\" width=\"640\" height=\"480\" loading=\"lazy\" allowfullscreen></iframe>"
    )
}

/// The text of a work in its own language.
pub(super) fn body(record: &AssetDto) -> Option<Text> {
    let text = record.work.body.clone()?;
    let language = record.work.languages.first().map_or("vi", String::as_str);
    Some(Text {
        language: language.to_owned(),
        text,
    })
}
