//! Runs all steps from the typed text to the query plan.

use std::sync::Arc;

use super::expansion::{AppliedExpansion, ExpansionOptions, expansions};
use super::glossary::TargetLanguage;
use super::parser::parse;
use super::plan::{QueryPlan, Weights};
use super::repair::{RepairedQuery, repaired};
use crate::domain::asset::AssetId;
use crate::services::search::analysis::is_syllable;
use crate::services::search::filters::{Facet, Filters};
use crate::services::search::snapshot::term_dictionary::TermDictionary;
use crate::services::search::thesaurus::Thesaurus;

/// A query after parsing, repair and expansion. The plan drives matching and ranking; the other
/// parts are needed for highlighting and for reporting the changes.
#[derive(Debug)]
pub(crate) struct InterpretedQuery {
    /// Filters of the request and of the text.
    pub(crate) filters: Filters,
    pub(crate) repaired: RepairedQuery,
    pub(crate) expansions: Vec<AppliedExpansion>,
    /// Shared with the key of the cached matches.
    pub(crate) plan: Arc<QueryPlan>,
}

/// What a query is interpreted from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuerySource<'a> {
    /// The typed text.
    pub(crate) text: &'a str,
    /// Filters in addition to the text.
    pub(crate) filters: &'a Filters,
    /// Do not repair the text.
    pub(crate) verbatim: bool,
    /// Which expansions may be added.
    pub(crate) expansion: &'a ExpansionOptions,
    /// Works that were removed after the last commit of the index.
    pub(crate) removed: &'a [AssetId],
}

/// Interprets the text of a request.
pub(crate) fn interpret(
    source: &QuerySource<'_>,
    thesaurus: &Thesaurus,
    dictionary: &TermDictionary<'_>,
    weights: Weights,
) -> InterpretedQuery {
    let parsed = parse(source.text);
    let mut filters = source.filters.clone();
    for (facet, value) in parsed.facet_values {
        filters.add(facet, value);
    }
    let repaired = repaired(parsed.words, source.verbatim, dictionary);
    let translate_to = filter_language(&filters).filter(|target| are_foreign(&repaired, *target));
    let expansions = expansions(&repaired.words, thesaurus, source.expansion, translate_to);
    let mut plan = QueryPlan::new(&repaired, &expansions, dictionary, weights);
    plan.phrases = parsed.phrases;
    plan.excluded = parsed.excluded;
    plan.removed = source.removed.to_vec();
    InterpretedQuery {
        filters,
        repaired,
        expansions,
        plan: Arc::new(plan),
    }
}

/// The language to translate into: that of the language filter, when it has one value.
fn filter_language(filters: &Filters) -> Option<TargetLanguage> {
    let (_, languages) = filters
        .values
        .iter()
        .find(|(facet, _)| *facet == Facet::Language)?;
    match languages.as_slice() {
        [only] if only == "vi" => Some(TargetLanguage::Vietnamese),
        [only] if only == "en" => Some(TargetLanguage::English),
        _ => None,
    }
}

/// Whether at least half of the words are not in the target language.
fn are_foreign(repaired: &RepairedQuery, target: TargetLanguage) -> bool {
    // With stop words: many English words could be Vietnamese syllables ("song", "king"), and "what"
    // or "of" tell the language of the query.
    let words = repaired
        .words
        .iter()
        .filter(|word| !word.is_document_number);
    let (vietnamese, other): (Vec<_>, Vec<_>) =
        words.partition(|word| word.spelling.is_marked() || is_syllable(word.folded()));
    match target {
        TargetLanguage::Vietnamese => other.len() >= vietnamese.len(),
        TargetLanguage::English => vietnamese.len() >= other.len(),
    }
}
