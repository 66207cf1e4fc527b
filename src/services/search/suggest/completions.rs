//! Completion while somebody types: names of concepts, places and bodies, and titles.
//!
//! What is typed is compared without marks and may begin any word of a name; what is offered
//! carries its marks. Names come from the vocabularies, which are public. Titles are found by a
//! field that only knows the beginnings of those of public works; each is taken from the catalogue
//! and put to the policy once more at its present revision, so that nothing withdrawn is ever
//! offered.

use std::collections::BTreeMap;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use crate::domain::asset::AssetId;
use crate::services::search::index::document::folded_words;
use crate::services::search::presenting::highlighter::boundary;
use crate::services::search::snapshot::view::View;
use crate::services::search::thesaurus::Thesaurus;

/// The scheme of terms of reuse: nobody types these to find works.
const LICENCES: &str = "reuse-terms";
/// Words of a title at which typing may begin.
const BEGINNINGS: usize = 3;
/// Longest key, in bytes: long enough to tell titles apart, short enough to be shared by many.
const KEY_BYTES: usize = 24;
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

/// Works that the caller may see with a title in which typing may have begun, the shortest rest
/// first.
pub(crate) fn with_title(
    view: &View<'_>,
    prefix: &str,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let prefix = completion_key(prefix).as_bytes();
    let mut keys = Vec::new();
    for reader in view.searcher.segment_readers() {
        let index = reader.inverted_index(view.fields.completion)?;
        let mut terms = index.terms().range().ge(prefix).into_stream()?;
        let mut scanned = 0;
        while scanned < limit && terms.advance() && terms.key().starts_with(prefix) {
            scanned += 1;
            let key = (terms.key().len(), terms.key().to_vec());
            keys.push((key, reader, terms.value().clone()));
        }
    }
    keys.sort_by(|a, b| a.0.cmp(&b.0));
    let mut found: Vec<AssetId> = Vec::with_capacity(limit);
    let mut last = None;
    for (key, reader, works) in keys {
        // One work for each key: many bulletins have one title.
        if found.len() == limit || last.as_ref() == Some(&key) {
            continue;
        }
        if let Some(doc) = first_visible(view, reader, &works)? {
            found.push(view.columns(reader)?.id(doc));
            last = Some(key);
        }
    }
    Ok(found)
}

fn first_visible(
    view: &View<'_>,
    reader: &SegmentReader,
    works: &TermInfo,
) -> tantivy::Result<Option<DocId>> {
    let visible = view.visible(reader)?;
    let index = reader.inverted_index(view.fields.completion)?;
    let mut works = index.read_postings_from_terminfo(works, IndexRecordOption::Basic)?;
    while works.doc() != TERMINATED && !visible.contains(works.doc() as usize) {
        works.advance();
    }
    Ok(Some(works.doc()).filter(|doc| *doc != TERMINATED))
}

/// The keys under which a title is found: its folded words from each of the first on.
pub(crate) fn completion_keys(title: &str) -> Vec<String> {
    let words = folded_words(title);
    beginnings(&words)
        .map(|from| completion_key(from).to_owned())
        .collect()
}

/// Whether typing this may have begun in a title.
pub(crate) fn completes(title: &str, prefix: &str) -> bool {
    beginnings(&folded_words(title)).any(|from| from.starts_with(prefix))
}

fn beginnings(words: &str) -> impl Iterator<Item = &str> {
    let starts = words.match_indices(' ').map(|(at, _)| at + 1);
    let starts = std::iter::once(0).chain(starts).take(BEGINNINGS);
    starts.map(|start| &words[start..])
}

/// The part of a folded text that is kept to find it by.
fn completion_key(words: &str) -> &str {
    &words[..boundary(words, KEY_BYTES)]
}
