//! The parts of a record that are sent on request: labels, address of the licence, citation.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::names::name_of;
use super::work::texts_by_language;
use crate::domain::asset::{Access, Asset, PeopleShown, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::citation::{self, CitedWork};
use crate::services::sharing::Addresses;

/// A concept that a work names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConceptLabel)]
pub struct ConceptLabelDto {
    /// The vocabulary.
    pub scheme: &'static str,
    /// The concept in it, as the description names it.
    pub slug: String,
    /// Permanent address of the concept.
    #[schema(format = "uri")]
    pub address: String,
    /// Its labels by language.
    pub labels: BTreeMap<String, String>,
}

/// The concepts that a work names, each once, in the order of the fields.
pub(super) fn labels(
    work: &Work,
    vocabularies: &Vocabularies,
    addresses: Addresses<'_>,
) -> Vec<ConceptLabelDto> {
    let mut seen = BTreeSet::new();
    let concepts = concepts(work).into_iter();
    let label = |(scheme, slug): (&'static str, String)| {
        let concept = vocabularies.find(scheme, &slug)?;
        Some(ConceptLabelDto {
            scheme,
            address: addresses.concept(scheme, &slug),
            labels: texts_by_language(&concept.labels),
            slug,
        })
    };
    concepts
        .filter(|concept| seen.insert(concept.clone()))
        .filter_map(label)
        .collect()
}

/// Scheme and slug of the concepts in the description.
fn concepts(work: &Work) -> Vec<(&'static str, String)> {
    let channels = work.consent.as_ref().map_or(&[][..], |of| &of.channels);
    let fields = [
        ("product-kind", work.kind.as_slice()),
        ("organisation", work.organisation.as_slice()),
        ("strand", work.strand.as_slice()),
        ("theme", &work.themes),
        ("instrument", &work.instruments),
        ("rights-group", &work.rights_groups),
        ("udhr-article", &work.udhr_articles),
        ("audience", &work.audiences),
        ("place", &work.places),
        ("channel", channels),
        ("reuse-terms", std::slice::from_ref(&work.reuse_terms)),
    ];
    let named = fields
        .into_iter()
        .flat_map(|(scheme, slugs)| slugs.iter().map(move |slug| (scheme, slug.to_string())));
    let languages = work.languages.iter();
    let languages = languages.map(|tag| ("language", tag.as_str().to_owned()));
    let people_shown = name_of(&PeopleShown::NAMES, &work.people_shown);
    let access = name_of(&Access::NAMES, &work.access);
    named
        .chain(languages)
        .chain([
            ("people-shown", people_shown.to_owned()),
            ("access", access.to_owned()),
        ])
        .collect()
}

/// The address of the deed of the reuse terms.
pub(super) fn licence(work: &Work, vocabularies: &Vocabularies) -> Option<String> {
    let terms = vocabularies.find("reuse-terms", work.reuse_terms.as_str())?;
    terms.terms()?.deed.clone()
}

/// The citation by its language.
pub(super) fn citation(
    asset: &Asset,
    vocabularies: &Vocabularies,
    addresses: Addresses<'_>,
) -> BTreeMap<&'static str, String> {
    let work = &asset.work;
    let address = addresses.work(asset.id);
    let in_language = |language: Language| {
        let organisation = asset.issued_by().map(|slug| {
            let label = vocabularies.label("organisation", slug.as_str(), language.tag());
            label.unwrap_or(slug.as_str())
        });
        let creators = work.creators.iter();
        let cited = CitedWork {
            creators: creators.map(|creator| creator.name.as_str()).collect(),
            year: work.made.as_ref().map(|made| made.year()),
            title: work.titles.best(language.tag()).unwrap_or_default(),
            organisation,
            address: &address,
        };
        (language.tag(), citation::text(&cited, language))
    };
    [Language::Vietnamese, Language::English]
        .map(in_language)
        .into()
}
