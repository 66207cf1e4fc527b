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
use crate::interfaces::http::pagination::query_text;
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
    let shown_after = page.parameter("after");
    let after = shown_after.as_deref().map(Cursor::parse).transpose();
    request.after = after.map_err(|_| Problem::WrongCursor)?;
    let found = archive.search.search(&actor, request).await?;
    let works = found.hits.into_iter().map(|hit| hit.asset).collect();
    let records = works::records(&actor, works, &archive.delivery, &archive.vocabularies).await?;
    if page.is_list() {
        let offered = records
            .iter()
            .flat_map(|record| sounds(record, page.language));
        return Ok(page.respond_list(offered.map(|file| file.href.to_string())));
    }
    let query = StationQuery {
        place,
        language,
        after: shown_after.unwrap_or_default(),
    };
    let next = found.next.map(|cursor| cursor.to_text());
    page.respond(&StationPage::new(&page, &records, query, next, &archive))
}

/// The recordings of a work that the page offers: what was deposited, and the copies for stations.
fn sounds(record: &AssetDto, language: Language) -> Vec<DownloadView> {
    let mut files = files::downloads(record, language);
    files.retain(|file| file.is_sound);
    files
}

/// What the address of the page asks for; empty where it asks for nothing.
struct StationQuery {
    place: String,
    language: String,
    after: String,
}

impl StationQuery {
    /// The filters that are set.
    fn filters(&self) -> impl Iterator<Item = (&str, &str)> {
        let filters = [("place", self.place.as_str()), ("language", &self.language)];
        filters.into_iter().filter(|(_, value)| !value.is_empty())
    }

    /// The recordings of this page as a list.
    fn list(&self, language: Language) -> Href {
        let after = Some(("after", self.after.as_str())).filter(|(_, after)| !after.is_empty());
        let query = self.filters().chain(after).chain([("format", "list")]);
        Place::Station.href_with(language, query)
    }

    fn next(&self, cursor: &str, language: Language) -> Href {
        let query = self.filters().chain([("after", cursor)]);
        Place::Station.href_with(language, query)
    }

    /// The same recordings as a feed.
    fn feed(&self) -> Href {
        let query = query_text([("has", "audio")].into_iter().chain(self.filters()));
        Href::own(format!("/api/v1/search/feed?{query}"))
    }
}

impl StationPage {
    fn new(
        page: &PageRequest,
        records: &[AssetDto],
        query: StationQuery,
        next: Option<String>,
        archive: &Archive,
    ) -> Self {
        let t = StationTexts::of(page.language);
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
            list: query.list(page.language),
            feed: query.feed(),
            next: next.map(|cursor| query.next(&cursor, page.language)),
            place: query.place,
            language: query.language,
        }
    }
}

impl Recording {
    fn new(record: &AssetDto, language: Language, archive: &Archive) -> Self {
        let length = works::length_ms(record);
        let has_transcript = record.files.iter().any(|file| file.role == "transcript");
        Self {
            card: WorkCard::new(record, &archive.vocabularies, language),
            length: length
                .map(|ms| format::exact_duration(ms, language))
                .unwrap_or_default(),
            downloads: sounds(record, language),
            notes: files::sound_notes(record, language),
            has_script: record.work.body.is_some() || has_transcript,
        }
    }
}
