//! Completion while somebody types: names of concepts, places and bodies, and titles.
//!
//! What is typed is compared without marks and may begin any word of a name; what is offered
//! carries its marks. Names come from the vocabularies, which are public. Titles come from a
//! field that only holds those of public works, and each is put to the policy once more at its
//! present revision, so that nothing withdrawn is ever offered.

use std::collections::BTreeMap;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use super::analysis::SEPARATOR;
use super::best::id_of;
use super::document::folded_words;
use super::schema::Fields;
use super::thesaurus::Thesaurus;
use crate::domain::asset::AssetId;

/// The scheme of terms of reuse: nobody types these to find works.
const LICENCES: &str = "reuse-terms";
/// Titles looked at in each segment.
const TITLES_SCANNED: usize = 64;
/// Longest text that is completed, in characters.
const MAX_CHARS: usize = 128;

/// One completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text to search for, with its marks.
    pub text: String,
    /// What it names.
    pub source: SuggestionSource,
}

/// What a completion names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionSource {
    /// A concept, place or body of a scheme.
    Concept {
        /// The scheme.
        scheme: String,
        /// The concept in it.
        slug: String,
    },
    /// The title of a work.
    Title(AssetId),
}

/// What was typed, folded, for comparing with beginnings.
pub(crate) fn typed_prefix(text: &str) -> String {
    let beginning: String = text.chars().take(MAX_CHARS).collect();
    folded_words(&beginning)
}

/// Names of concepts that hold the prefix at the beginning of a word: whole beginnings first,
/// then those in the caller's language, then short ones.
pub(crate) fn names(
    thesaurus: &Thesaurus,
    prefix: &str,
    language: &str,
    limit: usize,
) -> Vec<Suggestion> {
    let mut found: BTreeMap<(bool, bool, usize, String), SuggestionSource> = BTreeMap::new();
    for beginning in thesaurus.beginning_with(prefix) {
        let concept = thesaurus.concept(beginning.concept);
        let (name_language, name) = &concept.names[beginning.name];
        let Some((scheme, slug)) = concept
            .key
            .as_ref()
            .filter(|(scheme, _)| scheme != LICENCES)
        else {
            continue;
        };
        let is_inside = beginning.word > 0;
        let is_foreign = name_language.as_deref() != Some(language);
        let rank = (is_inside, is_foreign, name.len(), name.clone());
        let source = SuggestionSource::Concept {
            scheme: scheme.clone(),
            slug: slug.clone(),
        };
        found.entry(rank).or_insert(source);
    }
    let mut texts = std::collections::HashSet::new();
    let fresh = found
        .into_iter()
        .filter(|((.., text), _)| texts.insert(text.to_lowercase()));
    fresh
        .take(limit)
        .map(|((.., text), source)| Suggestion { text, source })
        .collect()
}

/// Titles in the index that begin with the prefix, with their works.
pub(crate) fn titles(
    searcher: &Searcher,
    fields: &Fields,
    prefix: &str,
) -> tantivy::Result<Vec<(String, AssetId)>> {
    let mut found = Vec::new();
    for reader in searcher.segment_readers() {
        let index = reader.inverted_index(fields.completion)?;
        let mut terms = index.terms().range().ge(prefix).into_stream()?;
        let mut scanned = 0;
        while scanned < TITLES_SCANNED && terms.advance() {
            let Ok(text) = std::str::from_utf8(terms.key()) else {
                continue;
            };
            if !text.starts_with(prefix) {
                break;
            }
            scanned += 1;
            let Some((_, title)) = text.split_once(SEPARATOR) else {
                continue;
            };
            let term = Term::from_field_text(fields.completion, text);
            let Some(mut works) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            while works.doc() != TERMINATED && reader.is_deleted(works.doc()) {
                works.advance();
            }
            if works.doc() != TERMINATED {
                found.push((title.to_owned(), id_of(reader, works.doc())?));
            }
        }
    }
    found.sort_by(|a, b| (a.0.len(), a).cmp(&(b.0.len(), b)));
    found.dedup_by(|a, b| a.0 == b.0);
    Ok(found)
}
