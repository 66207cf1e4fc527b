//! The JSON forms of what only the concepts of one scheme have: instruments, kinds, reuse terms, languages, places, bodies.

use serde::Deserialize;

use crate::domain::vocabulary::details::{
    Adoption, Assignment, ChannelReach, DcmiType, Derivatives, Instrument, InstrumentStatus,
    LanguageFacts, LanguageGroup, Organisation, OrganisationLevel, Place, PlaceCode, PlaceType,
    ProductKind, ReuseAudience, ReuseTerms, StatusStatement,
};
use crate::domain::vocabulary::{Dated, Period};
use crate::domain::{LanguageMap, LanguageTag, Slug, WorkDate};
use crate::storage::vocabulary::text::{Of, Texts, inner};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InstrumentRecord {
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
    pub(super) fn into_domain(self) -> Instrument {
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
pub(super) struct KindRecord {
    dcmi_types: Vec<Of<DcmiType>>,
    #[serde(default)]
    named_in_plan: bool,
}

impl KindRecord {
    pub(super) fn into_domain(self) -> ProductKind {
        ProductKind {
            dcmi_types: inner(self.dcmi_types),
            named_in_plan: self.named_in_plan,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelRecord {
    pub(super) reaches: Of<ChannelReach>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsRecord {
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
    pub(super) fn into_domain(self) -> ReuseTerms {
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
pub(super) struct LanguageRecord {
    tag: Of<LanguageTag>,
    group: Of<LanguageGroup>,
    default_script: Option<String>,
}

impl LanguageRecord {
    pub(super) fn into_domain(self) -> LanguageFacts {
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
pub(super) struct PlaceRecord {
    names: Vec<NameRecord>,
    types: Vec<TypeRecord>,
    #[serde(default)]
    codes: Vec<CodeRecord>,
    #[serde(default)]
    part_of: Vec<PlaceLink>,
}

impl PlaceRecord {
    pub(super) fn into_domain(self, broader: &mut Vec<Dated<Slug>>) -> Place {
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
pub(super) struct OrganisationRecord {
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
    pub(super) fn into_domain(self, broader: &mut Vec<Dated<Slug>>) -> Organisation {
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

/// A period from its two ends.
pub(super) fn period(from: Option<Of<WorkDate>>, to: Option<Of<WorkDate>>) -> Period {
    Period {
        from: from.map(|date| date.0),
        to: to.map(|date| date.0),
    }
}

/// The default of facts that were checked.
pub(super) const fn yes() -> bool {
    true
}
