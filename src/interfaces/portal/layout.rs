//! What every page has around it: masthead, menu, footer.

use super::assets;
use super::href::Href;
use super::place::Place;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::layout::LayoutTexts;

/// What every page has around it.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The language of the page.
    pub language: Language,
    /// The title, without the name of the archive.
    pub title: String,
    /// The texts.
    pub t: &'static LayoutTexts,
    /// The stylesheet.
    pub stylesheet: Href,
    /// The script.
    pub script: Href,
    /// The start page.
    pub home: Href,
    /// The search.
    pub search: Href,
    /// The page for partner systems.
    pub partners: Href,
    /// The same page in the other language.
    pub other: Href,
    /// The whole address of the page, for prints.
    pub address: String,
    /// Whether the page has a large search box of its own.
    pub has_own_search: bool,
    place: Place,
}

impl Layout {
    /// The surroundings of a page with this title. `query` stays when the language changes.
    pub fn new(language: Language, title: String, place: Place, query: &str, base: &str) -> Self {
        let other = language.pick(Language::English, Language::Vietnamese);
        let with_query = |path: String| match query {
            "" => path,
            query => format!("{path}?{query}"),
        };
        Self {
            language,
            title,
            t: LayoutTexts::of(language),
            stylesheet: assets::href("portal.css"),
            script: assets::href("portal.js"),
            home: Place::Home.href(language),
            search: Place::Search.href(language),
            partners: Href::own("/api/docs/"),
            other: Href::own(with_query(place.path(other))),
            address: format!("{base}{}", with_query(place.path(language))),
            has_own_search: matches!(place, Place::Home | Place::Search),
            place,
        }
    }

    /// The tag of the language of the page.
    pub fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The tag of the other language.
    pub fn other_tag(&self) -> &'static str {
        self.language.pick("en", "vi")
    }

    /// Whether the search is the current place.
    pub fn is_search(&self) -> bool {
        self.place == Place::Search
    }
}
