//! What the description says of a work, with links to the works that share it.

use super::super::href::Href;
use super::super::place::Place;
use super::super::works;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::work::WorkTexts;
use crate::interfaces::wire::AssetDto;

/// A line of the description.
pub(super) struct FactView {
    /// What it is about.
    pub name: &'static str,
    /// Its values, each with the search for it.
    pub values: Vec<(String, Option<Href>)>,
}

/// The lines of a record that have values.
pub(super) fn of(
    record: &AssetDto,
    vocabularies: &Vocabularies,
    language: Language,
) -> Vec<FactView> {
    let (work, t) = (&record.work, WorkTexts::of(language));
    let concepts = |name, scheme: &str, facet: &str, slugs: &[String]| FactView {
        name,
        values: slugs
            .iter()
            .map(|slug| {
                let label = works::label(vocabularies, scheme, slug, language);
                let href = Place::Search.href_with(language, [(facet, slug.as_str())]);
                (label, Some(href))
            })
            .collect(),
    };
    let texts = |name, texts: Vec<String>| FactView {
        name,
        values: texts.into_iter().map(|text| (text, None)).collect(),
    };
    let creators = work.creators.iter().map(|creator| match &creator.role {
        Some(role) => format!("{} ({role})", creator.name),
        None => creator.name.clone(),
    });
    let numbers = work
        .identifiers
        .iter()
        .map(|identifier| identifier.value.clone());
    let people = works::label(vocabularies, "people-shown", work.people_shown, language);
    let body: Vec<String> = work.organisation.iter().cloned().collect();
    let facts = [
        concepts(t.body, "organisation", "organisation", &body),
        texts(t.creators, creators.collect()),
        concepts(t.places, "place", "place", &work.places),
        concepts(
            t.rights,
            "rights-group",
            "rights_group",
            &work.rights_groups,
        ),
        concepts(t.instruments, "instrument", "instrument", &work.instruments),
        concepts(
            t.articles,
            "udhr-article",
            "udhr_article",
            &work.udhr_articles,
        ),
        concepts(t.themes, "theme", "theme", &work.themes),
        concepts(t.audiences, "audience", "audience", &work.audiences),
        texts(t.numbers, numbers.collect()),
        texts(t.people, vec![people]),
    ];
    facts
        .into_iter()
        .filter(|fact| !fact.values.is_empty())
        .collect()
}
