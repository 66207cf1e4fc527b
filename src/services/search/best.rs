//! The best documents of a segment, by key and id.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

use super::schema::column;
use crate::domain::asset::AssetId;

/// The id of one document.
pub(crate) fn id_of(reader: &SegmentReader, doc: DocId) -> tantivy::Result<AssetId> {
    Ok(AssetId::from_bytes(Ids::of(reader)?.id(doc).to_be_bytes()))
}

/// Ids of the works of a segment.
pub(super) struct Ids {
    high: Column<u64>,
    low: Column<u64>,
}

impl Ids {
    pub(super) fn of(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            high: fast.u64(column::ID_HIGH)?,
            low: fast.u64(column::ID_LOW)?,
        })
    }

    fn id(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or(0));
        (half(&self.high) << 64) | half(&self.low)
    }
}

/// The best of a segment so far, after the place where the last page ended.
pub(super) struct Best<'a> {
    limit: usize,
    ids: &'a Ids,
    after: Option<(u64, u128)>,
    /// Lower keys are of no interest even when there is room.
    demanded: u64,
    heap: BinaryHeap<Reverse<(u64, u128, DocId)>>,
}

impl<'a> Best<'a> {
    pub(super) fn new(limit: usize, ids: &'a Ids, after: Option<(u64, u128)>) -> Self {
        Self {
            limit,
            ids,
            after,
            demanded: 0,
            heap: BinaryHeap::with_capacity(limit.min(1024) + 1),
        }
    }

    /// The same page with nothing on it yet.
    pub(super) fn empty(&self) -> Self {
        Self::new(self.limit, self.ids, self.after)
    }

    /// Wants no key lower than this: so many others are known to have it.
    pub(super) fn demand(&mut self, key: u64) {
        self.demanded = self.demanded.max(key);
    }

    /// Whether a document whose key is this one, give or take some noise, can be on the page.
    pub(super) fn is_within_reach(&self, key: u64, noise: u64) -> bool {
        self.after
            .is_none_or(|(after, _)| key <= after.saturating_add(noise))
            && self.threshold().is_none_or(|least| key + noise >= least)
    }

    pub(super) fn offer(&mut self, key: u64, doc: DocId) {
        let is_before = self.after.is_some_and(|(after, _)| key > after);
        let is_low = self.threshold().is_some_and(|least| key < least);
        if is_before || is_low {
            return;
        }
        let id = self.ids.id(doc);
        if self.after.is_some_and(|after| (key, id) >= after) {
            return;
        }
        self.heap.push(Reverse((key, id, doc)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    /// The least key of interest: that of the worst on a full page, or the one demanded.
    pub(super) fn threshold(&self) -> Option<u64> {
        let is_full = self.heap.len() == self.limit;
        let worst = self.heap.peek().filter(|_| is_full);
        let least = worst.map_or(0, |Reverse((key, ..))| *key);
        Some(least.max(self.demanded)).filter(|key| *key > 0)
    }

    /// Key, id and document of each, best first.
    pub(super) fn into_sorted(self) -> impl Iterator<Item = (u64, u128, DocId)> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|Reverse(place)| place)
    }
}
