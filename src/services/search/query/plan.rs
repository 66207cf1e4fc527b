//! The terms a query asks for: which count, how much, and which must be there.
//!
//! Every term adds its BM25 score times a weight (weights as measured, see
//! `docs/search-quality.md`). What *matches* is decided apart from what scores, in two steps:
//! first works that have all words; when there are too few of these, works that have at least
//! one telling term: a pair or a word that is not in a large share of all works. So totals and
//! facet counts mean something, and common syllables cost nothing.

use std::collections::HashMap;

use tantivy::schema::Field;

use super::expansion::Added;
use super::expansion::ExpansionReason;
use super::parser::Word;
use super::repair::Repaired;
use crate::domain::asset::AssetId;
use crate::services::search::analysis::pair;
use crate::services::search::index::schema::Fields;
use crate::services::search::snapshot::term_stats::Lexicon;

/// How much each sort of term counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights {
    /// Exact terms of words with marks.
    pub(crate) exact: f32,
    /// Folded words.
    pub(crate) folded: f32,
    /// Folded pairs.
    pub(crate) pairs: f32,
    /// Factor for the same terms in titles.
    pub(crate) title: f32,
    /// Factor for the same terms in names of concepts.
    pub(crate) subject: f32,
    /// Factor for words that only carry grammar.
    pub(crate) stop: f32,
    /// Factors for the first, second and third candidate of a mistyped word.
    pub(crate) corrections: [f32; 3],
    /// All names added for one concept together.
    pub(crate) expansion: f32,
    /// All translations of one word together.
    pub(crate) translation: f32,
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
        }
    }
}

/// A term with its field.
pub(crate) type Unit = (Field, String);

/// Terms that must all be there.
pub(crate) type Clause = Vec<Unit>;

/// What the index is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan {
    /// Every term with its weight.
    pub(crate) scored: Vec<(Unit, f32)>,
    /// All words: one clause of each group must hold.
    pub(crate) all: Vec<Vec<Clause>>,
    /// Telling terms: one must be there.
    pub(crate) telling: Vec<Clause>,
    /// Folded words that must stand together.
    pub(crate) phrases: Vec<Vec<String>>,
    /// Folded words that must not occur.
    pub(crate) excluded: Vec<Vec<String>>,
    /// Works that are gone, whatever the index says.
    pub(crate) removed: Vec<AssetId>,
}

/// Share of all works (one in so many) above which a term tells nothing by itself.
const TELLING_SHARE: u64 = 20;
/// In small collections every term is telling up to this number of works.
const TELLING_WORKS: u64 = 200;

struct Planner<'a> {
    fields: &'a Fields,
    lexicon: &'a Lexicon<'a>,
    weights: Weights,
    scored: HashMap<Unit, f32>,
    plan: Plan,
}

impl Plan {
    /// Weighs the terms of a repaired query.
    pub(crate) fn new(
        repaired: &Repaired,
        expansions: &[Added],
        fields: &Fields,
        lexicon: &Lexicon<'_>,
        weights: Weights,
    ) -> Self {
        let scored = HashMap::new();
        let mut planner = Planner {
            fields,
            lexicon,
            weights,
            scored,
            plan: Self::default(),
        };
        planner.weigh_words(&repaired.words);
        planner.weigh_corrections(repaired);
        planner.weigh_expansions(expansions);
        planner.demand_all(repaired, expansions);
        planner.demand_telling();
        planner.finish()
    }

    /// Lists of works that are walked through at most: the terms that score, those that must be
    /// there, and the words of phrases and exclusions.
    pub(crate) fn terms(&self) -> usize {
        let words = |of: &[Vec<String>]| of.iter().map(Vec::len).sum::<usize>();
        let demanded = self.all.iter().flatten().chain(&self.telling).map(Vec::len);
        self.scored.len()
            + demanded.sum::<usize>()
            + words(&self.phrases)
            + words(&self.excluded)
            + self.removed.len()
    }

    /// Nothing to look for: everything matches.
    pub(crate) fn is_empty(&self) -> bool {
        self.scored.is_empty()
    }
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
        let term = pair(first, second);
        self.add(self.fields.all_pairs, term.clone(), base * weight);
        self.add(self.fields.title_pairs, term.clone(), base * title * weight);
        self.add(self.fields.subject, term, base * subject * weight);
    }

    fn grammar(&self, word: &Word) -> f32 {
        if word.is_stop { self.weights.stop } else { 1.0 }
    }

    fn weigh_words(&mut self, words: &[Word]) {
        for word in words {
            let weight = self.grammar(word);
            self.add_word(word.folded(), weight);
            if word.spelling.is_marked() {
                let exact = self.weights.exact * weight;
                self.add(self.fields.all_exact, word.spelling.exact(), exact);
            }
        }
        let parts: Vec<&Word> = words.iter().filter(|word| !word.is_whole_number).collect();
        for two in parts.windows(2) {
            let weight = self.grammar(two[0]).max(self.grammar(two[1]));
            self.add_pair(two[0].folded(), two[1].folded(), weight);
        }
    }

    fn weigh_corrections(&mut self, repaired: &Repaired) {
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

    fn weigh_expansions(&mut self, expansions: &[Added]) {
        for added in expansions {
            let total = match added.told.reason {
                ExpansionReason::Translation => self.weights.translation,
                _ => self.weights.expansion,
            };
            let share = total / added.names.len() as f32;
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

    /// One group for each telling word, or one for each run of words that names a concept.
    fn demand_all(&mut self, repaired: &Repaired, expansions: &[Added]) {
        let words = &repaired.words;
        let only_grammar = words.iter().all(|word| word.is_stop);
        let counts = |word: &Word| !word.is_whole_number && (only_grammar || !word.is_stop);
        let mut at = 0;
        while at < words.len() {
            let span = expansions
                .iter()
                .filter(|e| e.span.start == at)
                .map(|e| e.span.end)
                .max();
            let end = span.unwrap_or(at + 1);
            let parts: Vec<usize> = (at..end).filter(|i| counts(&words[*i])).collect();
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
                        self.plan.all.push(group);
                    }
                }
                (parts, false) => {
                    let said = parts
                        .iter()
                        .map(|i| (self.fields.all_folded, words[*i].folded().to_owned()));
                    let mut group: Vec<Clause> = vec![said.collect()];
                    group.extend(named);
                    self.plan.all.push(group);
                }
            }
            at = end;
        }
    }

    fn word_group(&self, repaired: &Repaired, at: usize) -> Vec<Clause> {
        let candidates = repaired
            .corrections
            .iter()
            .filter(|c| c.word == at)
            .flat_map(|c| &c.candidates);
        let forms =
            std::iter::once(repaired.words[at].folded().to_owned()).chain(candidates.cloned());
        let mut group = Vec::new();
        for form in forms {
            if self.lexicon.works_with(self.fields.subject, &form) > 0 {
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
                .map(|two| (self.fields.all_pairs, pair(&two[0], &two[1])))
                .collect(),
        }
    }

    fn demand_telling(&mut self) {
        let most = (self.lexicon.works() / TELLING_SHARE).max(TELLING_WORKS);
        let gates = [
            self.fields.all_folded,
            self.fields.all_pairs,
            self.fields.subject,
        ];
        let terms = self
            .scored
            .keys()
            .filter(|(field, _)| gates.contains(field));
        let (telling, common): (Vec<&Unit>, Vec<&Unit>) = terms
            .filter(|(field, text)| self.lexicon.works_with(*field, text) > 0)
            .partition(|(field, text)| self.lexicon.works_with(*field, text) <= most);
        let chosen = if telling.is_empty() { common } else { telling };
        self.plan.telling = chosen.into_iter().map(|unit| vec![unit.clone()]).collect();
        self.plan.telling.sort_unstable();
    }

    fn finish(mut self) -> Plan {
        let lexicon = self.lexicon;
        let known = |(field, text): &Unit| lexicon.works_with(*field, text) > 0;
        self.plan.scored = self
            .scored
            .into_iter()
            .filter(|(unit, _)| known(unit))
            .collect();
        self.plan.scored.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.plan
    }
}
