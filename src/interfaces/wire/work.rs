//! The description of a work in responses, and the form that a patch is merged into.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::names::name_of;
use super::schema_fields;
use crate::domain::asset::{
    Access, Consent, Creator, Identifier, PeopleShown, Relation, RelationType, Work,
};
use crate::domain::{LanguageMap, Slug};

/// The description of a work. Lists are always present, single values only when set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Work)]
pub struct WorkDto {
    /// Titles by BCP 47 language tag; at least one, each at most 1,000 characters.
    #[schema(schema_with = schema_fields::titles)]
    pub titles: BTreeMap<String, String>,
    /// Summaries or captions by language, each at most 20,000 characters.
    #[serde(default)]
    #[schema(schema_with = schema_fields::descriptions)]
    pub descriptions: BTreeMap<String, String>,
    /// Kind of work: a concept of scheme `product-kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Credited creators as printed.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub creators: Vec<CreatorDto>,
    /// The organisation that deposited it or has succeeded to the one that did: a concept of scheme `organisation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Languages of the work itself (BCP 47).
    #[serde(default)]
    #[schema(max_items = 50)]
    pub languages: Vec<String>,
    /// A concept of scheme `strand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strand: Option<String>,
    /// Concepts of scheme `theme`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub themes: Vec<String>,
    /// Concepts of scheme `instrument`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub instruments: Vec<String>,
    /// Concepts of scheme `rights-group`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub rights_groups: Vec<String>,
    /// Concepts of scheme `udhr-article`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub udhr_articles: Vec<String>,
    /// Concepts of scheme `audience`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub audiences: Vec<String>,
    /// Concepts of scheme `place`: the places as they were when the work was made.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub places: Vec<String>,
    /// When it was made: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or two of these with a slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-05-12")]
    pub made: Option<String>,
    /// Full text of a text work, script or lyrics; at most 4 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How to credit a reuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub credit_line: Option<String>,
    /// A concept of scheme `reuse-terms`; `rights-not-reviewed` blocks publication.
    #[serde(default)]
    #[schema(required = false, default = "rights-not-reviewed")]
    pub reuse_terms: String,
    /// Whether people can be recognised, and on what basis they are shown.
    #[serde(default)]
    #[schema(schema_with = schema_fields::people_shown)]
    pub people_shown: &'static str,
    /// How far the consent reaches, when people are shown on the basis of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentDto>,
    /// An identifiable minor is shown: publication needs a guardian's consent on file.
    #[serde(default)]
    #[schema(required = false)]
    pub minors_shown: bool,
    /// Who may see it once it is published.
    #[serde(default)]
    #[schema(schema_with = schema_fields::access)]
    pub access: &'static str,
    /// Not before this moment, even when published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub embargo_until: Option<String>,
    /// When its publication is to be reviewed again: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-06-30")]
    pub review_on: Option<String>,
    /// Links to other works.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub relations: Vec<RelationDto>,
    /// Numbers and names it is known by elsewhere; the first is the key of imports.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub identifiers: Vec<IdentifierDto>,
}

/// The limits of a consent to show people; an empty list limits nothing. When it ends, the work is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentDto {
    /// Where the work may be shown: concepts of scheme `channel`. One of them must reach everybody whom the access
    /// of the work allows.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub channels: Vec<String>,
    /// In which languages it may be shown (BCP 47).
    #[serde(default)]
    #[schema(max_items = 50)]
    pub languages: Vec<String>,
    /// The last day on which it may be shown, in Viet Nam: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-06-30")]
    pub ends_on: Option<String>,
}

/// A credited creator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Creator)]
pub struct CreatorDto {
    /// As printed on the work; never split.
    #[schema(max_length = 1000)]
    pub name: String,
    /// What they did, as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub role: Option<String>,
}

/// A link to another work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Relation)]
pub struct RelationDto {
    /// What this work is to the target.
    #[serde(rename = "type")]
    #[schema(schema_with = schema_fields::relation_type)]
    pub kind: &'static str,
    /// The id of the other work; in requests also `scheme:value` of an identifier.
    pub target: String,
}

/// A number or name of the work elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Identifier)]
pub struct IdentifierDto {
    /// Which numbering: a slug.
    #[schema(max_length = 80, example = "document-number")]
    pub scheme: String,
    /// As printed.
    #[schema(max_length = 1000, example = "155/KH-UBND")]
    pub value: String,
}

impl WorkDto {
    /// As a JSON document.
    ///
    /// # Panics
    /// Never: strings, lists and maps with text keys always have a JSON form.
    #[expect(clippy::expect_used, reason = "the DTO holds nothing JSON cannot say")]
    pub fn into_json(self) -> Value {
        serde_json::to_value(self).expect("strings, lists and maps by text are JSON")
    }
}

impl From<Work> for WorkDto {
    fn from(work: Work) -> Self {
        Self {
            titles: texts_by_language(&work.titles),
            descriptions: texts_by_language(&work.descriptions),
            kind: work.kind.as_ref().map(Slug::to_string),
            creators: work.creators.into_iter().map(CreatorDto::from).collect(),
            organisation: work.organisation.as_ref().map(Slug::to_string),
            languages: strings(&work.languages),
            strand: work.strand.as_ref().map(Slug::to_string),
            themes: strings(&work.themes),
            instruments: strings(&work.instruments),
            rights_groups: strings(&work.rights_groups),
            udhr_articles: strings(&work.udhr_articles),
            audiences: strings(&work.audiences),
            places: strings(&work.places),
            made: work.made.map(|date| date.to_string()),
            body: work.body,
            credit_line: work.credit_line,
            reuse_terms: work.reuse_terms.to_string(),
            people_shown: name_of(&PeopleShown::NAMES, &work.people_shown),
            consent: work.consent.map(ConsentDto::from),
            minors_shown: work.minors_shown,
            access: name_of(&Access::NAMES, &work.access),
            embargo_until: work.embargo_until.map(|moment| moment.to_string()),
            review_on: work.review_on.map(|day| day.to_string()),
            relations: work.relations.iter().map(RelationDto::from).collect(),
            identifiers: work
                .identifiers
                .into_iter()
                .map(IdentifierDto::from)
                .collect(),
        }
    }
}

impl From<Consent> for ConsentDto {
    fn from(consent: Consent) -> Self {
        Self {
            channels: strings(&consent.channels),
            languages: strings(&consent.languages),
            ends_on: consent.ends_on.map(|day| day.to_string()),
        }
    }
}

impl From<Creator> for CreatorDto {
    fn from(Creator { name, role }: Creator) -> Self {
        Self { name, role }
    }
}

impl From<&Relation> for RelationDto {
    fn from(relation: &Relation) -> Self {
        Self {
            kind: name_of(&RelationType::NAMES, &relation.kind),
            target: relation.target.to_string(),
        }
    }
}

impl From<Identifier> for IdentifierDto {
    fn from(Identifier { scheme, value }: Identifier) -> Self {
        let scheme = scheme.to_string();
        Self { scheme, value }
    }
}

/// Texts by the tag of their language.
pub(in crate::interfaces) fn texts_by_language(map: &LanguageMap) -> BTreeMap<String, String> {
    map.iter()
        .map(|(tag, text)| (tag.to_string(), text.to_owned()))
        .collect()
}

fn strings<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}
