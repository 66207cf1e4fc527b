//! In which order matches come, and which of them stand on the page.
//!
//! Relevance is the weighted sum of the BM25 scores of all terms; [`super::scoring`] finds the best
//! without scoring them all. The score that counts is summed term by term in one order: sums of
//! floats depend on it, and a work whose score changed from page to page would be told twice or
//! never. Scores lose their last bits before they are compared; ids decide between equals.

use std::time::Instant;

use tantivy::SegmentReader;
use tantivy::columnar::{BytesColumn, Column};

use super::scoring::Scoring;
use super::scoring::from_sortable;
use super::top_hits::Best;
use crate::domain::asset::AssetId;
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::index::schema::column;
use crate::services::search::matching::matcher::Matches;
use crate::services::search::query::plan::Plan;
use crate::services::search::snapshot::doc_sets::Docs;
use crate::services::search::snapshot::term_stats::Lexicon;

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
    /// Last published or changed first.
    Changed,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 5] = [
        Self::Relevance,
        Self::Newest,
        Self::Oldest,
        Self::Title,
        Self::Changed,
    ];
    /// Every order with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("relevance", Self::Relevance),
        ("newest", Self::Newest),
        ("oldest", Self::Oldest),
        ("title", Self::Title),
        ("changed", Self::Changed),
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
    /// By which near-duplicates of its text are told.
    pub(crate) sketch: Option<ShortSketch>,
}

/// The matches of a segment.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    /// Its place among the segments of the snapshot.
    pub(crate) number: usize,
    pub(crate) reader: &'a SegmentReader,
    pub(crate) docs: &'a Docs,
    /// How many these are.
    pub(crate) count: u32,
}

/// What a page is taken from.
pub(crate) struct Ranking<'a> {
    pub(crate) lexicon: &'a Lexicon<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) matches: &'a Matches,
    pub(crate) limit: usize,
    pub(crate) after: Option<&'a Place>,
    pub(crate) deadline: Instant,
}

impl Ranking<'_> {
    /// The hits of the page, and whether there was time to look at all candidates.
    pub(crate) fn page(&self, order: Order) -> tantivy::Result<(Vec<Placed>, bool)> {
        let mut hits: Vec<Placed> = Vec::new();
        let mut is_partial = false;
        let scoring = if order == Order::Relevance && !self.plan.is_empty() {
            Some(Scoring::new(self.plan, self.lexicon, self.deadline)?)
        } else {
            None
        };
        for segment in self.segments() {
            let Segment { reader, docs, .. } = segment;
            let columns = self.lexicon.view().columns(reader)?;
            let mut best = Best::new(self.limit, &columns, self.segment_after(order, reader)?);
            match &scoring {
                Some(scoring) => {
                    if let Some(last) = hits.get(self.limit - 1) {
                        best.demand(score_key(&last.place));
                    }
                    is_partial |= scoring.offer(&segment, &mut best)?;
                }
                None => by_column(order, reader, docs, &mut best)?,
            }
            let titles = if order == Order::Title {
                reader.fast_fields().bytes(column::TITLE_KEY)?
            } else {
                None
            };
            for (key, id, doc) in best.into_sorted() {
                let mut hit = placed(order, key, id, titles.as_ref())?;
                hit.sketch = columns.sketch(doc);
                hits.push(hit);
            }
            hits.sort_unstable_by(|a, b| b.place.cmp(&a.place));
            hits.truncate(self.limit);
        }
        Ok((hits, is_partial))
    }

    /// The segments with matches; those with most come first, so that what is needed to reach the
    /// page is known early.
    fn segments(&self) -> Vec<Segment<'_>> {
        let readers = self.lexicon.view().searcher.segment_readers().iter();
        let all = readers.zip(&self.matches.segments).enumerate();
        let all = all.map(|(number, (reader, (docs, count)))| Segment {
            number,
            reader,
            docs,
            count: *count,
        });
        let mut segments: Vec<_> = all.filter(|segment| segment.count > 0).collect();
        segments.sort_by_key(|segment| std::cmp::Reverse(segment.count));
        segments
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
            return Ok(Some((score_key(after), after.id)));
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

/// The key of a place in any order but that of titles.
fn score_key(place: &Place) -> u64 {
    let bytes = place.key.as_slice().try_into();
    bytes.map_or(0, u64::from_be_bytes)
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

fn by_column(
    order: Order,
    reader: &SegmentReader,
    docs: &Docs,
    best: &mut Best<'_>,
) -> tantivy::Result<()> {
    if order == Order::Title {
        let titles = reader.fast_fields().bytes(column::TITLE_KEY)?;
        for doc in docs.ones().map(|doc| doc as u32) {
            let ord = titles
                .as_ref()
                .and_then(|titles| titles.term_ords(doc).next());
            best.offer(u64::MAX - ord.unwrap_or(u64::MAX), doc);
        }
        return Ok(());
    }
    let name = match order {
        Order::Changed => column::CHANGED,
        _ => column::SORT_DAY,
    };
    let times: Column<i64> = reader.fast_fields().i64(name)?;
    for doc in docs.ones().map(|doc| doc as u32) {
        let time = tantivy::i64_to_u64(times.first(doc).unwrap_or(i64::MIN));
        best.offer(
            if order == Order::Oldest {
                u64::MAX - time
            } else {
                time
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
        sketch: None,
    })
}
