//! Keeps the best hits of a segment, by key and id.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::DocId;

use crate::services::search::snapshot::hit_columns::HitColumns;

/// A bounded heap of the best hits of a segment after a position.
pub(crate) struct TopHits<'a> {
    limit: usize,
    columns: &'a HitColumns,
    after: Option<(u64, u128)>,
    /// Hits with a lower key are rejected even when the heap is not full.
    min_key: u64,
    heap: BinaryHeap<Reverse<(u64, u128, DocId)>>,
}

impl<'a> TopHits<'a> {
    /// An empty heap for `limit` hits after the position `after`.
    pub(crate) fn new(limit: usize, columns: &'a HitColumns, after: Option<(u64, u128)>) -> Self {
        Self {
            limit,
            columns,
            after,
            min_key: 0,
            heap: BinaryHeap::with_capacity(limit.min(1024) + 1),
        }
    }

    /// An empty heap with the same limit and position.
    pub(crate) fn empty(&self) -> Self {
        Self::new(self.limit, self.columns, self.after)
    }

    /// Rejects hits with a key below this one: the caller knows enough hits with this key.
    pub(crate) fn raise_threshold(&mut self, key: u64) {
        self.min_key = self.min_key.max(key);
    }

    /// Whether a document whose key differs from `key` by at most `noise` can be on the page.
    pub(crate) fn can_accept(&self, key: u64, noise: u64) -> bool {
        self.after
            .is_none_or(|(after, _)| key <= after.saturating_add(noise))
            && self.threshold().is_none_or(|least| key + noise >= least)
    }

    /// Adds a document if it is among the best.
    pub(crate) fn push(&mut self, key: u64, doc: DocId) {
        let is_before = self.after.is_some_and(|(after, _)| key > after);
        let is_low = self.threshold().is_some_and(|least| key < least);
        if is_before || is_low {
            return;
        }
        let id = self.columns.id_number(doc);
        if self.after.is_some_and(|after| (key, id) >= after) {
            return;
        }
        self.heap.push(Reverse((key, id, doc)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    /// The lowest accepted key: that of the worst hit of a full heap, or the minimum; none when every
    /// key is accepted.
    pub(crate) fn threshold(&self) -> Option<u64> {
        let is_full = self.heap.len() == self.limit;
        let worst = self.heap.peek().filter(|_| is_full);
        let least = worst.map_or(0, |Reverse((key, ..))| *key);
        Some(least.max(self.min_key)).filter(|key| *key > 0)
    }

    /// Key, id and document of each hit, best first.
    pub(crate) fn into_sorted(self) -> impl Iterator<Item = (u64, u128, DocId)> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|Reverse(hit)| hit)
    }
}
