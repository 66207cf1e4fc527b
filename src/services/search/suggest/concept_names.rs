//! Completion by names of concepts, places and organisations.
//!
//! The vocabularies are public, so names need no access check. The typed prefix is compared in folded
//! form with the beginning of each word of a name; the suggestion has its diacritics.

use std::collections::{BTreeMap, HashSet};

use super::suggestion::{Suggestion, SuggestionSource};
use crate::services::search::analysis::folded_words;
use crate::services::search::thesaurus::Thesaurus;

/// The scheme of licences; nobody types their names to find works.
const LICENCES: &str = "reuse-terms";
/// Longest text that is completed, in characters.
const MAX_CHARS: usize = 128;

/// The typed text in folded form.
pub(crate) fn folded_prefix(text: &str) -> String {
    let beginning: String = text.chars().take(MAX_CHARS).collect();
    folded_words(&beginning)
}

/// Names that contain the prefix at the beginning of a word. Names that begin with it come first, then
/// those in the requested language, then shorter ones.
pub(crate) fn concept_names(
    thesaurus: &Thesaurus,
    prefix: &str,
    language: &str,
    limit: usize,
) -> Vec<Suggestion> {
    let mut ranked: BTreeMap<(bool, bool, usize, String), SuggestionSource> = BTreeMap::new();
    for suffix in thesaurus.suffixes_with_prefix(prefix) {
        let concept = thesaurus.concept(suffix.concept);
        let (name_language, name) = &concept.names[suffix.name];
        let Some((scheme, slug)) = concept
            .key
            .as_ref()
            .filter(|(scheme, _)| scheme != LICENCES)
        else {
            continue;
        };
        let is_inside = suffix.word > 0;
        let is_foreign = name_language.as_deref() != Some(language);
        let rank = (is_inside, is_foreign, name.len(), name.clone());
        let source = SuggestionSource::Concept {
            scheme: scheme.clone(),
            slug: slug.clone(),
        };
        ranked.entry(rank).or_insert(source);
    }
    let mut texts = HashSet::new();
    let distinct = ranked
        .into_iter()
        .filter(|((.., text), _)| texts.insert(text.to_lowercase()));
    distinct
        .take(limit)
        .map(|((.., text), source)| Suggestion { text, source })
        .collect()
}
