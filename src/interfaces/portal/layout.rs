//! What every page has around it: masthead, menu, footer.

use super::assets;
use super::href::Href;
use super::place::Place;
use crate::domain::access::{Actor, Permission};
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
    /// The picture of the archive in tabs and bookmarks.
    pub icon: Href,
    /// The script.
    pub script: Href,
    /// The script for those who are signed in.
    pub holder_script: Href,
    /// The start page.
    pub home: Href,
    /// The search.
    pub search: Href,
    /// What is new to air.
    pub station: Href,
    /// The page for partner systems.
    pub partners: Href,
    /// The vocabularies.
    pub vocabularies: Href,
    /// How to use the archive.
    pub help: Href,
    /// How accessible the pages are.
    pub accessibility: Href,
    /// Signing in, and returning to this page.
    pub sign_in: Href,
    /// The second step of signing in.
    pub second_factor: Href,
    /// Signing out.
    pub sign_out: Href,
    /// Works in figures.
    pub overview: Href,
    /// Administration.
    pub admin: Href,
    /// The account of the holder.
    pub account: Href,
    /// The form of a new work.
    pub deposit: Href,
    /// The works in progress of the caller.
    pub mine: Href,
    /// The review queue.
    pub review: Href,
    /// Whether the caller may deposit works.
    pub may_deposit: bool,
    /// Whether the caller may read the audit trail, or more.
    pub may_audit: bool,
    /// Whether the caller may follow works to publication.
    pub may_follow: bool,
    /// Whether the caller may review works.
    pub may_review: bool,
    /// The token for forms of the session; empty without one.
    pub csrf: String,
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
            icon: assets::href("icon.svg"),
            script: assets::href("portal.js"),
            holder_script: assets::href("holder.js"),
            home: Place::Home.href(language),
            search: Place::Search.href(language),
            station: Place::Station.href(language),
            partners: Href::own("/api/docs/"),
            vocabularies: Place::Vocabularies.href(language),
            help: Place::Help.href(language),
            accessibility: Place::Accessibility.href(language),
            sign_in: Place::SignIn.href(language),
            second_factor: Place::SecondFactor.href(language),
            sign_out: Place::SignOut.href(language),
            overview: Place::Overview.href(language),
            admin: Place::Admin.href(language),
            may_audit: false,
            may_follow: false,
            account: Place::Account.href(language),
            deposit: Place::Deposit.href(language),
            mine: Place::Mine.href(language),
            review: Place::Review.href(language),
            may_deposit: false,
            may_review: false,
            csrf: String::new(),
            other: Href::own(with_query(place.path(other))),
            address: format!("{base}{}", with_query(place.path(language))),
            has_own_search: matches!(place, Place::Home | Place::Search),
            place,
        }
    }

    /// The surroundings for the holder of a session.
    #[must_use]
    pub fn for_holder(self, actor: &Actor, csrf: String) -> Self {
        Self {
            may_deposit: actor.may(Permission::Deposit),
            may_audit: actor.may(Permission::Audit),
            may_follow: actor.may(Permission::FollowUp),
            may_review: actor.may(Permission::Review),
            csrf,
            ..self
        }
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        !self.csrf.is_empty()
    }

    /// The tag of the language of the page.
    pub fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The tag of the other language.
    pub fn other_tag(&self) -> &'static str {
        self.language.pick("en", "vi")
    }

    /// Whether the vocabularies are the current place.
    pub fn is_vocabularies(&self) -> bool {
        self.place == Place::Vocabularies
    }

    /// Whether the search is the current place.
    pub fn is_search(&self) -> bool {
        self.place == Place::Search
    }
}
