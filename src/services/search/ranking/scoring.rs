//! Finds the documents with the best scores without scoring all matches.
//!
//! Few matches are scored one by one. For many, block-max WAND (Ding and Suel 2011) skips the blocks
//! whose documents cannot reach the page, and candidates are looked up in the set of matches. WAND
//! starts from a seed threshold: the score that a full page of sampled documents with the most
//! selective term (mostly a pair of syllables) reaches.

use std::rc::Rc;
use std::time::Instant;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::{
    Bm25StatisticsProvider as _, Bm25Weight, BooleanQuery, BoostQuery, EnableScoring, Occur, Query,
    TermQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, TERMINATED, Term};

use super::top_hits::TopHits;
use crate::services::search::matching::matches::SegmentMatches;
use crate::services::search::query::plan::{FieldTerm, QueryPlan};
use crate::services::search::snapshot::doc_sets::DocSet;
use crate::services::search::snapshot::term_dictionary::{TermDictionary, TermStats};

/// Matches are scored one by one when they are at most one in this many documents.
const EXHAUSTIVE_SHARE: u64 = 16;
/// Documents with the most selective term that are sampled for the seed threshold.
const SAMPLE_DOCS: usize = 512;
/// Documents between two checks of the deadline.
const DOCS_PER_DEADLINE_CHECK: u32 = 1024;

/// The scored terms of a plan with their BM25 weights.
pub(crate) struct Scoring {
    /// In the order in which their scores are summed.
    terms: Vec<ScoredTerm>,
    /// Index of the most selective term.
    most_selective: usize,
    union: Box<dyn Weight>,
    deadline: Instant,
}

struct ScoredTerm {
    field: Field,
    stats: Rc<TermStats>,
    weight: Bm25Weight,
}

/// Scores one term in the documents of a segment.
#[derive(Clone)]
struct TermScorer {
    postings: SegmentPostings,
    field_norms: FieldNormReader,
    weight: Bm25Weight,
}

impl Scoring {
    /// Computes the BM25 weight of each term from the statistics of a view.
    pub(crate) fn new(
        plan: &QueryPlan,
        dictionary: &TermDictionary<'_>,
        deadline: Instant,
    ) -> tantivy::Result<Self> {
        let scored = plan.scored.iter();
        let terms = scored.map(|((field, text), weight)| {
            let stats = dictionary.term(*field, text);
            let documents = dictionary.total_num_docs()?;
            let length = dictionary.total_num_tokens(*field)? as f32 / documents as f32;
            let bm25 = Bm25Weight::for_one_term_without_explain(stats.works, documents, length);
            Ok(ScoredTerm {
                field: *field,
                stats,
                weight: bm25.boost_by(*weight),
            })
        });
        let terms = terms.collect::<tantivy::Result<Vec<_>>>()?;
        let works = dictionary.works() as f32;
        let weighted = plan.scored.iter().zip(&terms);
        let selectivity = weighted
            .map(|((_, weight), term)| weight * (works / (term.stats.works as f32 + 0.5)).ln_1p());
        let most_selective = (0..).zip(selectivity).max_by(|a, b| a.1.total_cmp(&b.1));
        let any = plan
            .scored
            .iter()
            .map(|term| (Occur::Should, boosted(term)));
        let scoring =
            EnableScoring::enabled_from_statistics_provider(dictionary, dictionary.view().searcher);
        Ok(Self {
            terms,
            most_selective: most_selective.map_or(0, |(at, _)| at),
            union: BooleanQuery::new(any.collect()).weight(scoring)?,
            deadline,
        })
    }

    /// Pushes the documents of a segment that can be among the best; true when the deadline passed.
    pub(crate) fn collect(
        &self,
        segment: &SegmentMatches<'_>,
        top: &mut TopHits<'_>,
    ) -> tantivy::Result<bool> {
        let SegmentMatches {
            reader,
            docs,
            count,
            ..
        } = *segment;
        let scorers = self.terms.iter().map(|term| term.scorer(segment));
        let scorers = scorers.collect::<tantivy::Result<Vec<_>>>()?;
        if u64::from(count) * EXHAUSTIVE_SHARE <= u64::from(reader.max_doc()) {
            let mut scorers: Vec<_> = scorers.into_iter().flatten().collect();
            return Ok(self.score_each(&mut scorers, docs.ones().map(|d| d as DocId), top));
        }
        let leader = scorers.get(self.most_selective).cloned().flatten();
        let scorers: Vec<_> = scorers.into_iter().flatten().collect();
        if let Some(leader) = leader
            && let Some(key) = self.seed_threshold(leader, scorers.clone(), docs, top)
        {
            top.raise_threshold(key);
        }
        self.collect_by_wand(scorers, segment, top)
    }

    fn score_each(
        &self,
        scorers: &mut [TermScorer],
        docs: impl Iterator<Item = DocId>,
        top: &mut TopHits<'_>,
    ) -> bool {
        for (scored, doc) in (1_u32..).zip(docs) {
            if scored.is_multiple_of(DOCS_PER_DEADLINE_CHECK) && Instant::now() > self.deadline {
                return true;
            }
            top.push(sortable(sum_at(scorers, doc)), doc);
        }
        false
    }

    /// A key that a full page of matches reaches: that of the worst of the best sampled documents.
    fn seed_threshold(
        &self,
        leader: TermScorer,
        mut scorers: Vec<TermScorer>,
        docs: &DocSet,
        top: &TopHits<'_>,
    ) -> Option<u64> {
        let mut postings = leader.postings;
        let mut sample = Vec::with_capacity(SAMPLE_DOCS);
        while postings.doc() != TERMINATED && sample.len() < SAMPLE_DOCS {
            if docs.contains(postings.doc() as usize) {
                sample.push(postings.doc());
            }
            postings.advance();
        }
        let mut sampled = top.empty();
        self.score_each(&mut scorers, sample.into_iter(), &mut sampled);
        sampled.threshold()
    }

    fn collect_by_wand(
        &self,
        mut scorers: Vec<TermScorer>,
        segment: &SegmentMatches<'_>,
        top: &mut TopHits<'_>,
    ) -> tantivy::Result<bool> {
        let SegmentMatches { reader, docs, .. } = *segment;
        let mut scored = 0_u32;
        let mut is_late = false;
        let start = score_floor(top);
        self.union
            .for_each_pruning(start, reader, &mut |doc, score| {
                scored += 1;
                is_late |= scored.is_multiple_of(DOCS_PER_DEADLINE_CHECK)
                    && Instant::now() > self.deadline;
                if is_late {
                    return f32::MAX;
                }
                let is_near = top.can_accept(sortable(score), NOISE);
                if is_near && docs.contains(doc as usize) {
                    top.push(sortable(sum_at(&mut scorers, doc)), doc);
                }
                score_floor(top)
            })?;
        Ok(is_late)
    }
}

fn boosted(((field, text), weight): &(FieldTerm, f32)) -> Box<dyn Query> {
    let term = Term::from_field_text(*field, text);
    let term = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
    Box::new(BoostQuery::new(term, *weight))
}

impl ScoredTerm {
    /// None when no document of the segment has the term.
    fn scorer(&self, segment: &SegmentMatches<'_>) -> tantivy::Result<Option<TermScorer>> {
        let Some(Some(list)) = self.stats.postings.get(segment.ordinal) else {
            return Ok(None);
        };
        let index = segment.reader.inverted_index(self.field)?;
        let field_norms = segment.reader.fieldnorms_readers().get_field(self.field)?;
        Ok(Some(TermScorer {
            postings: index.read_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?,
            // The tags field has no field norms.
            field_norms: field_norms
                .unwrap_or_else(|| FieldNormReader::constant(segment.reader.max_doc(), 1)),
            weight: self.weight.clone(),
        }))
    }
}

impl TermScorer {
    /// The score in a document; must be called with ascending documents.
    fn score_at(&mut self, doc: DocId) -> f32 {
        if self.postings.doc() < doc {
            self.postings.seek(doc);
        }
        if self.postings.doc() != doc {
            return 0.0;
        }
        let length = self.field_norms.fieldnorm_id(doc);
        self.weight.score(length, self.postings.term_freq())
    }
}

fn sum_at(scorers: &mut [TermScorer], doc: DocId) -> f32 {
    scorers.iter_mut().map(|scorer| scorer.score_at(doc)).sum()
}

/// The score below which WAND may skip documents. A little lower than that of the worst hit on the
/// page: works with an equal score may still win by their id.
fn score_floor(top: &TopHits<'_>) -> f32 {
    let threshold = top.threshold();
    threshold.map_or(f32::MIN, |key| from_sortable(key.saturating_sub(NOISE)))
}

/// A score as a sortable key: positive floats compare like their bits. The last six bits are dropped as
/// rounding noise.
fn sortable(score: f32) -> u64 {
    u64::from(score.max(0.0).to_bits()) / STEP * STEP
}

/// Smallest difference between keys.
const STEP: u64 = 64;
/// Largest difference between the keys of one score summed in two orders.
const NOISE: u64 = 16 * STEP;

/// The score of a key.
pub(crate) fn from_sortable(key: u64) -> f32 {
    f32::from_bits(u32::try_from(key).unwrap_or(0))
}
