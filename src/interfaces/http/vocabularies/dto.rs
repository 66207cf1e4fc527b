//! The JSON form of schemes and concepts.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::details::{
    ChannelView, DatedLink, InstrumentView, KindView, LanguageView, OrganisationView, PlaceView,
    TermsView,
};
use super::texts::{Texts, texts};
use crate::domain::vietnamese_order::SortKey;
use crate::domain::vocabulary::{Concept, Direction, Event, Note, Scheme};
use crate::domain::{Slug, WorkDate};
use crate::services::sharing::Addresses;

/// All schemes.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeList {
    /// The schemes, ordered by slug.
    pub items: Vec<SchemeView>,
}

/// A scheme without its concepts.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeView {
    /// Its name.
    #[schema(example = "theme")]
    pub slug: String,
    /// Its lasting address.
    #[schema(format = "uri")]
    pub uri: String,
    /// Version of the list.
    #[schema(example = "1.0.0")]
    pub version: String,
    /// Address of the licence of the list.
    #[schema(format = "uri")]
    pub licence: String,
    /// Title by language.
    pub title: Texts,
    /// What it is for, by language.
    pub description: Texts,
    /// Where the list as a whole comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How many concepts it has.
    pub concept_count: usize,
}

/// A scheme with its concepts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConceptList {
    /// The scheme.
    pub scheme: SchemeView,
    /// Its concepts in Vietnamese alphabetical order of their labels.
    pub items: Vec<ConceptView>,
}

/// A concept.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConceptView {
    /// Its name inside the scheme.
    #[schema(example = "chu-se")]
    pub slug: String,
    /// Its lasting address.
    #[schema(format = "uri")]
    pub uri: String,
    /// The label in the wanted language, or the nearest there is.
    pub label: String,
    /// The preferred labels by language.
    pub labels: Texts,
    /// Further names by language.
    pub alternative_labels: BTreeMap<String, Vec<String>>,
    /// Numbers and codes.
    pub notation: Vec<String>,
    /// First day of validity: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Last day of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// Broader concepts; for places and bodies the wholes they were part of, with dates.
    pub broader: Vec<DatedLink>,
    /// Slugs of narrower concepts and of parts at any time.
    pub narrower: Vec<String>,
    /// Slugs of related concepts.
    pub related: Vec<String>,
    /// Slugs of what took its place.
    pub replaced_by: Vec<String>,
    /// Slugs of whose place it took.
    pub replaces: Vec<String>,
    /// Whether its facts were checked against a primary source.
    pub verified: bool,
    /// Remarks.
    pub notes: Vec<NoteView>,
    /// What happened to it.
    pub events: Vec<EventView>,
    /// Of an instrument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<InstrumentView>,
    /// Of a kind of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindView>,
    /// Of terms of reuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsView>,
    /// Of a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelView>,
    /// Of a language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageView>,
    /// Of a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceView>,
    /// Of a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationView>,
    /// The concepts reached in the direction asked for with `expand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expansion: Option<Expansion>,
}

/// A remark with its source.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteView {
    /// The remark by language.
    pub text: Texts,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A change by which concepts took the place of others.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// First day of the new state.
    pub date: String,
    /// `merge`, `split`, `rename` or `abolish`.
    pub kind: &'static str,
    /// The decision it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// Slugs of what was there before.
    pub from: Vec<String>,
    /// Slugs of what was there after.
    pub to: Vec<String>,
    /// Whether it was checked against a primary source.
    pub verified: bool,
    /// A remark by language.
    pub note: Texts,
}

/// Everything reached by walking in one direction.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConceptExpansion)]
pub struct Expansion {
    /// `successors`, `predecessors`, `narrower` or `broader`.
    pub direction: &'static str,
    /// The date at which the concepts had to be valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The concepts in Vietnamese alphabetical order.
    pub items: Vec<ConceptName>,
}

/// The name of a concept.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConceptName {
    /// Its name inside the scheme.
    pub slug: String,
    /// Its lasting address.
    #[schema(format = "uri")]
    pub uri: String,
    /// The label in the wanted language, or the nearest there is.
    pub label: String,
}

/// For whom an answer is written.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Where lasting addresses begin.
    pub addresses: Addresses<'a>,
    /// Wanted language of labels, a primary subtag.
    pub language: &'a str,
}

impl Reader<'_> {
    /// A scheme without its concepts.
    pub fn scheme(&self, scheme: &Scheme) -> SchemeView {
        let head = &scheme.head;
        SchemeView {
            slug: head.slug.to_string(),
            uri: self.addresses.scheme(head.slug.as_str()),
            version: head.version.clone(),
            licence: head.licence.clone(),
            title: texts(&head.title),
            description: texts(&head.description),
            source: head.source.clone(),
            concept_count: scheme.len(),
        }
    }

    /// A scheme with its concepts, those valid at a date if one is given.
    pub fn concepts(&self, scheme: &Scheme, as_of: Option<&WorkDate>) -> ConceptList {
        let is_wanted = |concept: &&Concept| as_of.is_none_or(|date| concept.is_valid_at(date));
        let mut concepts: Vec<_> = scheme.concepts().filter(is_wanted).collect();
        self.sort(&mut concepts);
        let items = concepts
            .into_iter()
            .map(|concept| self.concept(scheme, concept))
            .collect();
        ConceptList {
            scheme: self.scheme(scheme),
            items,
        }
    }

    /// One concept.
    pub fn concept(&self, scheme: &Scheme, concept: &Concept) -> ConceptView {
        let near = |direction| -> Vec<String> {
            let neighbours = scheme.neighbours(concept.slug.as_str(), direction);
            neighbours.map(|other| other.slug.to_string()).collect()
        };
        ConceptView {
            slug: concept.slug.to_string(),
            uri: self
                .addresses
                .concept(scheme.head.slug.as_str(), concept.slug.as_str()),
            label: self.label(concept),
            labels: texts(&concept.labels),
            alternative_labels: alternative_labels(concept),
            notation: concept.notation.clone(),
            valid_from: concept.validity.from.map(|date| date.to_string()),
            valid_to: concept.validity.to.map(|date| date.to_string()),
            broader: concept.broader.iter().map(DatedLink::from).collect(),
            narrower: near(Direction::Narrower),
            related: concept.related.iter().map(ToString::to_string).collect(),
            replaced_by: near(Direction::Successors),
            replaces: near(Direction::Predecessors),
            verified: concept.verified,
            notes: concept.notes.iter().map(NoteView::from).collect(),
            events: events_of(scheme, &concept.slug),
            instrument: concept.instrument().map(InstrumentView::from),
            kind: concept.kind().map(KindView::from),
            terms: concept.terms().map(TermsView::from),
            channel: concept.channel_reach().map(ChannelView::from),
            language: concept.language().map(LanguageView::from),
            place: concept.place().map(PlaceView::from),
            organisation: concept.organisation().map(OrganisationView::from),
            expansion: None,
        }
    }

    /// What is reached from a concept in one direction.
    pub fn expansion(
        &self,
        scheme: &Scheme,
        concept: &Concept,
        direction: Direction,
        as_of: Option<&WorkDate>,
    ) -> Expansion {
        let mut reached = scheme.expand(concept.slug.as_str(), direction, as_of);
        self.sort(&mut reached);
        let name = |concept: &Concept| ConceptName {
            slug: concept.slug.to_string(),
            uri: self
                .addresses
                .concept(scheme.head.slug.as_str(), concept.slug.as_str()),
            label: self.label(concept),
        };
        Expansion {
            direction: direction.name(),
            as_of: as_of.map(ToString::to_string),
            items: reached.into_iter().map(name).collect(),
        }
    }

    fn label(&self, concept: &Concept) -> String {
        concept
            .labels
            .best(self.language)
            .unwrap_or_default()
            .to_owned()
    }

    fn sort(&self, concepts: &mut [&Concept]) {
        concepts.sort_by_cached_key(|concept| SortKey::new(&self.label(concept)));
    }
}

fn alternative_labels(concept: &Concept) -> BTreeMap<String, Vec<String>> {
    let mut by_language = BTreeMap::new();
    for (language, text) in &concept.alternative_labels {
        let labels: &mut Vec<String> = by_language.entry(language.to_string()).or_default();
        labels.push(text.clone());
    }
    by_language
}

fn events_of(scheme: &Scheme, slug: &Slug) -> Vec<EventView> {
    let concerns = |event: &&Event| event.from.contains(slug) || event.to.contains(slug);
    scheme
        .events()
        .iter()
        .filter(concerns)
        .map(EventView::from)
        .collect()
}

impl From<&Note> for NoteView {
    fn from(note: &Note) -> Self {
        Self {
            text: texts(&note.text),
            source: note.source.clone(),
        }
    }
}

impl From<&Event> for EventView {
    fn from(event: &Event) -> Self {
        Self {
            date: event.date.to_string(),
            kind: event.kind.name(),
            legal_basis: event.legal_basis.clone(),
            from: event.from.iter().map(ToString::to_string).collect(),
            to: event.to.iter().map(ToString::to_string).collect(),
            verified: event.verified,
            note: texts(&event.note),
        }
    }
}
