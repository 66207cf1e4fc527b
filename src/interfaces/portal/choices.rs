//! What a list to choose from offers.

use crate::app::Archive;
use crate::domain::vietnamese_order::SortKey;
use crate::domain::vocabulary::Concept;
use crate::interfaces::messages::Language;

/// The concepts of a vocabulary that are in force today, in Vietnamese order of their names.
pub fn of(scheme: &str, language: Language, archive: &Archive) -> Vec<(String, String)> {
    let today = archive.clock.now().day();
    let scheme = archive.vocabularies.scheme(scheme);
    let concepts = scheme.into_iter().flat_map(|scheme| scheme.concepts());
    let option = |concept: &Concept| {
        let label = concept.labels.best(language.tag()).unwrap_or_default();
        (concept.slug.to_string(), label.to_owned())
    };
    let mut options: Vec<_> = concepts
        .filter(|concept| concept.is_valid_at(&today))
        .map(option)
        .collect();
    options.sort_by_cached_key(|(_, label)| SortKey::new(label).as_bytes().to_vec());
    options
}
