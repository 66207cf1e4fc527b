//! Which works match: the words, the filters, and who asks.
//!
//! Policy stands here, before anything is counted: a work the caller may not see is in no total,
//! no facet, no page. Embargoes are compared with the present moment, not with that of indexing.
//! All of it is done with sets of documents (see [`crate::services::search::snapshot::doc_sets`]); a facet's own filter does not
//! narrow its own counts.

use std::sync::Arc;
use std::time::Instant;

use tantivy::Term;
use tantivy::query::{EnableScoring, PhraseQuery, Query, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;

use crate::services::search::filters::Facet;
use crate::services::search::filters::Filters;
use crate::services::search::index::schema::Fields;
use crate::services::search::query::plan::Clause;
use crate::services::search::query::plan::Plan;
use crate::services::search::snapshot::doc_sets::Docs;
use crate::services::search::snapshot::doc_sets::SegmentSets;
use crate::services::search::snapshot::facet_tags::Counts;
use crate::services::search::snapshot::view::View;
use crate::services::search::snapshot::visibility::ranges;

/// How strictly words are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Strictness {
    /// Every word.
    All,
    /// At least one telling word or pair.
    Telling,
}

/// The matches of all segments.
#[derive(Debug)]
pub(crate) struct Matches {
    /// The matching documents of each segment, and how many there are.
    pub(crate) segments: Vec<(Docs, u32)>,
    /// Works that match.
    pub(crate) total: u64,
    /// Values of the matching works.
    pub(crate) counts: Counts,
    /// The time ran out before all were looked at.
    pub(crate) is_partial: bool,
}

/// Documents looked at though the time is over: something is better than nothing.
const TASTE: usize = 4096;

/// Everything a pass needs.
pub(crate) struct Pass<'a> {
    /// The snapshot, as the caller sees it.
    pub(crate) view: View<'a>,
    /// What narrows the search.
    pub(crate) filters: &'a Filters,
    /// Facets to count.
    pub(crate) facets: &'a [Facet],
    /// When to stop.
    pub(crate) deadline: Instant,
}

impl Pass<'_> {
    /// Finds every match of a plan.
    pub(crate) fn run(&self, plan: &Plan, strictness: Strictness) -> tantivy::Result<Matches> {
        let phrases = self.phrases(&plan.phrases)?;
        let excluded = self.phrases(&plan.excluded)?;
        self.each_segment(|sets| {
            let mut found = with_words(sets, plan, strictness)?;
            for phrase in &phrases {
                narrow(&mut found, Arc::new(sets.matching(phrase.as_ref())?));
            }
            let mut found = found.unwrap_or_else(|| Arc::new(all(sets)));
            for phrase in &excluded {
                Arc::make_mut(&mut found).difference_with(&sets.matching(phrase.as_ref())?);
            }
            if !plan.removed.is_empty() {
                let ids = plan.removed.iter();
                let ids = ids.map(|id| Term::from_field_bytes(self.view.fields.id, id.as_bytes()));
                Arc::make_mut(&mut found).difference_with(&sets.with_any(ids)?);
            }
            Ok(found)
        })
    }

    /// Finds every match of a query.
    pub(crate) fn run_query(&self, query: &dyn Query) -> tantivy::Result<Matches> {
        let weight = query.weight(EnableScoring::disabled_from_searcher(self.view.searcher))?;
        self.each_segment(|sets| Ok(Arc::new(sets.matching(weight.as_ref())?)))
    }

    fn phrases(&self, phrases: &[Vec<String>]) -> tantivy::Result<Vec<Box<dyn Weight>>> {
        let unscored = EnableScoring::disabled_from_searcher(self.view.searcher);
        let weight = |words: &Vec<String>| together(words, self.view.fields).weight(unscored);
        phrases.iter().map(weight).collect()
    }

    /// Narrows what has the words to what may be seen and was asked for, and counts it.
    fn each_segment(
        &self,
        with_words: impl Fn(SegmentSets<'_>) -> tantivy::Result<Arc<Docs>>,
    ) -> tantivy::Result<Matches> {
        let mut matches = Matches {
            segments: Vec::new(),
            total: 0,
            counts: Counts::new(),
            is_partial: false,
        };
        let mut taste = TASTE;
        for reader in self.view.searcher.segment_readers() {
            let sets = self.view.sets(reader);
            let is_late = Instant::now() > self.deadline;
            let documents = reader.max_doc() as usize;
            matches.is_partial |= is_late;
            if is_late && taste == 0 {
                matches.segments.push((sets.none(), 0));
                continue;
            }
            let mut admitted = self.admitted(sets, with_words(sets)?)?;
            if is_late {
                admitted.remove_range(documents.min(taste)..);
                taste = taste.saturating_sub(documents);
            }
            let found = self.filtered(sets, &admitted, &mut matches.counts)?;
            let count = u32::try_from(found.count_ones(..)).unwrap_or(u32::MAX);
            matches.total += u64::from(count);
            matches.segments.push((found, count));
        }
        Ok(matches)
    }

    /// Those of the documents that the caller may see and whose numbers lie within the ranges.
    fn admitted(&self, sets: SegmentSets<'_>, mut docs: Arc<Docs>) -> tantivy::Result<Docs> {
        Arc::make_mut(&mut docs).intersect_with(&*self.view.visible(sets.reader)?);
        let mut docs = Arc::unwrap_or_clone(docs);
        let ranges = ranges(self.filters, sets.reader)?;
        if !ranges.is_empty() {
            let is_outside = |doc: &usize| !ranges.iter().all(|range| range.holds(*doc as u32));
            let outside: Vec<usize> = docs.ones().filter(is_outside).collect();
            outside.into_iter().for_each(|doc| docs.remove(doc));
        }
        Ok(docs)
    }

    /// Those of the documents that have a value of each facet filtered by. Counts every facet
    /// without heeding its own filter.
    fn filtered(
        &self,
        sets: SegmentSets<'_>,
        admitted: &Docs,
        counts: &mut Counts,
    ) -> tantivy::Result<Docs> {
        let filters = self.filter_sets(sets)?;
        let without = |facet: Option<Facet>| {
            let mut docs = admitted.clone();
            for (_, set) in filters.iter().filter(|(f, _)| Some(*f) != facet) {
                docs.intersect_with(set);
            }
            docs
        };
        let found = without(None);
        if !self.facets.is_empty() {
            let tags = self.view.tags(sets.reader)?;
            let is_filtered = |facet: &Facet| filters.iter().any(|(f, _)| f == facet);
            let (filtered, free): (Vec<Facet>, Vec<Facet>) =
                self.facets.iter().partition(|facet| is_filtered(facet));
            tags.count(&found, &free, counts);
            for facet in filtered {
                tags.count(&without(Some(facet)), &[facet], counts);
            }
        }
        Ok(found)
    }

    fn filter_sets(&self, sets: SegmentSets<'_>) -> tantivy::Result<Vec<(Facet, Arc<Docs>)>> {
        let set = |(facet, values): &(Facet, Vec<String>)| {
            let tags: Vec<String> = values.iter().map(|value| facet.tag(value)).collect();
            let set = match tags.as_slice() {
                [only] => sets.with_term(self.view.fields.tags, only)?,
                any => {
                    let terms = any.iter();
                    let terms = terms.map(|tag| Term::from_field_text(self.view.fields.tags, tag));
                    Arc::new(sets.with_any(terms)?)
                }
            };
            Ok((*facet, set))
        };
        self.filters.values.iter().map(set).collect()
    }
}

/// The documents that have the words; `None` when no words are asked for.
fn with_words(
    sets: SegmentSets<'_>,
    plan: &Plan,
    strictness: Strictness,
) -> tantivy::Result<Option<Arc<Docs>>> {
    let mut found = None;
    match strictness {
        Strictness::All => {
            for group in &plan.all {
                narrow(&mut found, any_of(sets, group)?);
            }
        }
        Strictness::Telling if !plan.telling.is_empty() => {
            found = Some(any_of(sets, &plan.telling)?);
        }
        Strictness::Telling => {}
    }
    Ok(found)
}

fn narrow(found: &mut Option<Arc<Docs>>, docs: Arc<Docs>) {
    match found {
        Some(found) => Arc::make_mut(found).intersect_with(&docs),
        None => *found = Some(docs),
    }
}

/// The documents for which one of the clauses holds.
fn any_of(sets: SegmentSets<'_>, clauses: &[Clause]) -> tantivy::Result<Arc<Docs>> {
    let mut any: Option<Arc<Docs>> = None;
    for clause in clauses {
        let mut together: Option<Arc<Docs>> = None;
        for (field, text) in clause {
            narrow(&mut together, sets.with_term(*field, text)?);
        }
        let Some(docs) = together else { continue };
        match &mut any {
            Some(any) => Arc::make_mut(any).union_with(&docs),
            None => any = Some(docs),
        }
    }
    Ok(any.unwrap_or_else(|| Arc::new(sets.none())))
}

fn all(sets: SegmentSets<'_>) -> Docs {
    let mut docs = sets.none();
    docs.insert_range(..);
    docs
}

fn together(words: &[String], fields: &Fields) -> Box<dyn Query> {
    let terms: Vec<Term> = words
        .iter()
        .map(|word| Term::from_field_text(fields.all_folded, word))
        .collect();
    match terms.as_slice() {
        [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}
