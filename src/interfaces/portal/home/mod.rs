//! The start page: search, what is newest of each medium, and doors for stations and partners.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::works::{self, WorkCard};
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::home::{self as texts, HomeTexts};
use crate::services::delivery::Delivery;
use crate::services::search::{Facet, Order, Search, SearchRequest};

/// Works on a shelf.
const SHELF: usize = 3;

/// Words that people may try.
const EXAMPLES: [&str; 3] = ["quyen hoc tap", "nước sạch", "155/KH-UBND"];

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    layout: Layout,
    t: &'static HomeTexts,
    works: String,
    examples: Vec<(Href, &'static str)>,
    shelves: Vec<Shelf>,
}

/// The newest works of a medium.
struct Shelf {
    title: &'static str,
    class: &'static str,
    works: Vec<WorkCard>,
    all: (Href, String),
}

/// Shows the page.
///
/// # Errors
/// Those of search and catalogue.
pub async fn show(
    actor: Allowed<Read>,
    counted: Counted,
    page: PageRequest,
    search: web::Data<Search>,
    delivery: web::Data<Delivery>,
    vocabularies: web::Data<Vocabularies>,
) -> Result<HttpResponse, Problem> {
    let t = HomeTexts::of(page.language);
    let shelves = Shelves {
        actor: &actor,
        counted: &counted,
        page: &page,
        search: &search,
        delivery: &delivery,
        vocabularies: vocabularies.into_inner(),
    };
    let mut total = SearchRequest::for_text("");
    (total.requester, total.limit) = (counted.0.clone(), 1);
    let total = search.search(&actor, total).await?.total.works;
    let example = |text| (Place::Search.href_with(page.language, [("q", text)]), text);
    page.respond(&HomePage {
        layout: page.layout(t.title, Place::Home),
        t,
        works: texts::works_for_all(total, page.language),
        examples: EXAMPLES.map(example).to_vec(),
        shelves: vec![
            shelves
                .shelf(t.to_hear, "sound", &["audio", "video"])
                .await?,
            shelves
                .shelf(t.to_read, "text", &["text", "document"])
                .await?,
            shelves.shelf(t.to_show, "picture", &["image"]).await?,
        ],
    })
}

/// Fills shelves.
struct Shelves<'a> {
    actor: &'a Actor,
    counted: &'a Counted,
    page: &'a PageRequest,
    search: &'a Search,
    delivery: &'a Delivery,
    vocabularies: Arc<Vocabularies>,
}

impl Shelves<'_> {
    async fn shelf(
        &self,
        title: &'static str,
        class: &'static str,
        media: &[&str],
    ) -> Result<Shelf, Problem> {
        let language = self.page.language;
        let mut request = SearchRequest::for_text("");
        request.requester = self.counted.0.clone();
        request.order = Order::Newest;
        request.limit = SHELF;
        for kind in media {
            request.filters.add(Facet::Has, *kind);
        }
        let found = self.search.search(self.actor, request).await?;
        let works = found.hits.into_iter().map(|hit| hit.asset).collect();
        let records = works::records(self.actor, works, self.delivery, &self.vocabularies).await?;
        let card = |record| WorkCard::new(record, &self.vocabularies, language);
        let query = media
            .iter()
            .map(|kind| ("has", *kind))
            .chain([("sort", "newest")]);
        Ok(Shelf {
            title,
            class,
            works: records.iter().map(card).collect(),
            all: (
                Place::Search.href_with(language, query),
                texts::all(found.total.works, language),
            ),
        })
    }
}
