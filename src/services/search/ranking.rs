//! In which order matches come, and which of them stand on the page.
//!
//! Relevance is the weighted sum of the BM25 scores of all terms. When matches are many, the
//! best are found by block-max WAND, which skips blocks of documents that cannot reach the page,
//! and each candidate is checked against the bit set of matches; when they are few, they are
//! scored one by one. Either way the score that counts is summed term by term in one order: sums
//! of floats depend on it, and a work whose score changed from page to page would be told twice or
//! never. Scores lose their last bits before they are compared; ids decide between equals.

use std::time::Instant;

use tantivy::columnar::{BytesColumn, Column};
use tantivy::query::{
    BooleanQuery, BoostQuery, EnableScoring, Occur, Query, Scorer, TermQuery, Weight,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, DocId, Searcher, SegmentReader, TERMINATED, Term};

use super::best::{Best, Ids};
use super::matching::Matches;
use super::query::Plan;
use super::schema::column;
use crate::domain::asset::AssetId;

/// How hits are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Best match first.
    #[default]
    Relevance,
    /// Last made first.
    Newest,
    /// First made first.
    Oldest,
    /// By title, in Vietnamese alphabetical order.
    Title,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Relevance, Self::Newest, Self::Oldest, Self::Title];
    /// Every order with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("relevance", Self::Relevance),
        ("newest", Self::Newest),
        ("oldest", Self::Oldest),
        ("title", Self::Title),
    ];
}

/// A place in an order: the key of a hit (greater comes first) and its id (greater comes first).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) key: Vec<u8>,
    pub(crate) id: u128,
}

/// A hit with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) id: AssetId,
    pub(crate) place: Place,
    /// Sum of weighted BM25 scores; 0 when another order was asked for.
    pub(crate) score: f32,
}

/// What a page is taken from.
pub(crate) struct Ranking<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) plan: &'a Plan,
    pub(crate) matches: &'a Matches,
    pub(crate) limit: usize,
    pub(crate) after: Option<&'a Place>,
    pub(crate) deadline: Instant,
}

impl Ranking<'_> {
    /// The hits of the page, and whether there was time to look at all candidates.
    pub(crate) fn page(&self, order: Order) -> tantivy::Result<(Vec<Placed>, bool)> {
        let mut hits = Vec::new();
        let mut is_partial = false;
        let weights = self.weights(order)?;
        for (reader, (bits, count)) in self
            .searcher
            .segment_readers()
            .iter()
            .zip(&self.matches.segments)
        {
            if *count == 0 {
                continue;
            }
            let ids = Ids::of(reader)?;
            let mut best = Best::new(self.limit, &ids, self.segment_after(order, reader)?);
            match &weights {
                Some(weights) => {
                    is_partial |= self.by_score(weights, reader, (bits, *count), &mut best)?
                }
                None => by_column(order, reader, bits, &mut best)?,
            }
            let titles = if order == Order::Title {
                reader.fast_fields().bytes(column::TITLE_KEY)?
            } else {
                None
            };
            for (key, id) in best.into_sorted() {
                hits.push(placed(order, key, id, titles.as_ref())?);
            }
        }
        hits.sort_unstable_by(|a, b| b.place.cmp(&a.place));
        hits.truncate(self.limit);
        Ok((hits, is_partial))
    }

    fn weights(&self, order: Order) -> tantivy::Result<Option<TermWeights>> {
        if order != Order::Relevance || self.plan.is_empty() {
            return Ok(None);
        }
        let scoring = EnableScoring::enabled_from_searcher(self.searcher);
        let boosted = |((field, text), weight): &((_, String), f32)| -> Box<dyn Query> {
            let term = Term::from_field_text(*field, text);
            let term = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            Box::new(BoostQuery::new(term, *weight))
        };
        let queries: Vec<Box<dyn Query>> = self.plan.scored.iter().map(boosted).collect();
        let each = queries
            .iter()
            .map(|query| query.weight(scoring))
            .collect::<tantivy::Result<_>>()?;
        let should = queries
            .into_iter()
            .map(|query| (Occur::Should, query))
            .collect();
        let union = BooleanQuery::new(should).weight(scoring)?;
        Ok(Some(TermWeights { each, union }))
    }

    fn by_score(
        &self,
        weights: &TermWeights,
        reader: &SegmentReader,
        (bits, count): (&BitSet, u32),
        best: &mut Best<'_>,
    ) -> tantivy::Result<bool> {
        if u64::from(count) * ONE_BY_ONE > u64::from(reader.max_doc()) {
            return self.by_wand(weights, reader, bits, best);
        }
        let mut scorers = weights.scorers(reader)?;
        for (looked_at, doc) in members(bits).enumerate() {
            if looked_at % 1024 == 1023 && Instant::now() > self.deadline {
                return Ok(true);
            }
            best.offer(sortable(sum_at(&mut scorers, doc)), doc);
        }
        Ok(false)
    }

    fn by_wand(
        &self,
        weights: &TermWeights,
        reader: &SegmentReader,
        bits: &BitSet,
        best: &mut Best<'_>,
    ) -> tantivy::Result<bool> {
        let mut looked_at = 0_u32;
        let mut is_late = false;
        let mut scorers = weights.scorers(reader)?;
        weights
            .union
            .for_each_pruning(f32::MIN, reader, &mut |doc, score| {
                looked_at += 1;
                is_late |= looked_at.is_multiple_of(1024) && Instant::now() > self.deadline;
                if is_late {
                    return f32::MAX;
                }
                if bits.contains(doc) && best.is_within_reach(sortable(score), NOISE) {
                    best.offer(sortable(sum_at(&mut scorers, doc)), doc);
                }
                // A little lower: works with an equal score may still win by their id.
                best.threshold()
                    .map_or(f32::MIN, |key| from_sortable(key.saturating_sub(NOISE)))
            })?;
        Ok(is_late)
    }

    /// The place behind which this segment goes on, with the key as the segment orders it.
    fn segment_after(
        &self,
        order: Order,
        reader: &SegmentReader,
    ) -> tantivy::Result<Option<(u64, u128)>> {
        let Some(after) = self.after else {
            return Ok(None);
        };
        if order != Order::Title {
            let key = after
                .key
                .as_slice()
                .try_into()
                .map_or(0, u64::from_be_bytes);
            return Ok(Some((key, after.id)));
        }
        let Some((_, inverted)) = after.key.split_last() else {
            return Ok(Some((0, after.id)));
        };
        let title: Vec<u8> = inverted.iter().map(|byte| !byte).collect();
        let Some(titles) = reader.fast_fields().bytes(column::TITLE_KEY)? else {
            return Ok(Some((u64::MAX, after.id)));
        };
        let ord = match titles.dictionary().term_ord(&title)? {
            Some(ord) => return Ok(Some((u64::MAX - ord, after.id))),
            None => number_before(&titles, &title)?,
        };
        // Every work with a title from `ord` on comes after the place, whatever its id; with the
        // first title that is the whole segment.
        Ok((u64::MAX - ord).checked_add(1).map(|key| (key, 0)))
    }
}

/// Matches are scored one by one when they are at most one in so many documents.
const ONE_BY_ONE: u64 = 8;

struct TermWeights {
    each: Vec<Box<dyn Weight>>,
    union: Box<dyn Weight>,
}

impl TermWeights {
    /// The terms that a segment has, in the order in which their scores are summed.
    fn scorers(&self, reader: &SegmentReader) -> tantivy::Result<Vec<Box<dyn Scorer>>> {
        let scorers = self.each.iter().map(|weight| weight.scorer(reader, 1.0));
        let mut scorers = scorers.collect::<tantivy::Result<Vec<_>>>()?;
        scorers.retain(|scorer| scorer.doc() != TERMINATED);
        Ok(scorers)
    }
}

/// How many titles of a segment come before this one.
fn number_before(titles: &BytesColumn, title: &[u8]) -> tantivy::Result<u64> {
    let mut low = 0;
    let mut high = titles.num_terms() as u64;
    let mut bytes = Vec::new();
    while low < high {
        let middle = low.midpoint(high);
        titles.ord_to_bytes(middle, &mut bytes)?;
        if bytes.as_slice() < title {
            low = middle + 1
        } else {
            high = middle
        }
    }
    Ok(low)
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

fn by_column(
    order: Order,
    reader: &SegmentReader,
    bits: &BitSet,
    best: &mut Best<'_>,
) -> tantivy::Result<()> {
    if order == Order::Title {
        let titles = reader.fast_fields().bytes(column::TITLE_KEY)?;
        for doc in members(bits) {
            let ord = titles
                .as_ref()
                .and_then(|titles| titles.term_ords(doc).next());
            best.offer(u64::MAX - ord.unwrap_or(u64::MAX), doc);
        }
        return Ok(());
    }
    let days: Column<i64> = reader.fast_fields().i64(column::SORT_DAY)?;
    for doc in members(bits) {
        let day = tantivy::i64_to_u64(days.first(doc).unwrap_or(i64::MIN));
        best.offer(
            if order == Order::Oldest {
                u64::MAX - day
            } else {
                day
            },
            doc,
        );
    }
    Ok(())
}

fn placed(
    order: Order,
    key: u64,
    id: u128,
    titles: Option<&BytesColumn>,
) -> tantivy::Result<Placed> {
    let mut bytes = key.to_be_bytes().to_vec();
    if order == Order::Title {
        bytes.clear();
        if let Some(titles) = titles.filter(|_| key != 0) {
            titles.ord_to_bytes(u64::MAX - key, &mut bytes)?;
            // Inverted and ended, so that the first title has the greatest key.
            bytes.iter_mut().for_each(|byte| *byte = !*byte);
            bytes.push(u8::MAX);
        }
    }
    let score = if order == Order::Relevance {
        from_sortable(key)
    } else {
        0.0
    };
    Ok(Placed {
        id: AssetId::from_bytes(id.to_be_bytes()),
        place: Place { key: bytes, id },
        score,
    })
}

/// Positive floats compare as their bits do; the last six bits are noise of summation.
fn sortable(score: f32) -> u64 {
    u64::from(score.max(0.0).to_bits()) / STEP * STEP
}

/// Smallest difference between keys of scores.
const STEP: u64 = 64;
/// How far the key of a sum can lie from that of the same terms summed in another order.
const NOISE: u64 = 16 * STEP;

fn from_sortable(key: u64) -> f32 {
    f32::from_bits(u32::try_from(key).unwrap_or(0))
}

/// The documents of a bit set, ascending.
fn members(bits: &BitSet) -> impl Iterator<Item = DocId> + '_ {
    let mut bucket = bits.first_non_empty_bucket(0);
    let mut set = bucket.map(|at| bits.tinyset(at));
    std::iter::from_fn(move || {
        loop {
            let at = bucket?;
            if let Some(low) = set.as_mut()?.pop_lowest() {
                return Some(at * 64 + low);
            }
            bucket = bits.first_non_empty_bucket(at + 1);
            set = bucket.map(|at| bits.tinyset(at));
        }
    })
}
