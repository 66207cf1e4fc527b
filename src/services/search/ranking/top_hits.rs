//! The best documents of a segment, by key and id.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

use crate::domain::asset::AssetId;
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::index::schema::column;

/// What a segment tells of each of its works: opening the columns anew for each question would
/// cost more than reading them.
#[derive(Debug)]
pub(crate) struct Columns {
    id_high: Column<u64>,
    id_low: Column<u64>,
    sketch_high: Column<u64>,
    sketch_low: Column<u64>,
}

impl Columns {
    /// Opens them.
    pub(crate) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            id_high: fast.u64(column::ID_HIGH)?,
            id_low: fast.u64(column::ID_LOW)?,
            sketch_high: fast.u64(column::SKETCH_HIGH)?,
            sketch_low: fast.u64(column::SKETCH_LOW)?,
        })
    }

    /// The id of a work.
    pub(crate) fn id(&self, doc: DocId) -> AssetId {
        AssetId::from_bytes(self.number(doc).to_be_bytes())
    }

    /// The id as a number, by which works are ordered.
    fn number(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or(0));
        (half(&self.id_high) << 64) | half(&self.id_low)
    }

    /// The sketch of its text, if it has one.
    pub(crate) fn sketch(&self, doc: DocId) -> Option<ShortSketch> {
        let halves = self.sketch_high.first(doc).zip(self.sketch_low.first(doc));
        halves.map(|(high, low)| ShortSketch::from_halves(high, low))
    }
}

/// The best of a segment so far, after the place where the last page ended.
pub(crate) struct Best<'a> {
    limit: usize,
    columns: &'a Columns,
    after: Option<(u64, u128)>,
    /// Lower keys are of no interest even when there is room.
    demanded: u64,
    heap: BinaryHeap<Reverse<(u64, u128, DocId)>>,
}

impl<'a> Best<'a> {
    pub(crate) fn new(limit: usize, columns: &'a Columns, after: Option<(u64, u128)>) -> Self {
        Self {
            limit,
            columns,
            after,
            demanded: 0,
            heap: BinaryHeap::with_capacity(limit.min(1024) + 1),
        }
    }

    /// The same page with nothing on it yet.
    pub(crate) fn empty(&self) -> Self {
        Self::new(self.limit, self.columns, self.after)
    }

    /// Wants no key lower than this: so many others are known to have it.
    pub(crate) fn demand(&mut self, key: u64) {
        self.demanded = self.demanded.max(key);
    }

    /// Whether a document whose key is this one, give or take some noise, can be on the page.
    pub(crate) fn is_within_reach(&self, key: u64, noise: u64) -> bool {
        self.after
            .is_none_or(|(after, _)| key <= after.saturating_add(noise))
            && self.threshold().is_none_or(|least| key + noise >= least)
    }

    pub(crate) fn offer(&mut self, key: u64, doc: DocId) {
        let is_before = self.after.is_some_and(|(after, _)| key > after);
        let is_low = self.threshold().is_some_and(|least| key < least);
        if is_before || is_low {
            return;
        }
        let id = self.columns.number(doc);
        if self.after.is_some_and(|after| (key, id) >= after) {
            return;
        }
        self.heap.push(Reverse((key, id, doc)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    /// The least key of interest: that of the worst on a full page, or the one demanded.
    pub(crate) fn threshold(&self) -> Option<u64> {
        let is_full = self.heap.len() == self.limit;
        let worst = self.heap.peek().filter(|_| is_full);
        let least = worst.map_or(0, |Reverse((key, ..))| *key);
        Some(least.max(self.demanded)).filter(|key| *key > 0)
    }

    /// Key, id and document of each, best first.
    pub(crate) fn into_sorted(self) -> impl Iterator<Item = (u64, u128, DocId)> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|Reverse(place)| place)
    }
}
