//! The page for stations: what is new to air, small enough for a weak line. `?format=list` answers with the addresses of
//! the recordings, one in a line, for a program that downloads them all (`wget -i`, `curl`, `aria2c -i`).

use actix_web::{HttpResponse, web};
use askama::Template;

use super::choices;
use super::files::{self, DownloadView};
use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::works::{self, WorkCard};
use crate::app::Archive;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::station::{self as texts, StationTexts};
use crate::interfaces::wire::AssetDto;
use crate::services::search::{Cursor, Facet, Order, SearchRequest};

/// Recordings on a page.
const RECORDINGS: usize = 20;

#[derive(Template)]
#[template(path = "station.html")]
struct StationPage {
    layout: Layout,
    t: &'static StationTexts,
    action: Href,
    places: Vec<(String, String)>,
    languages: Vec<(String, String)>,
    place: String,
    language: String,
    sum: String,
    recordings: Vec<Recording>,
    list: Href,
    feed: Href,
    next: Option<Href>,
}

/// A work with recordings.
struct Recording {
    card: WorkCard,
    length: String,
    downloads: Vec<DownloadView>,
    notes: Vec<String>,
    has_script: bool,
}

/// Shows the page, or the list for a download program.
///
/// # Errors
/// Those of search and catalogue.
pub async fn show(
    actor: Allowed<Read>,
    counted: Counted,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let (place, language) = (page.parameter("place"), page.parameter("language"));
    let (place, language) = (place.unwrap_or_default(), language.unwrap_or_default());
    let mut request = SearchRequest::for_text("");
    (request.requester, request.limit) = (counted.0, RECORDINGS);
    (request.order, request.group_duplicates) = (Order::Changed, false);
    request.filters.add(Facet::Has, "audio");
    for (facet, value) in [(Facet::Place, &place), (Facet::Language, &language)] {
        if !value.is_empty() {
            request.filters.add(facet, value.as_str());
        }
    }
    let after = page.parameter("after");
    let after = after.as_deref().map(Cursor::parse).transpose();
    request.after = after.map_err(|_| Problem::WrongCursor)?;
    let found = archive.search.search(&actor, request).await?;
    let works = found.hits.into_iter().map(|hit| hit.asset).collect();
    let records = works::records(&actor, works, &archive.delivery, &archive.vocabularies).await?;
    if page.parameter("format").as_deref() == Some("list") {
        return Ok(list(&records, page.base.as_str()));
    }
    let next = found.next.map(|cursor| cursor.to_text());
    let view = StationPage::new(&page, &records, (place, language), next, &archive);
    page.respond(&view)
}

/// The addresses of the recordings, one in a line.
fn list(records: &[AssetDto], base: &str) -> HttpResponse {
    let files = records.iter().flat_map(|record| &record.files);
    let available = files.filter_map(|file| file.available.as_ref());
    let sound = available.filter(|bytes| bytes.media_type.starts_with("audio/"));
    let lines: Vec<String> = sound
        .map(|bytes| format!("{base}{}\n", bytes.address))
        .collect();
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(lines.concat())
}

impl StationPage {
    fn new(
        page: &PageRequest,
        records: &[AssetDto],
        (place, language): (String, String),
        next: Option<String>,
        archive: &Archive,
    ) -> Self {
        let t = StationTexts::of(page.language);
        let at = |more: &[(&str, &str)]| {
            let chosen = [("place", place.as_str()), ("language", language.as_str())];
            let chosen = chosen.into_iter().filter(|(_, value)| !value.is_empty());
            Place::Station.href_with(page.language, chosen.chain(more.iter().copied()))
        };
        let lengths = records.iter().filter_map(works::length_ms);
        Self {
            layout: page.layout(t.title, Place::Station),
            t,
            action: Place::Station.href(page.language),
            places: choices::of("place", page.language, archive),
            languages: choices::of("language", page.language, archive),
            sum: texts::sum(records.len(), lengths.sum(), page.language),
            recordings: records
                .iter()
                .map(|record| Recording::new(record, page.language, archive))
                .collect(),
            list: at(&[("format", "list")]),
            feed: Href::own("/api/v1/search/feed?has=audio"),
            next: next.map(|cursor| at(&[("after", &cursor)])),
            place,
            language,
        }
    }
}

impl Recording {
    fn new(record: &AssetDto, language: Language, archive: &Archive) -> Self {
        let sounds = files::downloads(record, language).into_iter();
        let length = works::length_ms(record);
        let has_transcript = record.files.iter().any(|file| file.role == "transcript");
        Self {
            card: WorkCard::new(record, &archive.vocabularies, language),
            length: length
                .map(|ms| format::exact_duration(ms, language))
                .unwrap_or_default(),
            downloads: sounds.filter(|file| file.is_sound).collect(),
            notes: files::sound_notes(record, language),
            has_script: record.work.body.is_some() || has_transcript,
        }
    }
}
