//! The stored form of descriptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{
    all, asset_id, language, language_map, millis, moment, name_of, named, parsed, slug,
    slug_texts, slugs, texts,
};
use crate::domain::asset::{
    Access, Creator, Identifier, PeopleShown, Relation, RelationType, Work,
};
use crate::domain::{LanguageTag, Slug};

/// Version 1 of a stored description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct WorkV1 {
    pub titles: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub descriptions: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creators: Vec<CreatorV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strand: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instruments: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rights_groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub udhr_articles: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_line: Option<String>,
    pub reuse_terms: String,
    pub people_shown: String,
    pub minors_shown: bool,
    pub access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo_until_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<RelationV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<IdentifierV1>,
}

/// Version 1 of a stored creator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct CreatorV1 {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// Version 1 of a stored relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct RelationV1 {
    pub kind: String,
    pub target: String,
}

/// Version 1 of a stored identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct IdentifierV1 {
    pub scheme: String,
    pub value: String,
}

impl From<Work> for WorkV1 {
    fn from(work: Work) -> Self {
        Self {
            titles: texts(&work.titles),
            descriptions: texts(&work.descriptions),
            kind: work.kind.as_ref().map(Slug::to_string),
            creators: work.creators.into_iter().map(CreatorV1::from).collect(),
            organisation: work.organisation.as_ref().map(Slug::to_string),
            languages: work.languages.iter().map(LanguageTag::to_string).collect(),
            strand: work.strand.as_ref().map(Slug::to_string),
            themes: slug_texts(&work.themes),
            instruments: slug_texts(&work.instruments),
            rights_groups: slug_texts(&work.rights_groups),
            udhr_articles: slug_texts(&work.udhr_articles),
            audiences: slug_texts(&work.audiences),
            places: slug_texts(&work.places),
            made: work.made.map(|made| made.to_string()),
            body: work.body,
            credit_line: work.credit_line,
            reuse_terms: work.reuse_terms.to_string(),
            people_shown: name_of(&PeopleShown::NAMES, &work.people_shown),
            minors_shown: work.minors_shown,
            access: name_of(&Access::NAMES, &work.access),
            embargo_until_ms: millis(work.embargo_until),
            relations: work.relations.iter().map(RelationV1::from).collect(),
            identifiers: work.identifiers.iter().map(IdentifierV1::from).collect(),
        }
    }
}

impl TryFrom<WorkV1> for Work {
    type Error = InvalidRecord;

    fn try_from(stored: WorkV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            titles: language_map(stored.titles)?,
            descriptions: language_map(stored.descriptions)?,
            kind: stored.kind.as_deref().map(slug).transpose()?,
            creators: stored.creators.into_iter().map(Creator::from).collect(),
            organisation: stored.organisation.as_deref().map(slug).transpose()?,
            languages: stored
                .languages
                .iter()
                .map(|tag| language(tag))
                .collect::<Result<_, _>>()?,
            strand: stored.strand.as_deref().map(slug).transpose()?,
            themes: slugs(&stored.themes)?,
            instruments: slugs(&stored.instruments)?,
            rights_groups: slugs(&stored.rights_groups)?,
            udhr_articles: slugs(&stored.udhr_articles)?,
            audiences: slugs(&stored.audiences)?,
            places: slugs(&stored.places)?,
            made: stored
                .made
                .as_deref()
                .map(|made| parsed("date", made, |text| text.parse().ok()))
                .transpose()?,
            body: stored.body,
            credit_line: stored.credit_line,
            reuse_terms: slug(&stored.reuse_terms)?,
            people_shown: named("people_shown", &PeopleShown::NAMES, &stored.people_shown)?,
            minors_shown: stored.minors_shown,
            access: named("access", &Access::NAMES, &stored.access)?,
            embargo_until: moment(stored.embargo_until_ms),
            review_on: None,
            consent: None,
            relations: all(stored.relations)?,
            identifiers: all(stored.identifiers)?,
        })
    }
}

impl From<Creator> for CreatorV1 {
    fn from(creator: Creator) -> Self {
        Self {
            name: creator.name,
            role: creator.role,
        }
    }
}

impl From<CreatorV1> for Creator {
    fn from(stored: CreatorV1) -> Self {
        Self {
            name: stored.name,
            role: stored.role,
        }
    }
}

impl From<&Relation> for RelationV1 {
    fn from(relation: &Relation) -> Self {
        Self {
            kind: name_of(&RelationType::NAMES, &relation.kind),
            target: relation.target.to_string(),
        }
    }
}

impl TryFrom<RelationV1> for Relation {
    type Error = InvalidRecord;

    fn try_from(stored: RelationV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            kind: named("relation", &RelationType::NAMES, &stored.kind)?,
            target: asset_id(&stored.target)?,
        })
    }
}

impl From<&Identifier> for IdentifierV1 {
    fn from(identifier: &Identifier) -> Self {
        Self {
            scheme: identifier.scheme.to_string(),
            value: identifier.value.clone(),
        }
    }
}

impl TryFrom<IdentifierV1> for Identifier {
    type Error = InvalidRecord;

    fn try_from(stored: IdentifierV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            scheme: slug(&stored.scheme)?,
            value: stored.value,
        })
    }
}
