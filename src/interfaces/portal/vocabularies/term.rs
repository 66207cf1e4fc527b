//! A term of a vocabulary as the page shows it.

use std::collections::HashMap;

use crate::domain::WorkDate;
use crate::domain::vocabulary::{Concept, Direction, Period, Scheme};
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::vocabularies as texts;
use crate::interfaces::messages::portal::{format, search};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::Text;
use crate::services::search::Facet;

/// A term.
pub(super) struct TermView {
    /// Its anchor.
    pub(super) anchor: String,
    /// Its name.
    pub(super) label: Text,
    /// Its numbers and codes.
    pub(super) notation: String,
    /// When it may be used; none when always.
    pub(super) validity: Option<String>,
    /// What took its place.
    pub(super) successors: Vec<(String, Href)>,
    /// How many works have it, and the search for them.
    pub(super) works: Option<(String, Href)>,
}

/// What terms are made of.
pub(super) struct Terms<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) counts: &'a HashMap<String, u64>,
    pub(super) facet: Option<Facet>,
    pub(super) language: Language,
}

impl Terms<'_> {
    pub(super) fn view(&self, concept: &Concept) -> TermView {
        let slug = concept.slug.as_str();
        let successors = self.scheme.neighbours(slug, Direction::Successors);
        let successor = |other: &Concept| {
            let href = Href::anchor(&anchor(other.slug.as_str()));
            (self.label(other).text, href)
        };
        let label = self.label(concept);
        // Some labels say it themselves.
        let validity = validity(&concept.validity, self.language);
        let validity = validity.filter(|validity| !label.text.contains(validity.as_str()));
        TermView {
            anchor: anchor(slug),
            label,
            validity,
            notation: concept.notation.join(", "),
            successors: successors.map(successor).collect(),
            works: self.works(concept),
        }
    }

    fn label(&self, concept: &Concept) -> Text {
        Text::nearest_or_id(&concept.labels, self.language, &concept.slug)
    }

    fn works(&self, concept: &Concept) -> Option<(String, Href)> {
        let facet = self.facet?;
        let value = match concept.language() {
            Some(language) => language.tag.to_string(),
            None => concept.slug.to_string(),
        };
        let count = *self.counts.get(&value)?;
        let query = [(facet.name(), value.as_str())];
        let href = Place::Search.href_with(self.language, query);
        Some((search::found(count, true, self.language), href))
    }
}

fn anchor(slug: &str) -> String {
    format!("k-{slug}")
}

fn validity(period: &Period, language: Language) -> Option<String> {
    let date = |date: &WorkDate| format::date(date, language);
    let (from, to) = (period.from.as_ref().map(date), period.to.as_ref().map(date));
    texts::validity(from.as_deref(), to.as_deref(), language)
}
