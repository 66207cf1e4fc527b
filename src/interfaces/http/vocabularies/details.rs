//! The JSON form of the facts that only concepts of one scheme have.

use serde::Serialize;
use utoipa::ToSchema;

use super::texts::{Texts, texts};
use crate::domain::vocabulary::details::{
    Adoption, Assignment, ChannelReach, Instrument, LanguageFacts, Organisation, Place,
    ProductKind, ReuseTerms, StatusStatement,
};
use crate::domain::vocabulary::{Dated, Period};
use crate::domain::{LanguageMap, Slug};

/// During which days something held; an absent end is open or unknown.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeriodView {
    /// First day: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Another concept, and when the link held.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DatedLink {
    /// Slug of the other concept.
    pub slug: String,
    /// When the link held.
    #[serde(flatten)]
    pub period: PeriodView,
}

/// A name as used during a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatedName {
    /// The name by language.
    pub name: Texts,
    /// When it was used.
    #[serde(flatten)]
    pub period: PeriodView,
}

/// Where the country stands on an instrument: dated, sourced statements.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstrumentView {
    /// Adoption of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted: Option<AdoptionView>,
    /// The statements, oldest first.
    pub status: Vec<StatusView>,
}

/// The adoption of an instrument.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdoptionView {
    /// Day or year.
    pub date: String,
    /// Where the date comes from.
    pub source: String,
    /// Whether it was checked against a primary source.
    pub verified: bool,
}

/// One statement on where the country stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// What happened or holds.
    #[schema(example = "acceded")]
    pub status: &'static str,
    /// When; for `not-party` the date of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Who says so.
    pub source: String,
    /// Whether sources contradict each other.
    pub disputed: bool,
    /// Whether it was checked against a primary source.
    pub verified: bool,
    /// A remark by language.
    pub note: Texts,
}

/// A kind of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindView {
    /// DCMI types; the first is the default.
    #[schema(example = json!(["Sound"]))]
    pub dcmi_types: Vec<&'static str>,
    /// Whether the communication plan names this kind.
    pub named_in_plan: bool,
}

/// Terms of reuse.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermsView {
    /// Deed of the licence or rights statement.
    #[schema(format = "uri")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deed: Option<String>,
    /// `everyone`, `stations`, `state-bodies` or `nobody`.
    pub audience: &'static str,
    /// Whether the source must be named.
    pub attribution: bool,
    /// `allowed`, `share-alike` or `none`.
    pub derivatives: &'static str,
    /// Whether use for profit is allowed.
    pub commercial: bool,
    /// Works under these terms cannot be published.
    pub blocks_publication: bool,
    /// Only metadata and a link may be kept.
    pub link_only: bool,
    /// An end date must be given.
    pub needs_end_date: bool,
    /// A note on the contract must be given.
    pub needs_contract_note: bool,
}

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelView {
    /// Who is reached through it: `everyone`, `partners` or `state-bodies`.
    pub reaches: &'static str,
}

/// A language.
#[derive(Debug, Serialize, ToSchema)]
pub struct LanguageView {
    /// BCP 47 tag.
    #[schema(example = "jra")]
    pub tag: String,
    /// `national`, `ethnic-minority`, `foreign`, `sign` or `special`.
    pub group: &'static str,
    /// ISO 15924 code of the script meant when none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_script: Option<String>,
}

/// An administrative unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// Names as used in each period.
    pub names: Vec<DatedName>,
    /// Types in each period.
    pub types: Vec<DatedType>,
    /// Codes in each period; they are recycled.
    pub codes: Vec<DatedCode>,
}

/// A type of administrative unit, with its period.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatedType {
    /// `country`, `province`, `district`, `town`, `city`, `commune`, `ward` or `township`.
    pub r#type: &'static str,
    /// When it was of this type.
    #[serde(flatten)]
    pub period: PeriodView,
}

/// A code of an administrative unit, with its period.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatedCode {
    /// Which list it comes from.
    #[schema(example = "vn-commune")]
    pub scheme: String,
    /// The code.
    pub value: String,
    /// When it was this unit's.
    #[serde(flatten)]
    pub period: PeriodView,
}

/// A body that deposits, guides or receives works.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    /// `ministry`, `province`, `district` or `commune`.
    pub level: &'static str,
    /// Names as used in each period.
    pub names: Vec<DatedName>,
    /// Places it serves: slugs of the scheme `place`.
    pub areas: Vec<DatedLink>,
    /// Its task in the communication plan, by language.
    pub task: Texts,
    /// Instruments it communicates on: slugs of the scheme `instrument`.
    pub assigned_instruments: Vec<AssignmentView>,
}

/// An instrument assigned to a body.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentView {
    /// The instrument, and when it was assigned.
    #[serde(flatten)]
    pub instrument: DatedLink,
    /// What the assignment rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether it was checked against a primary source.
    pub verified: bool,
}

impl From<&Period> for PeriodView {
    fn from(period: &Period) -> Self {
        Self {
            from: period.from.map(|date| date.to_string()),
            to: period.to.map(|date| date.to_string()),
        }
    }
}

impl From<&Dated<Slug>> for DatedLink {
    fn from(link: &Dated<Slug>) -> Self {
        Self {
            slug: link.value.to_string(),
            period: (&link.period).into(),
        }
    }
}

impl From<&Dated<LanguageMap>> for DatedName {
    fn from(name: &Dated<LanguageMap>) -> Self {
        Self {
            name: texts(&name.value),
            period: (&name.period).into(),
        }
    }
}

impl From<&Instrument> for InstrumentView {
    fn from(instrument: &Instrument) -> Self {
        Self {
            adopted: instrument.adopted.as_ref().map(AdoptionView::from),
            status: instrument.status.iter().map(StatusView::from).collect(),
        }
    }
}

impl From<&Adoption> for AdoptionView {
    fn from(adopted: &Adoption) -> Self {
        Self {
            date: adopted.date.to_string(),
            source: adopted.source.clone(),
            verified: adopted.verified,
        }
    }
}

impl From<&StatusStatement> for StatusView {
    fn from(statement: &StatusStatement) -> Self {
        Self {
            status: statement.status.name(),
            date: statement.date.map(|date| date.to_string()),
            source: statement.source.clone(),
            disputed: statement.disputed,
            verified: statement.verified,
            note: texts(&statement.note),
        }
    }
}

impl From<&ProductKind> for KindView {
    fn from(kind: &ProductKind) -> Self {
        Self {
            dcmi_types: kind.dcmi_types.iter().map(|dcmi| dcmi.name()).collect(),
            named_in_plan: kind.named_in_plan,
        }
    }
}

impl From<&ReuseTerms> for TermsView {
    fn from(terms: &ReuseTerms) -> Self {
        Self {
            deed: terms.deed.clone(),
            audience: terms.audience.name(),
            attribution: terms.attribution,
            derivatives: terms.derivatives.name(),
            commercial: terms.commercial,
            blocks_publication: terms.blocks_publication,
            link_only: terms.link_only,
            needs_end_date: terms.needs_end_date,
            needs_contract_note: terms.needs_contract_note,
        }
    }
}

impl From<ChannelReach> for ChannelView {
    fn from(reach: ChannelReach) -> Self {
        Self {
            reaches: reach.name(),
        }
    }
}

impl From<&LanguageFacts> for LanguageView {
    fn from(language: &LanguageFacts) -> Self {
        Self {
            tag: language.tag.to_string(),
            group: language.group.name(),
            default_script: language.default_script.clone(),
        }
    }
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        let of_type = place.types.iter().map(|entry| DatedType {
            r#type: entry.value.name(),
            period: (&entry.period).into(),
        });
        let codes = place.codes.iter().map(|entry| DatedCode {
            scheme: entry.value.scheme.clone(),
            value: entry.value.value.clone(),
            period: (&entry.period).into(),
        });
        Self {
            names: place.names.iter().map(DatedName::from).collect(),
            types: of_type.collect(),
            codes: codes.collect(),
        }
    }
}

impl From<&Organisation> for OrganisationView {
    fn from(body: &Organisation) -> Self {
        let assigned = body.assigned_instruments.iter().map(AssignmentView::from);
        Self {
            level: body.level.name(),
            names: body.names.iter().map(DatedName::from).collect(),
            areas: body.areas.iter().map(DatedLink::from).collect(),
            task: texts(&body.task),
            assigned_instruments: assigned.collect(),
        }
    }
}

impl From<&Assignment> for AssignmentView {
    fn from(assignment: &Assignment) -> Self {
        Self {
            instrument: (&assignment.instrument).into(),
            source: assignment.source.clone(),
            verified: assignment.verified,
        }
    }
}
