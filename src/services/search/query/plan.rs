//! The query plan: which terms a work must contain, and which terms add to its score.
//!
//! The score of a work is the sum of the BM25 scores of the plan's terms, each multiplied by a weight
//! (measured, see `docs/search-quality.md`). Matching is independent of scoring and has two modes:
//! all words, or, when too few works have all of them, at least one selective term: a pair or word
//! that only a small share of all works contains. So totals and facet counts stay meaningful, and
//! common syllables cost no time.

use std::collections::HashMap;

use tantivy::schema::Field;

use super::expansion::{AppliedExpansion, ExpansionReason};
use super::parser::Word;
use super::repair::RepairedQuery;
use crate::domain::asset::AssetId;
use crate::services::search::analysis::pair_term;
use crate::services::search::index::schema::Fields;
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// The weight of each kind of term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights {
    /// Exact terms of words with diacritics.
    pub(crate) exact: f32,
    /// Folded words.
    pub(crate) folded: f32,
    /// Folded pairs.
    pub(crate) pairs: f32,
    /// Factor for the same terms in titles.
    pub(crate) title: f32,
    /// Factor for the same terms in names of concepts.
    pub(crate) subject: f32,
    /// Factor for stop words.
    pub(crate) stop: f32,
    /// Factors for the first, second and third candidate of a mistyped word.
    pub(crate) corrections: [f32; 3],
    /// Sum for all names added for one concept.
    pub(crate) expansion: f32,
    /// Sum for all translations of one word.
    pub(crate) translation: f32,
    /// Factor for words that were translated: "can" and "do" are Vietnamese syllables once folded.
    pub(crate) translated: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            exact: 0.7,
            folded: 1.0,
            pairs: 0.7,
            title: 0.2,
            subject: 0.5,
            stop: 0.2,
            corrections: [1.0, 0.5, 0.3],
            expansion: 0.5,
            translation: 1.6,
            translated: 0.3,
        }
    }
}

/// A field and the text of a term.
pub(crate) type FieldTerm = (Field, String);

/// A conjunction of terms.
pub(crate) type Clause = Vec<FieldTerm>;

/// The plan of one query. Equal plans match the same documents of a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct QueryPlan {
    /// Every term with its weight.
    pub(crate) scored: Vec<(FieldTerm, f32)>,
    /// For [all words](super::super::matching::matches::MatchMode::AllWords): one clause of each group
    /// must match.
    pub(crate) required: Vec<Vec<Clause>>,
    /// Otherwise: one of these clauses must match.
    pub(crate) selective: Vec<Clause>,
    /// Folded words that must occur as a phrase.
    pub(crate) phrases: Vec<Vec<String>>,
    /// Folded words or phrases that must not occur.
    pub(crate) excluded: Vec<Vec<String>>,
    /// Works that were removed after the last commit of the index.
    pub(crate) removed: Vec<AssetId>,
}

/// A term is selective when at most one in this many works contains it.
const SELECTIVE_SHARE: u64 = 20;
/// In small collections a term in up to this many works is selective.
const SELECTIVE_WORKS: u64 = 200;

struct Planner<'a> {
    fields: &'a Fields,
    dictionary: &'a TermDictionary<'a>,
    weights: Weights,
    scored: HashMap<FieldTerm, f32>,
    /// Exact terms of translations.
    translation_terms: Vec<FieldTerm>,
    plan: QueryPlan,
}

impl QueryPlan {
    /// Chooses and weights the terms of a repaired query.
    pub(crate) fn new(
        repaired: &RepairedQuery,
        expansions: &[AppliedExpansion],
        dictionary: &TermDictionary<'_>,
        weights: Weights,
    ) -> Self {
        let scored = HashMap::new();
        let mut planner = Planner {
            fields: dictionary.view().fields,
            dictionary,
            weights,
            scored,
            translation_terms: Vec::new(),
            plan: Self::default(),
        };
        planner.add_words(&repaired.words, expansions);
        planner.add_corrections(repaired);
        planner.add_expansions(expansions);
        planner.require_words(repaired, expansions);
        planner.require_selective_terms();
        planner.finish()
    }

    /// Number of posting lists that are read at most: of scored and required terms, and of the words of
    /// phrases and exclusions.
    #[cfg(feature = "bench")]
    pub(crate) fn posting_lists(&self) -> usize {
        let words = |of: &[Vec<String>]| of.iter().map(Vec::len).sum::<usize>();
        let matched = self
            .required
            .iter()
            .flatten()
            .chain(&self.selective)
            .map(Vec::len);
        self.scored.len()
            + matched.sum::<usize>()
            + words(&self.phrases)
            + words(&self.excluded)
            + self.removed.len()
    }

    /// Whether there is no term: every work matches.
    pub(crate) fn is_empty(&self) -> bool {
        self.scored.is_empty()
    }
}

fn is_translation(added: &AppliedExpansion) -> bool {
    added.expansion.reason == ExpansionReason::Translation
}

impl Planner<'_> {
    fn add(&mut self, field: Field, text: String, weight: f32) {
        let most = self.scored.entry((field, text)).or_default();
        *most = most.max(weight);
    }

    fn add_word(&mut self, folded: &str, weight: f32) {
        let Weights {
            folded: base,
            title,
            subject,
            ..
        } = self.weights;
        self.add(self.fields.all_folded, folded.to_owned(), base * weight);
        self.add(
            self.fields.title_folded,
            folded.to_owned(),
            base * title * weight,
        );
        self.add(
            self.fields.subject,
            folded.to_owned(),
            base * subject * weight,
        );
    }

    fn add_pair(&mut self, first: &str, second: &str, weight: f32) {
        let Weights {
            pairs: base,
            title,
            subject,
            ..
        } = self.weights;
        let term = pair_term(first, second);
        self.add(self.fields.all_pairs, term.clone(), base * weight);
        self.add(self.fields.title_pairs, term.clone(), base * title * weight);
        self.add(self.fields.subject, term, base * subject * weight);
    }

    fn stop_word_factor(&self, word: &Word) -> f32 {
        if word.is_stop_word {
            self.weights.stop
        } else {
            1.0
        }
    }

    fn add_words(&mut self, words: &[Word], expansions: &[AppliedExpansion]) {
        let translated = |at: &usize| {
            let mut translations = expansions.iter().filter(|added| is_translation(added));
            translations.any(|added| added.span.contains(at))
        };
        for (at, word) in words.iter().enumerate() {
            let factor = if translated(&at) {
                self.weights.translated
            } else {
                1.0
            };
            let weight = factor * self.stop_word_factor(word);
            self.add_word(word.folded(), weight);
            if word.spelling.is_marked() {
                let exact = self.weights.exact * weight;
                self.add(self.fields.all_exact, word.spelling.exact(), exact);
            }
        }
        let parts: Vec<&Word> = words
            .iter()
            .filter(|word| !word.is_document_number)
            .collect();
        for two in parts.windows(2) {
            let weight = self
                .stop_word_factor(two[0])
                .max(self.stop_word_factor(two[1]));
            self.add_pair(two[0].folded(), two[1].folded(), weight);
        }
    }

    fn add_corrections(&mut self, repaired: &RepairedQuery) {
        for correction in &repaired.corrections {
            let at = correction.word;
            let before = at.checked_sub(1).and_then(|i| repaired.words.get(i));
            let after = repaired.words.get(at + 1);
            for (candidate, weight) in correction.candidates.iter().zip(self.weights.corrections) {
                self.add_word(candidate, weight);
                if let Some(before) = before {
                    self.add_pair(before.folded(), candidate, weight);
                }
                if let Some(after) = after {
                    self.add_pair(candidate, after.folded(), weight);
                }
            }
        }
    }

    fn add_expansions(&mut self, expansions: &[AppliedExpansion]) {
        for added in expansions {
            let total = if is_translation(added) {
                self.weights.translation
            } else {
                self.weights.expansion
            };
            let share = total / added.names.len() as f32;
            for exact in &added.exact_terms {
                let term = (self.fields.all_exact, exact.clone());
                self.add(term.0, term.1.clone(), self.weights.exact * share);
                self.translation_terms.push(term);
            }
            for name in &added.names {
                match name.as_slice() {
                    [only] => self.add_word(only, share),
                    words => {
                        for two in words.windows(2) {
                            self.add_pair(&two[0], &two[1], share);
                        }
                    }
                }
            }
        }
    }

    /// Adds one group for each word that is no stop word, and one for each run of words that names a
    /// concept.
    fn require_words(&mut self, repaired: &RepairedQuery, expansions: &[AppliedExpansion]) {
        let words = &repaired.words;
        let only_stop_words = words.iter().all(|word| word.is_stop_word);
        let is_required =
            |word: &Word| !word.is_document_number && (only_stop_words || !word.is_stop_word);
        let mut at = 0;
        while at < words.len() {
            let span = expansions
                .iter()
                .filter(|e| e.span.start == at)
                .map(|e| e.span.end)
                .max();
            let end = span.unwrap_or(at + 1);
            let parts: Vec<usize> = (at..end).filter(|i| is_required(&words[*i])).collect();
            let names = expansions
                .iter()
                .filter(|e| e.span.start == at)
                .flat_map(|e| &e.names);
            let named: Vec<Clause> = names.map(|name| self.name_clause(name)).collect();
            match (parts.as_slice(), named.is_empty()) {
                ([], _) => {}
                (parts, true) => {
                    for part in parts {
                        let group = self.word_group(repaired, *part);
                        self.plan.required.push(group);
                    }
                }
                (parts, false) => {
                    let typed = parts
                        .iter()
                        .map(|i| (self.fields.all_folded, words[*i].folded().to_owned()));
                    let mut group: Vec<Clause> = vec![typed.collect()];
                    group.extend(named);
                    self.plan.required.push(group);
                }
            }
            at = end;
        }
    }

    fn word_group(&self, repaired: &RepairedQuery, at: usize) -> Vec<Clause> {
        let candidates = repaired
            .corrections
            .iter()
            .filter(|c| c.word == at)
            .flat_map(|c| &c.candidates);
        let forms =
            std::iter::once(repaired.words[at].folded().to_owned()).chain(candidates.cloned());
        let mut group = Vec::new();
        for form in forms {
            if self.dictionary.works_with(self.fields.subject, &form) > 0 {
                group.push(vec![(self.fields.subject, form.clone())]);
            }
            group.push(vec![(self.fields.all_folded, form)]);
        }
        group
    }

    fn name_clause(&self, name: &[String]) -> Clause {
        match name {
            [only] => vec![(self.fields.all_folded, only.clone())],
            words => words
                .windows(2)
                .map(|two| (self.fields.all_pairs, pair_term(&two[0], &two[1])))
                .collect(),
        }
    }

    fn require_selective_terms(&mut self) {
        let max_works = (self.dictionary.works() / SELECTIVE_SHARE).max(SELECTIVE_WORKS);
        let fields = [
            self.fields.all_folded,
            self.fields.all_pairs,
            self.fields.subject,
        ];
        let terms = self
            .scored
            .keys()
            .filter(|(field, _)| fields.contains(field));
        let (selective, common): (Vec<&FieldTerm>, Vec<&FieldTerm>) = terms
            .filter(|(field, text)| self.dictionary.works_with(*field, text) > 0)
            .partition(|(field, text)| self.dictionary.works_with(*field, text) <= max_works);
        let chosen = if selective.is_empty() {
            common
        } else {
            selective
        };
        let max_exact = self.dictionary.works() / SELECTIVE_SHARE;
        let translations = self.translation_terms.iter().filter(|(field, text)| {
            let works = self.dictionary.works_with(*field, text);
            works > 0 && works <= max_exact
        });
        self.plan.selective = chosen
            .into_iter()
            .chain(translations)
            .map(|term| vec![term.clone()])
            .collect();
        self.plan.selective.sort_unstable();
        self.plan.selective.dedup();
    }

    fn finish(mut self) -> QueryPlan {
        let dictionary = self.dictionary;
        let exists = |(field, text): &FieldTerm| dictionary.works_with(*field, text) > 0;
        self.plan.scored = self
            .scored
            .into_iter()
            .filter(|(term, _)| exists(term))
            .collect();
        self.plan.scored.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.plan
    }
}
