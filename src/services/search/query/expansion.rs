//! Query expansion: adds other names of the concepts that a query names.
//!
//! The typed words stay in the query. For the longest names of concepts in it the other names are
//! added, in other languages too. Their total weight is limited, so that a concept with ten synonyms
//! does not outweigh one with a single synonym. Every expansion is reported and can be excluded by
//! its id.

use std::collections::BTreeSet;
use std::ops::Range;

use super::concept_names::longest_name;
use super::glossary::{TargetLanguage, longest_translation};
use super::parser::Word;
use crate::services::search::analysis::{Spelling, folded_words};
use crate::services::search::thesaurus::{Concept, Thesaurus};

/// Which expansions a search may add.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ExpansionOptions {
    /// Add no expansion.
    pub none: bool,
    /// Ids of expansions that must not be added.
    pub without: Vec<String>,
    /// Add narrower concepts too.
    pub narrower: bool,
    /// Add predecessors and successors of places and organisations.
    pub succession: bool,
}

/// Why names were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpansionReason {
    /// They name the same thing.
    SameConcept,
    /// They name a narrower concept.
    Narrower,
    /// They name a predecessor or successor.
    Succession,
    /// They are translations into the language of the language filter.
    Translation,
}

/// Names that were added for a part of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// Id for excluding it: `scheme/slug`, or the first name of an acronym ring.
    pub id: String,
    /// The words of the query that name the concept, as typed.
    pub matched: String,
    /// Why the names were added.
    pub reason: ExpansionReason,
    /// The added names.
    pub added: Vec<String>,
}

/// An expansion with its position in the query.
#[derive(Debug, Clone)]
pub(crate) struct AppliedExpansion {
    /// The words that name the concept.
    pub(crate) span: Range<usize>,
    /// The expansion as reported to the caller.
    pub(crate) expansion: Expansion,
    /// Folded words of each added name.
    pub(crate) names: Vec<Vec<String>>,
    /// Exact terms of the words with diacritics in translations.
    pub(crate) exact_terms: Vec<String>,
}

/// Most names added for one concept.
const MAX_NAMES: usize = 12;
/// Most names added in one query: a province can have a hundred successor communes.
const MAX_ADDED: usize = 120;

/// Finds the concepts that a query names and the names to add. Words that name no concept are
/// translated when `translate_to` is set.
pub(crate) fn expansions(
    words: &[Word],
    thesaurus: &Thesaurus,
    options: &ExpansionOptions,
    translate_to: Option<TargetLanguage>,
) -> Vec<AppliedExpansion> {
    if options.none {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (length, concepts) = longest_name(words, at, thesaurus);
        for concept in concepts {
            found.extend(concept_expansions(
                words,
                at..at + length,
                concept,
                thesaurus,
                options,
            ));
        }
        let translation = translate_to.filter(|_| length == 0);
        if let Some(added) =
            translation.and_then(|target| translation_at(words, at, target, options))
        {
            at = added.span.end;
            found.push(added);
        } else {
            at += length.max(1);
        }
    }
    limited(found)
}

/// Keeps expansions up to the limit: names of the same concepts before narrower concepts and
/// successors.
fn limited(found: Vec<AppliedExpansion>) -> Vec<AppliedExpansion> {
    let is_optional = |added: &AppliedExpansion| {
        matches!(
            added.expansion.reason,
            ExpansionReason::Narrower | ExpansionReason::Succession
        )
    };
    let mut room = MAX_ADDED;
    let mut has_room = vec![false; found.len()];
    for optional in [false, true] {
        for (added, fits) in found.iter().zip(&mut has_room) {
            if is_optional(added) == optional && added.names.len() <= room {
                room -= added.names.len();
                *fits = true;
            }
        }
    }
    let kept = found.into_iter().zip(has_room).filter(|(_, fits)| *fits);
    kept.map(|(added, _)| added).collect()
}

fn translation_at(
    words: &[Word],
    at: usize,
    target: TargetLanguage,
    options: &ExpansionOptions,
) -> Option<AppliedExpansion> {
    let rest = words[at..]
        .iter()
        .take_while(|word| !word.is_document_number);
    let folded: Vec<&str> = rest.map(Word::folded).collect();
    let (length, mut translations) = longest_translation(&folded, target)?;
    let typed_words = folded[..length].join(" ");
    translations.retain(|name| folded_words(name) != typed_words);
    if translations.is_empty() {
        return None;
    }
    let span = at..at + length;
    let id = format!("glossary/{}", typed_words.replace(' ', "-"));
    if options.without.contains(&id) {
        return None;
    }
    let typed: Vec<&str> = words[span.clone()]
        .iter()
        .map(|w| w.typed.as_str())
        .collect();
    let names = translations
        .iter()
        .map(|name| folded_words(name).split(' ').map(str::to_owned).collect());
    let marked = translations
        .iter()
        .flat_map(|name| name.split(' '))
        .map(Spelling::of)
        .filter(Spelling::is_marked);
    Some(AppliedExpansion {
        span,
        names: names.collect(),
        exact_terms: marked.map(|word| word.exact()).collect(),
        expansion: Expansion {
            id,
            matched: typed.join(" "),
            reason: ExpansionReason::Translation,
            added: translations.into_iter().map(str::to_owned).collect(),
        },
    })
}

fn concept_expansions(
    words: &[Word],
    span: Range<usize>,
    at: usize,
    thesaurus: &Thesaurus,
    options: &ExpansionOptions,
) -> Vec<AppliedExpansion> {
    let concept = thesaurus.concept(at);
    let mut sources = vec![(ExpansionReason::SameConcept, vec![at])];
    if options.narrower {
        sources.push((ExpansionReason::Narrower, concept.narrower.clone()));
    }
    if options.succession {
        sources.push((ExpansionReason::Succession, concept.succession.clone()));
    }
    let mut all = Vec::new();
    for (reason, concepts) in sources {
        let concepts = concepts.into_iter().map(|at| thesaurus.concept(at));
        all.extend(concepts.filter_map(|concept| {
            concept_expansion(words, span.clone(), concept, reason, options)
        }));
    }
    all
}

fn concept_expansion(
    words: &[Word],
    span: Range<usize>,
    concept: &Concept,
    reason: ExpansionReason,
    options: &ExpansionOptions,
) -> Option<AppliedExpansion> {
    let id = match &concept.key {
        Some((scheme, slug)) => format!("{scheme}/{slug}"),
        None => concept.names.first()?.1.clone(),
    };
    if options.without.contains(&id) {
        return None;
    }
    let folded_span: Vec<&str> = words[span.clone()].iter().map(Word::folded).collect();
    let mut known = BTreeSet::from([folded_span.join(" ")]);
    let mut added = Vec::new();
    let mut names = Vec::new();
    for (_, name) in concept.names.iter() {
        let folded = folded_words(name);
        if folded.is_empty() || names.len() == MAX_NAMES || !known.insert(folded.clone()) {
            continue;
        }
        names.push(folded.split(' ').map(str::to_owned).collect());
        added.push(name.clone());
    }
    let typed: Vec<&str> = words[span.clone()]
        .iter()
        .map(|w| w.typed.as_str())
        .collect();
    (!names.is_empty()).then(|| AppliedExpansion {
        span,
        expansion: Expansion {
            id,
            matched: typed.join(" "),
            reason,
            added,
        },
        names,
        exact_terms: Vec::new(),
    })
}
