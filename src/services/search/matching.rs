//! Which works match: the words, the filters, and who asks.
//!
//! Policy stands here, before anything is counted: a work the caller may not see is in no total,
//! no facet, no page. Embargoes are compared with the present moment, not with that of indexing.
//! All of it is done with sets of documents (see [`super::sets`]); a facet's own filter does not
//! narrow its own counts.

use std::sync::Arc;
use std::time::Instant;

use tantivy::index::SegmentId;
use tantivy::query::{EnableScoring, PhraseQuery, Query, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use super::document::circle_number;
use super::facets::{Counts, TagCache};
use super::filters::{Facet, Filters};
use super::query::Plan;
use super::query::plan::Clause;
use super::schema::{Fields, column};
use super::sets::{Docs, SegmentSets, SetCache, SetName};
use super::sieve::{ranges, visible};
use crate::domain::Timestamp;
use crate::domain::access::policy::circle;
use crate::domain::access::{Actor, Permission};

/// Who asks, as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Viewer {
    pub(super) circle: u64,
    /// Tag of the organisation whose works are seen in every state.
    pub(super) own: Option<String>,
    pub(super) now_ms: i64,
}

impl Viewer {
    /// What the policy says about an actor at this moment.
    pub(crate) fn new(actor: &Actor, now: Timestamp) -> Self {
        let own = actor
            .organisation()
            .filter(|_| actor.may(Permission::Deposit));
        Self {
            circle: circle_number(circle(actor)),
            own: own.map(|slug| Facet::Organisation.tag(slug.as_str())),
            now_ms: now.as_millis(),
        }
    }

    /// The same viewer at the last of these moments that has passed (sorted, ascending): who
    /// sees what changes at these moments only.
    pub(crate) fn at_last_of(&self, moments: &[i64]) -> Self {
        let passed = moments.partition_point(|moment| *moment <= self.now_ms);
        let now_ms = passed.checked_sub(1).map_or(i64::MIN, |last| moments[last]);
        Self {
            now_ms,
            ..self.clone()
        }
    }
}

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

/// What passes use again while segments live.
#[derive(Debug)]
pub(crate) struct Kept {
    sets: SetCache,
    tags: TagCache,
}

impl Kept {
    /// With so many bytes for sets of documents.
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self {
            sets: SetCache::new(most_bytes),
            tags: TagCache::default(),
        }
    }

    /// Forgets segments that are gone.
    pub(crate) fn keep_only(&self, live: &[SegmentId]) {
        self.sets.keep_only(live);
        self.tags.keep_only(live);
    }
}

/// Documents looked at though the time is over: something is better than nothing.
const TASTE: usize = 4096;

/// Everything a pass needs.
pub(crate) struct Pass<'a> {
    /// The snapshot.
    pub(crate) searcher: &'a Searcher,
    /// Its fields.
    pub(crate) fields: &'a Fields,
    /// What is kept from pass to pass.
    pub(crate) kept: &'a Kept,
    /// Who asks, at the last moment that made a difference; see [`Viewer::at_last_of`].
    pub(crate) viewer: &'a Viewer,
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
                let ids = ids.map(|id| Term::from_field_bytes(self.fields.id, id.as_bytes()));
                Arc::make_mut(&mut found).difference_with(&sets.with_any(ids)?);
            }
            Ok(found)
        })
    }

    /// Finds every match of a query.
    pub(crate) fn run_query(&self, query: &dyn Query) -> tantivy::Result<Matches> {
        let weight = query.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        self.each_segment(|sets| Ok(Arc::new(sets.matching(weight.as_ref())?)))
    }

    fn phrases(&self, phrases: &[Vec<String>]) -> tantivy::Result<Vec<Box<dyn Weight>>> {
        let unscored = EnableScoring::disabled_from_searcher(self.searcher);
        let weight = |words: &Vec<String>| together(words, self.fields).weight(unscored);
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
        for reader in self.searcher.segment_readers() {
            let sets = SegmentSets {
                reader,
                cache: &self.kept.sets,
            };
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
        let name = SetName::Visible(self.viewer.clone(), sets.reader.num_deleted_docs());
        let make = || visible(&sets, self.viewer, self.fields.tags);
        let segment = sets.reader.segment_id();
        let visible = self.kept.sets.get_or_make(segment, name, make)?;
        Arc::make_mut(&mut docs).intersect_with(&visible);
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
            let tags = self.kept.tags.of(sets.reader)?;
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
                [only] => sets.with_term(self.fields.tags, only)?,
                any => {
                    let terms = any.iter();
                    let terms = terms.map(|tag| Term::from_field_text(self.fields.tags, tag));
                    Arc::new(sets.with_any(terms)?)
                }
            };
            Ok((*facet, set))
        };
        self.filters.values.iter().map(set).collect()
    }
}

/// The moments at which an embargo of this snapshot ends, ascending.
pub(crate) fn embargo_ends(searcher: &Searcher) -> tantivy::Result<Vec<i64>> {
    let mut ends = Vec::new();
    for reader in searcher.segment_readers() {
        if let Some(column) = reader.fast_fields().column_opt::<i64>(column::EMBARGO)? {
            ends.extend(column.values.iter());
        }
    }
    ends.sort_unstable();
    ends.dedup();
    Ok(ends)
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
