//! The best documents by score, without scoring all that match.
//!
//! Few matches are scored one by one. For many, a score that a whole page surely reaches is found
//! first, among documents that have the most telling term, mostly a pair of syllables; from there
//! block-max WAND (Ding and Suel 2011) skips all blocks that cannot reach it, and each candidate
//! is looked up in the set of matches.

use std::time::Instant;

use tantivy::query::{
    BooleanQuery, BoostQuery, EnableScoring, Occur, Query, Scorer, TermQuery, Weight,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, SegmentReader, TERMINATED, Term};

use super::best::Best;
use super::query::plan::Unit;
use super::query::{Lexicon, Plan};
use super::sets::Docs;

/// Matches are scored one by one when they are at most one in so many documents.
const ONE_BY_ONE: u64 = 16;
/// Documents with the most telling term that are scored to begin with.
const SAMPLE: usize = 512;
/// Documents between two looks at the clock.
const CLOCK_EVERY: u32 = 1024;

/// How the terms of a plan score.
pub(super) struct Scoring {
    /// In the order in which scores are summed.
    each: Vec<Box<dyn Weight>>,
    /// The place of the most telling term among them.
    leader: usize,
    union: Box<dyn Weight>,
    deadline: Instant,
}

impl Scoring {
    /// Weighs the terms by their rarity in a snapshot.
    pub(super) fn new(
        plan: &Plan,
        lexicon: &Lexicon<'_>,
        deadline: Instant,
    ) -> tantivy::Result<Self> {
        let searcher = lexicon.searcher();
        let scoring = EnableScoring::enabled_from_statistics_provider(lexicon, searcher);
        let works = lexicon.works() as f32;
        let telling = |((field, text), weight): &(Unit, f32)| {
            weight * (works / (lexicon.works_with(*field, text) as f32 + 0.5)).ln_1p()
        };
        let told: Vec<f32> = plan.scored.iter().map(telling).collect();
        let leader = (0..told.len()).max_by(|a, b| told[*a].total_cmp(&told[*b]));
        let queries: Vec<Box<dyn Query>> = plan.scored.iter().map(boosted).collect();
        let each = queries.iter().map(|query| query.weight(scoring));
        let each = each.collect::<tantivy::Result<_>>()?;
        let any = queries.into_iter().map(|query| (Occur::Should, query));
        let union = BooleanQuery::new(any.collect()).weight(scoring)?;
        Ok(Self {
            each,
            leader: leader.unwrap_or_default(),
            union,
            deadline,
        })
    }

    /// Offers the documents of a segment that can be among the best; true when the time ran out.
    pub(super) fn offer(
        &self,
        reader: &SegmentReader,
        docs: &Docs,
        count: u32,
        best: &mut Best<'_>,
    ) -> tantivy::Result<bool> {
        if u64::from(count) * ONE_BY_ONE <= u64::from(reader.max_doc()) {
            let mut scorers = self.scorers(reader)?;
            return Ok(self.offer_each(&mut scorers, docs.ones().map(|d| d as DocId), best));
        }
        if let Some(key) = self.surely_reached(reader, docs, best)? {
            best.demand(key);
        }
        self.offer_by_wand(reader, docs, best)
    }

    fn scorers(&self, reader: &SegmentReader) -> tantivy::Result<Vec<Box<dyn Scorer>>> {
        let scorers = self.each.iter().map(|weight| weight.scorer(reader, 1.0));
        let mut scorers = scorers.collect::<tantivy::Result<Vec<_>>>()?;
        scorers.retain(|scorer| scorer.doc() != TERMINATED);
        Ok(scorers)
    }

    fn offer_each(
        &self,
        scorers: &mut [Box<dyn Scorer>],
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
        reader: &SegmentReader,
        docs: &Docs,
        best: &Best<'_>,
    ) -> tantivy::Result<Option<u64>> {
        let Some(leader) = self.each.get(self.leader) else {
            return Ok(None);
        };
        let mut leader = leader.scorer(reader, 1.0)?;
        let mut sample = Vec::with_capacity(SAMPLE);
        while leader.doc() != TERMINATED && sample.len() < SAMPLE {
            if docs.contains(leader.doc() as usize) {
                sample.push(leader.doc());
            }
            leader.advance();
        }
        let mut scorers = self.scorers(reader)?;
        let mut sampled = best.empty();
        self.offer_each(&mut scorers, sample.into_iter(), &mut sampled);
        Ok(sampled.threshold())
    }

    fn offer_by_wand(
        &self,
        reader: &SegmentReader,
        docs: &Docs,
        best: &mut Best<'_>,
    ) -> tantivy::Result<bool> {
        let mut looked_at = 0_u32;
        let mut is_late = false;
        let mut scorers = self.scorers(reader)?;
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

fn sum_at(scorers: &mut [Box<dyn Scorer>], doc: DocId) -> f32 {
    let mut sum = 0.0;
    for scorer in scorers {
        if scorer.doc() < doc {
            scorer.seek(doc);
        }
        if scorer.doc() == doc {
            sum += scorer.score();
        }
    }
    sum
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
pub(super) fn from_sortable(key: u64) -> f32 {
    f32::from_bits(u32::try_from(key).unwrap_or(0))
}
