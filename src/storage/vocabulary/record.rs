//! The JSON form of a scheme. Unknown keys are errors: a misspelt `valid_to` must not be lost.

use serde::Deserialize;

use super::details::{
    ChannelRecord, InstrumentRecord, KindRecord, LanguageRecord, OrganisationRecord, PlaceRecord,
    TermsRecord, period, yes,
};
use crate::domain::vocabulary::{
    Concept, Dated, Details, Event, EventKind, Note, Scheme, SchemeHead,
};
use crate::domain::{Slug, WorkDate};
use crate::storage::vocabulary::text::{ByLanguage, Of, Texts, inner};

/// Reads one scheme.
///
/// # Errors
/// Names line and column.
pub(super) fn parse(json: &str) -> Result<Scheme, serde_json::Error> {
    serde_json::from_str::<SchemeRecord>(json).map(SchemeRecord::into_domain)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeRecord {
    scheme: Of<Slug>,
    version: String,
    licence: String,
    title: Texts,
    #[serde(default)]
    description: Texts,
    source: Option<String>,
    concepts: Vec<ConceptRecord>,
    #[serde(default)]
    events: Vec<EventRecord>,
}

impl SchemeRecord {
    fn into_domain(self) -> Scheme {
        let head = SchemeHead {
            slug: self.scheme.0,
            version: self.version,
            licence: self.licence,
            title: self.title.into_domain(),
            description: self.description.into_domain(),
            source: self.source,
        };
        let concepts = self
            .concepts
            .into_iter()
            .map(ConceptRecord::into_domain)
            .collect();
        let events = self
            .events
            .into_iter()
            .map(EventRecord::into_domain)
            .collect();
        Scheme::new(head, concepts, events)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConceptRecord {
    slug: Of<Slug>,
    labels: Texts,
    #[serde(default)]
    alternative_labels: ByLanguage<Vec<String>>,
    #[serde(default)]
    notation: Vec<String>,
    valid_from: Option<Of<WorkDate>>,
    valid_to: Option<Of<WorkDate>>,
    #[serde(default)]
    broader: Vec<Of<Slug>>,
    #[serde(default)]
    related: Vec<Of<Slug>>,
    #[serde(default)]
    replaced_by: Vec<Of<Slug>>,
    #[serde(default)]
    notes: Vec<NoteRecord>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default = "yes")]
    verified: bool,
    instrument: Option<InstrumentRecord>,
    kind: Option<KindRecord>,
    terms: Option<TermsRecord>,
    channel: Option<ChannelRecord>,
    language: Option<LanguageRecord>,
    place: Option<PlaceRecord>,
    organisation: Option<OrganisationRecord>,
}

impl ConceptRecord {
    fn into_domain(self) -> Concept {
        let mut broader: Vec<_> = self
            .broader
            .into_iter()
            .map(|slug| Dated::always(slug.0))
            .collect();
        let mut details = Details::Plain;
        if let Some(instrument) = self.instrument {
            details = Details::Instrument(instrument.into_domain());
        } else if let Some(kind) = self.kind {
            details = Details::Kind(kind.into_domain());
        } else if let Some(terms) = self.terms {
            details = Details::Terms(terms.into_domain());
        } else if let Some(channel) = self.channel {
            details = Details::Channel(channel.reaches.0);
        } else if let Some(language) = self.language {
            details = Details::Language(language.into_domain());
        } else if let Some(place) = self.place {
            details = Details::Place(place.into_domain(&mut broader));
        } else if let Some(body) = self.organisation {
            details = Details::Organisation(body.into_domain(&mut broader));
        }
        let alternative = self.alternative_labels.0.into_iter();
        Concept {
            slug: self.slug.0,
            labels: self.labels.into_domain(),
            alternative_labels: alternative
                .flat_map(|(tag, texts)| texts.into_iter().map(move |text| (tag.clone(), text)))
                .collect(),
            notation: self.notation,
            validity: period(self.valid_from, self.valid_to),
            broader,
            related: inner(self.related),
            replaced_by: inner(self.replaced_by),
            notes: self
                .notes
                .into_iter()
                .map(NoteRecord::into_domain)
                .collect(),
            sensitive: self.sensitive,
            verified: self.verified,
            details,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteRecord {
    text: Texts,
    source: Option<String>,
}

impl NoteRecord {
    fn into_domain(self) -> Note {
        Note {
            text: self.text.into_domain(),
            source: self.source,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventRecord {
    date: Of<WorkDate>,
    kind: Of<EventKind>,
    legal_basis: Option<String>,
    from: Vec<Of<Slug>>,
    to: Vec<Of<Slug>>,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(default)]
    note: Texts,
}

impl EventRecord {
    fn into_domain(self) -> Event {
        Event {
            date: self.date.0,
            kind: self.kind.0,
            legal_basis: self.legal_basis,
            from: inner(self.from),
            to: inner(self.to),
            verified: self.verified,
            note: self.note.into_domain(),
        }
    }
}
