//! The best documents by score, without scoring all that match.
//!
//! Few matches are scored one by one. For many, a score that a whole page surely reaches is found
//! first, among documents that have the most telling term, mostly a pair of syllables; from there
//! block-max WAND (Ding and Suel 2011) skips all blocks that cannot reach it, and each candidate
//! is looked up in the set of matches.

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

use super::page::Segment;
use super::top_hits::Best;
use crate::services::search::query::plan::Plan;
use crate::services::search::query::plan::Unit;
use crate::services::search::snapshot::doc_sets::Docs;
use crate::services::search::snapshot::term_stats::Known;
use crate::services::search::snapshot::term_stats::Lexicon;

/// Matches are scored one by one when they are at most one in so many documents.
const ONE_BY_ONE: u64 = 16;
/// Documents with the most telling term that are scored to begin with.
const SAMPLE: usize = 512;
/// Documents between two looks at the clock.
const CLOCK_EVERY: u32 = 1024;

/// How the terms of a plan score.
pub(crate) struct Scoring {
    /// In the order in which scores are summed.
    terms: Vec<ScoredTerm>,
    /// The place of the most telling term among them.
    leader: usize,
    union: Box<dyn Weight>,
    deadline: Instant,
}

struct ScoredTerm {
    field: Field,
    known: Rc<Known>,
    weight: Bm25Weight,
}

/// The works of a segment that hold a term, and what it is worth in each.
#[derive(Clone)]
struct TermScorer {
    works: SegmentPostings,
    lengths: FieldNormReader,
    weight: Bm25Weight,
}

impl Scoring {
    /// Weighs the terms by their rarity in a snapshot.
    pub(crate) fn new(
        plan: &Plan,
        lexicon: &Lexicon<'_>,
        deadline: Instant,
    ) -> tantivy::Result<Self> {
        let scored = plan.scored.iter();
        let terms = scored.map(|((field, text), weight)| {
            let known = lexicon.term(*field, text);
            let documents = lexicon.total_num_docs()?;
            let length = lexicon.total_num_tokens(*field)? as f32 / documents as f32;
            let bm25 = Bm25Weight::for_one_term_without_explain(known.works, documents, length);
            Ok(ScoredTerm {
                field: *field,
                known,
                weight: bm25.boost_by(*weight),
            })
        });
        let terms = terms.collect::<tantivy::Result<Vec<_>>>()?;
        let works = lexicon.works() as f32;
        let told = plan.scored.iter().zip(&terms);
        let told = told
            .map(|((_, weight), term)| weight * (works / (term.known.works as f32 + 0.5)).ln_1p());
        let leader = (0..).zip(told).max_by(|a, b| a.1.total_cmp(&b.1));
        let any = plan
            .scored
            .iter()
            .map(|term| (Occur::Should, boosted(term)));
        let scoring =
            EnableScoring::enabled_from_statistics_provider(lexicon, lexicon.view().searcher);
        Ok(Self {
            terms,
            leader: leader.map_or(0, |(at, _)| at),
            union: BooleanQuery::new(any.collect()).weight(scoring)?,
            deadline,
        })
    }

    /// Offers the documents of a segment that can be among the best; true when the time ran out.
    pub(crate) fn offer(
        &self,
        segment: &Segment<'_>,
        best: &mut Best<'_>,
    ) -> tantivy::Result<bool> {
        let Segment {
            reader,
            docs,
            count,
            ..
        } = *segment;
        let scorers = self.terms.iter().map(|term| term.scorer(segment));
        let scorers = scorers.collect::<tantivy::Result<Vec<_>>>()?;
        if u64::from(count) * ONE_BY_ONE <= u64::from(reader.max_doc()) {
            let mut scorers: Vec<_> = scorers.into_iter().flatten().collect();
            return Ok(self.offer_each(&mut scorers, docs.ones().map(|d| d as DocId), best));
        }
        let leader = scorers.get(self.leader).cloned().flatten();
        let scorers: Vec<_> = scorers.into_iter().flatten().collect();
        if let Some(leader) = leader
            && let Some(key) = self.surely_reached(leader, scorers.clone(), docs, best)
        {
            best.demand(key);
        }
        self.offer_by_wand(scorers, segment, best)
    }

    fn offer_each(
        &self,
        scorers: &mut [TermScorer],
        docs: impl Iterator<Item = DocId>,
        best: &mut Best<'_>,
    ) -> bool {
        for (looked_at, doc) in (1_u32..).zip(docs) {
            if looked_at.is_multiple_of(CLOCK_EVERY) && Instant::now() > self.deadline {
                return true;
            }
            best.offer(sortable(sum_at(scorers, doc)), doc);
        }
        false
    }

    /// A key that a page of documents has or exceeds: that of the worst of the best in a sample.
    fn surely_reached(
        &self,
        leader: TermScorer,
        mut scorers: Vec<TermScorer>,
        docs: &Docs,
        best: &Best<'_>,
    ) -> Option<u64> {
        let mut works = leader.works;
        let mut sample = Vec::with_capacity(SAMPLE);
        while works.doc() != TERMINATED && sample.len() < SAMPLE {
            if docs.contains(works.doc() as usize) {
                sample.push(works.doc());
            }
            works.advance();
        }
        let mut sampled = best.empty();
        self.offer_each(&mut scorers, sample.into_iter(), &mut sampled);
        sampled.threshold()
    }

    fn offer_by_wand(
        &self,
        mut scorers: Vec<TermScorer>,
        segment: &Segment<'_>,
        best: &mut Best<'_>,
    ) -> tantivy::Result<bool> {
        let Segment { reader, docs, .. } = *segment;
        let mut looked_at = 0_u32;
        let mut is_late = false;
        let start = floor(best);
        self.union
            .for_each_pruning(start, reader, &mut |doc, score| {
                looked_at += 1;
                is_late |= looked_at.is_multiple_of(CLOCK_EVERY) && Instant::now() > self.deadline;
                if is_late {
                    return f32::MAX;
                }
                let is_near = best.is_within_reach(sortable(score), NOISE);
                if is_near && docs.contains(doc as usize) {
                    best.offer(sortable(sum_at(&mut scorers, doc)), doc);
                }
                floor(best)
            })?;
        Ok(is_late)
    }
}

fn boosted(((field, text), weight): &(Unit, f32)) -> Box<dyn Query> {
    let term = Term::from_field_text(*field, text);
    let term = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
    Box::new(BoostQuery::new(term, *weight))
}

impl ScoredTerm {
    /// None when no work of the segment has the term.
    fn scorer(&self, segment: &Segment<'_>) -> tantivy::Result<Option<TermScorer>> {
        let Some(Some(list)) = self.known.lists.get(segment.number) else {
            return Ok(None);
        };
        let index = segment.reader.inverted_index(self.field)?;
        let lengths = segment.reader.fieldnorms_readers().get_field(self.field)?;
        Ok(Some(TermScorer {
            works: index.read_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?,
            // Tags have none.
            lengths: lengths
                .unwrap_or_else(|| FieldNormReader::constant(segment.reader.max_doc(), 1)),
            weight: self.weight.clone(),
        }))
    }
}

impl TermScorer {
    /// What the term is worth in a document; documents are asked for in ascending order.
    fn score_at(&mut self, doc: DocId) -> f32 {
        if self.works.doc() < doc {
            self.works.seek(doc);
        }
        if self.works.doc() != doc {
            return 0.0;
        }
        let length = self.lengths.fieldnorm_id(doc);
        self.weight.score(length, self.works.term_freq())
    }
}

fn sum_at(scorers: &mut [TermScorer], doc: DocId) -> f32 {
    scorers.iter_mut().map(|scorer| scorer.score_at(doc)).sum()
}

/// The score below which nothing is of interest. A little lower than that of the worst on the
/// page: works with an equal score may still win by their id.
fn floor(best: &Best<'_>) -> f32 {
    let threshold = best.threshold();
    threshold.map_or(f32::MIN, |key| from_sortable(key.saturating_sub(NOISE)))
}

/// Positive floats compare as their bits do; the last six bits are noise of summation.
fn sortable(score: f32) -> u64 {
    u64::from(score.max(0.0).to_bits()) / STEP * STEP
}

/// Smallest difference between keys of scores.
const STEP: u64 = 64;
/// How far the key of a sum can lie from that of the same terms summed in another order.
const NOISE: u64 = 16 * STEP;

/// The score of a key.
pub(crate) fn from_sortable(key: u64) -> f32 {
    f32::from_bits(u32::try_from(key).unwrap_or(0))
}
