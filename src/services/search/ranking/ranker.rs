//! Selects one page of the matches in an order.
//!
//! Relevance is the weighted sum of the BM25 scores of all terms; [`super::scoring`] finds the best
//! documents without scoring all of them. Final scores are summed term by term in one order, because
//! sums of floats depend on it: a work whose score differed between pages could be returned twice or
//! never. Scores are rounded before they are compared, and ids break ties.

use std::time::Instant;

use tantivy::SegmentReader;
use tantivy::columnar::{BytesColumn, Column};

use super::order::{Order, RankedHit, SortPosition};
use super::scoring::{Scoring, from_sortable};
use super::top_hits::TopHits;
use crate::domain::asset::AssetId;
use crate::services::search::index::schema::column;
use crate::services::search::matching::matches::{Matches, SegmentMatches};
use crate::services::search::query::plan::QueryPlan;
use crate::services::search::snapshot::doc_sets::DocSet;
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// Selects pages from the matches of a plan.
pub(crate) struct Ranker<'a> {
    pub(crate) dictionary: &'a TermDictionary<'a>,
    pub(crate) plan: &'a QueryPlan,
    pub(crate) matches: &'a Matches,
    /// Hits on the page.
    pub(crate) limit: usize,
    /// Only hits after this position.
    pub(crate) after: Option<&'a SortPosition>,
    pub(crate) deadline: Instant,
}

impl Ranker<'_> {
    /// The hits of the page, and whether the deadline passed before all candidates were scored.
    pub(crate) fn page(&self, order: Order) -> tantivy::Result<(Vec<RankedHit>, bool)> {
        let mut hits: Vec<RankedHit> = Vec::new();
        let mut is_partial = false;
        let scoring = if order == Order::Relevance && !self.plan.is_empty() {
            Some(Scoring::new(self.plan, self.dictionary, self.deadline)?)
        } else {
            None
        };
        for segment in self.segments() {
            let SegmentMatches { reader, docs, .. } = segment;
            let columns = self.dictionary.view().columns(reader)?;
            let mut top = TopHits::new(self.limit, &columns, self.segment_after(order, reader)?);
            match &scoring {
                Some(scoring) => {
                    if let Some(last) = hits.get(self.limit - 1) {
                        top.raise_threshold(score_key(&last.position));
                    }
                    is_partial |= scoring.collect(&segment, &mut top)?;
                }
                None => collect_by_column(order, reader, docs, &mut top)?,
            }
            let titles = if order == Order::Title {
                reader.fast_fields().bytes(column::TITLE_KEY)?
            } else {
                None
            };
            for (key, id, doc) in top.into_sorted() {
                let mut hit = ranked_hit(order, key, id, titles.as_ref())?;
                hit.sketch = columns.sketch(doc);
                hits.push(hit);
            }
            hits.sort_unstable_by(|a, b| b.position.cmp(&a.position));
            hits.truncate(self.limit);
        }
        Ok((hits, is_partial))
    }

    /// The segments with matches, those with most matches first, so that the threshold for the page
    /// rises early.
    fn segments(&self) -> Vec<SegmentMatches<'_>> {
        let readers = self.dictionary.view().searcher.segment_readers().iter();
        let all = readers.zip(&self.matches.segments).enumerate();
        let all = all.map(|(ordinal, (reader, (docs, count)))| SegmentMatches {
            ordinal,
            reader,
            docs,
            count: *count,
        });
        let mut segments: Vec<_> = all.filter(|segment| segment.count > 0).collect();
        segments.sort_by_key(|segment| std::cmp::Reverse(segment.count));
        segments
    }

    /// The position after which hits of this segment are on the page, with the key as the segment
    /// orders it: titles are compared by their ordinal in the segment.
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
            None => titles_before(&titles, &title)?,
        };
        // Titles from `ord` on come after the position, whatever their ids; for the first title that is
        // the whole segment.
        Ok((u64::MAX - ord).checked_add(1).map(|key| (key, 0)))
    }
}

/// The numeric key of a position, in every order except by title.
fn score_key(position: &SortPosition) -> u64 {
    let bytes = position.key.as_slice().try_into();
    bytes.map_or(0, u64::from_be_bytes)
}

/// The number of titles in a segment that sort before this one.
fn titles_before(titles: &BytesColumn, title: &[u8]) -> tantivy::Result<u64> {
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

fn collect_by_column(
    order: Order,
    reader: &SegmentReader,
    docs: &DocSet,
    top: &mut TopHits<'_>,
) -> tantivy::Result<()> {
    if order == Order::Title {
        let titles = reader.fast_fields().bytes(column::TITLE_KEY)?;
        for doc in docs.ones().map(|doc| doc as u32) {
            let ord = titles
                .as_ref()
                .and_then(|titles| titles.term_ords(doc).next());
            top.push(u64::MAX - ord.unwrap_or(u64::MAX), doc);
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
        top.push(
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

fn ranked_hit(
    order: Order,
    key: u64,
    id: u128,
    titles: Option<&BytesColumn>,
) -> tantivy::Result<RankedHit> {
    let mut bytes = key.to_be_bytes().to_vec();
    if order == Order::Title {
        bytes.clear();
        if let Some(titles) = titles.filter(|_| key != 0) {
            titles.ord_to_bytes(u64::MAX - key, &mut bytes)?;
            // Inverted and terminated, so that the first title has the greatest key.
            bytes.iter_mut().for_each(|byte| *byte = !*byte);
            bytes.push(u8::MAX);
        }
    }
    let score = if order == Order::Relevance {
        from_sortable(key)
    } else {
        0.0
    };
    Ok(RankedHit {
        id: AssetId::from_bytes(id.to_be_bytes()),
        position: SortPosition { key: bytes, id },
        score,
        sketch: None,
    })
}
