//! The JSON form of a scheme. Unknown keys are errors: a misspelt `valid_to` must not be lost.

use serde::Deserialize;

use crate::domain::WorkDate;
use crate::domain::vocabulary::details::{
    Adoption, Assignment, ChannelReach, DcmiType, Derivatives, Instrument, InstrumentStatus,
    LanguageFacts, LanguageGroup, Organisation, OrganisationLevel, Place, PlaceCode, PlaceType,
    ProductKind, ReuseAudience, ReuseTerms, StatusStatement,
};
use crate::domain::vocabulary::{
    Concept, Dated, Details, Event, EventKind, Note, Period, Scheme, SchemeHead,
};
use crate::domain::{LanguageMap, LanguageTag, Slug};
use crate::storage::vocabulary::text::{ByLanguage, Of, Texts, inner};

/// Reads one scheme.
///
/// # Errors
/// Names line and column.
pub(super) fn parse(json: &str) -> Result<Scheme, serde_json::Error> {
    serde_json::from_str::<SchemeRecord>(json).map(SchemeRecord::into_domain)
}

fn period(from: Option<Of<WorkDate>>, to: Option<Of<WorkDate>>) -> Period {
    Period {
        from: from.map(|date| date.0),
        to: to.map(|date| date.0),
    }
}

const fn yes() -> bool {
    true
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstrumentRecord {
    adopted: Option<AdoptionRecord>,
    status: Vec<StatusRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdoptionRecord {
    date: Of<WorkDate>,
    source: String,
    #[serde(default = "yes")]
    verified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusRecord {
    status: Of<InstrumentStatus>,
    date: Option<Of<WorkDate>>,
    source: String,
    #[serde(default)]
    disputed: bool,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(default)]
    note: Texts,
}

impl InstrumentRecord {
    fn into_domain(self) -> Instrument {
        let adopted = self.adopted.map(|adopted| Adoption {
            date: adopted.date.0,
            source: adopted.source,
            verified: adopted.verified,
        });
        let statement = |record: StatusRecord| StatusStatement {
            status: record.status.0,
            date: record.date.map(|date| date.0),
            source: record.source,
            disputed: record.disputed,
            verified: record.verified,
            note: record.note.into_domain(),
        };
        Instrument {
            adopted,
            status: self.status.into_iter().map(statement).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindRecord {
    dcmi_types: Vec<Of<DcmiType>>,
    #[serde(default)]
    named_in_plan: bool,
}

impl KindRecord {
    fn into_domain(self) -> ProductKind {
        ProductKind {
            dcmi_types: inner(self.dcmi_types),
            named_in_plan: self.named_in_plan,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsRecord {
    deed: Option<String>,
    audience: Of<ReuseAudience>,
    #[serde(default = "yes")]
    attribution: bool,
    derivatives: Option<Of<Derivatives>>,
    #[serde(default)]
    commercial: bool,
    #[serde(default)]
    blocks_publication: bool,
    #[serde(default)]
    link_only: bool,
    #[serde(default)]
    needs_end_date: bool,
    #[serde(default)]
    needs_contract_note: bool,
}

impl TermsRecord {
    fn into_domain(self) -> ReuseTerms {
        ReuseTerms {
            deed: self.deed,
            audience: self.audience.0,
            attribution: self.attribution,
            derivatives: self.derivatives.map_or(Derivatives::None, |given| given.0),
            commercial: self.commercial,
            blocks_publication: self.blocks_publication,
            link_only: self.link_only,
            needs_end_date: self.needs_end_date,
            needs_contract_note: self.needs_contract_note,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelRecord {
    reaches: Of<ChannelReach>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LanguageRecord {
    tag: Of<LanguageTag>,
    group: Of<LanguageGroup>,
    default_script: Option<String>,
}

impl LanguageRecord {
    fn into_domain(self) -> LanguageFacts {
        LanguageFacts {
            tag: self.tag.0,
            group: self.group.0,
            default_script: self.default_script,
        }
    }
}

/// Defines an entry that held during a period: one value and `from`, `to`.
macro_rules! dated_record {
    ($name:ident { $($field:ident: $type:ty),+ }, $domain:ty, $value:expr) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($field: $type,)+
            from: Option<Of<WorkDate>>,
            to: Option<Of<WorkDate>>,
        }

        impl $name {
            fn into_domain(self) -> Dated<$domain> {
                let Self { $($field,)+ from, to } = self;
                let value: fn($($type),+) -> $domain = $value;
                Dated { value: value($($field),+), period: period(from, to) }
            }
        }
    };
}
dated_record!(NameRecord { name: Texts }, LanguageMap, Texts::into_domain);
dated_record!(TypeRecord { r#type: Of<PlaceType> }, PlaceType, |given| given.0);
dated_record!(
    CodeRecord {
        scheme: String,
        value: String
    },
    PlaceCode,
    |scheme, value| { PlaceCode { scheme, value } }
);
dated_record!(PlaceLink { place: Of<Slug> }, Slug, |slug| slug.0);
dated_record!(BodyLink { organisation: Of<Slug> }, Slug, |slug| slug.0);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceRecord {
    names: Vec<NameRecord>,
    types: Vec<TypeRecord>,
    #[serde(default)]
    codes: Vec<CodeRecord>,
    #[serde(default)]
    part_of: Vec<PlaceLink>,
}

impl PlaceRecord {
    fn into_domain(self, broader: &mut Vec<Dated<Slug>>) -> Place {
        broader.extend(self.part_of.into_iter().map(PlaceLink::into_domain));
        Place {
            names: self
                .names
                .into_iter()
                .map(NameRecord::into_domain)
                .collect(),
            types: self
                .types
                .into_iter()
                .map(TypeRecord::into_domain)
                .collect(),
            codes: self
                .codes
                .into_iter()
                .map(CodeRecord::into_domain)
                .collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationRecord {
    level: Of<OrganisationLevel>,
    names: Vec<NameRecord>,
    #[serde(default)]
    areas: Vec<PlaceLink>,
    #[serde(default)]
    part_of: Vec<BodyLink>,
    #[serde(default)]
    task: Texts,
    #[serde(default)]
    assigned_instruments: Vec<AssignmentRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignmentRecord {
    instrument: Of<Slug>,
    from: Option<Of<WorkDate>>,
    to: Option<Of<WorkDate>>,
    source: Option<String>,
    #[serde(default = "yes")]
    verified: bool,
}

impl OrganisationRecord {
    fn into_domain(self, broader: &mut Vec<Dated<Slug>>) -> Organisation {
        broader.extend(self.part_of.into_iter().map(BodyLink::into_domain));
        let assignment = |record: AssignmentRecord| Assignment {
            instrument: Dated {
                value: record.instrument.0,
                period: period(record.from, record.to),
            },
            source: record.source,
            verified: record.verified,
        };
        Organisation {
            level: self.level.0,
            names: self
                .names
                .into_iter()
                .map(NameRecord::into_domain)
                .collect(),
            areas: self.areas.into_iter().map(PlaceLink::into_domain).collect(),
            task: self.task.into_domain(),
            assigned_instruments: self
                .assigned_instruments
                .into_iter()
                .map(assignment)
                .collect(),
        }
    }
}
