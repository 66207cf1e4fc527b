//! Matches a query plan, applies access policy and filters, and counts facets.
//!
//! The access policy is applied before anything is counted: a work that the caller may not see is in
//! no total, facet count or page. Embargoes are compared with the current time, not with that of
//! indexing. All of this is done with document sets (see [`doc_sets`]). The counts of a facet ignore
//! its own filter.
//!
//! [`doc_sets`]: crate::services::search::snapshot::doc_sets

use std::sync::Arc;
use std::time::Instant;

use tantivy::Term;
use tantivy::query::{EnableScoring, PhraseQuery, Query, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;

use super::matches::{MatchMode, Matches};
use super::range_filters::range_filters;
use crate::services::search::filters::{Facet, Filters, relation_tag};
use crate::services::search::index::schema::Fields;
use crate::services::search::query::plan::{Clause, QueryPlan};
use crate::services::search::snapshot::doc_sets::{DocSet, SegmentDocSets};
use crate::services::search::snapshot::facet_tags::Counts;
use crate::services::search::snapshot::view::IndexView;

/// Documents that are matched after the deadline, so that a late response is not empty.
const MIN_DOCS_AFTER_DEADLINE: usize = 4096;

/// Matches plans against one view.
pub(crate) struct Matcher<'a> {
    /// The index as the caller sees it.
    pub(crate) view: IndexView<'a>,
    /// Filters of the request and of the text.
    pub(crate) filters: &'a Filters,
    /// Facets to count.
    pub(crate) facets: &'a [Facet],
    /// When to stop matching further segments.
    pub(crate) deadline: Instant,
}

impl Matcher<'_> {
    /// All matches of a plan.
    pub(crate) fn match_plan(&self, plan: &QueryPlan, mode: MatchMode) -> tantivy::Result<Matches> {
        let phrases = self.phrases(&plan.phrases)?;
        let excluded = self.phrases(&plan.excluded)?;
        self.match_segments(|sets| {
            let mut found = docs_with_words(sets, plan, mode)?;
            for phrase in &phrases {
                intersect(&mut found, Arc::new(sets.matching(phrase.as_ref())?));
            }
            let mut found = found.unwrap_or_else(|| Arc::new(all_docs(sets)));
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

    /// All matches of a tantivy query.
    pub(crate) fn match_query(&self, query: &dyn Query) -> tantivy::Result<Matches> {
        let weight = query.weight(EnableScoring::disabled_from_searcher(self.view.searcher))?;
        self.match_segments(|sets| Ok(Arc::new(sets.matching(weight.as_ref())?)))
    }

    fn phrases(&self, phrases: &[Vec<String>]) -> tantivy::Result<Vec<Box<dyn Weight>>> {
        let unscored = EnableScoring::disabled_from_searcher(self.view.searcher);
        let weight = |words: &Vec<String>| phrase_query(words, self.view.fields).weight(unscored);
        phrases.iter().map(weight).collect()
    }

    /// Intersects the documents with the words with visibility and filters, and counts them.
    fn match_segments(
        &self,
        docs_with_words: impl Fn(SegmentDocSets<'_>) -> tantivy::Result<Arc<DocSet>>,
    ) -> tantivy::Result<Matches> {
        let mut matches = Matches {
            segments: Vec::new(),
            total: 0,
            counts: Counts::new(),
            is_partial: false,
        };
        let mut remaining = MIN_DOCS_AFTER_DEADLINE;
        for reader in self.view.searcher.segment_readers() {
            let sets = self.view.doc_sets(reader);
            let is_late = Instant::now() > self.deadline;
            let documents = reader.max_doc() as usize;
            matches.is_partial |= is_late;
            if is_late && remaining == 0 {
                matches.segments.push((sets.empty(), 0));
                continue;
            }
            let mut admitted = self.admitted(sets, docs_with_words(sets)?)?;
            if is_late {
                admitted.remove_range(documents.min(remaining)..);
                remaining = remaining.saturating_sub(documents);
            }
            let found = self.filtered(sets, &admitted, &mut matches.counts)?;
            let count = u32::try_from(found.count_ones(..)).unwrap_or(u32::MAX);
            matches.total += u64::from(count);
            matches.segments.push((found, count));
        }
        Ok(matches)
    }

    /// The documents among these that the caller may see and that match the range filters.
    fn admitted(&self, sets: SegmentDocSets<'_>, mut docs: Arc<DocSet>) -> tantivy::Result<DocSet> {
        Arc::make_mut(&mut docs).intersect_with(&*self.view.visible(sets.reader)?);
        let mut docs = Arc::unwrap_or_clone(docs);
        if let Some(target) = self.filters.related_to {
            let related = sets.with_term(self.view.fields.tags, &relation_tag(target))?;
            docs.intersect_with(&related);
        }
        let ranges = range_filters(self.filters, sets.reader)?;
        if !ranges.is_empty() {
            let is_outside = |doc: &usize| !ranges.iter().all(|range| range.matches(*doc as u32));
            let outside: Vec<usize> = docs.ones().filter(is_outside).collect();
            outside.into_iter().for_each(|doc| docs.remove(doc));
        }
        Ok(docs)
    }

    /// The documents among these that match every facet filter. Counts each facet over the documents
    /// that match all other filters.
    fn filtered(
        &self,
        sets: SegmentDocSets<'_>,
        admitted: &DocSet,
        counts: &mut Counts,
    ) -> tantivy::Result<DocSet> {
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

    fn filter_sets(&self, sets: SegmentDocSets<'_>) -> tantivy::Result<Vec<(Facet, Arc<DocSet>)>> {
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

/// The documents with the words of a plan; `None` when the plan has no words.
fn docs_with_words(
    sets: SegmentDocSets<'_>,
    plan: &QueryPlan,
    mode: MatchMode,
) -> tantivy::Result<Option<Arc<DocSet>>> {
    let mut found = None;
    match mode {
        MatchMode::AllWords => {
            for group in &plan.required {
                intersect(&mut found, any_of(sets, group)?);
            }
        }
        MatchMode::AnySelectiveTerm if !plan.selective.is_empty() => {
            found = Some(any_of(sets, &plan.selective)?);
        }
        MatchMode::AnySelectiveTerm => {}
    }
    Ok(found)
}

fn intersect(found: &mut Option<Arc<DocSet>>, docs: Arc<DocSet>) {
    match found {
        Some(found) => Arc::make_mut(found).intersect_with(&docs),
        None => *found = Some(docs),
    }
}

/// The documents that match at least one clause.
fn any_of(sets: SegmentDocSets<'_>, clauses: &[Clause]) -> tantivy::Result<Arc<DocSet>> {
    let mut any: Option<Arc<DocSet>> = None;
    for clause in clauses {
        let mut all_terms: Option<Arc<DocSet>> = None;
        for (field, text) in clause {
            intersect(&mut all_terms, sets.with_term(*field, text)?);
        }
        let Some(docs) = all_terms else { continue };
        match &mut any {
            Some(any) => Arc::make_mut(any).union_with(&docs),
            None => any = Some(docs),
        }
    }
    Ok(any.unwrap_or_else(|| Arc::new(sets.empty())))
}

fn all_docs(sets: SegmentDocSets<'_>) -> DocSet {
    let mut docs = sets.empty();
    docs.insert_range(..);
    docs
}

fn phrase_query(words: &[String], fields: &Fields) -> Box<dyn Query> {
    let terms: Vec<Term> = words
        .iter()
        .map(|word| Term::from_field_text(fields.all_folded, word))
        .collect();
    match terms.as_slice() {
        [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}
