//! What is derived from a segment and kept while the segment lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::SegmentReader;
use tantivy::index::SegmentId;

use super::doc_sets::DocSetCache;
use super::facet_tags::SegmentTags;
use super::hit_columns::HitColumns;
use super::word_filter::WordFilter;

/// The caches of all live segments.
#[derive(Debug)]
pub(crate) struct SegmentCaches {
    pub(crate) doc_sets: DocSetCache,
    pub(crate) tags: PerSegmentCache<SegmentTags>,
    pub(crate) words: PerSegmentCache<WordFilter>,
    pub(crate) columns: PerSegmentCache<HitColumns>,
}

impl SegmentCaches {
    /// Empty caches; the document sets may take `max_doc_set_bytes`.
    pub(crate) fn new(max_doc_set_bytes: usize) -> Self {
        Self {
            doc_sets: DocSetCache::new(max_doc_set_bytes),
            tags: PerSegmentCache::default(),
            words: PerSegmentCache::default(),
            columns: PerSegmentCache::default(),
        }
    }

    /// Drops the entries of segments that are not among `live`.
    pub(crate) fn retain_segments(&self, live: &[SegmentId]) {
        self.doc_sets.retain_segments(live);
        self.tags.retain_segments(live);
        self.words.retain_segments(live);
        self.columns.retain_segments(live);
    }
}

/// One value for each live segment, computed at its first use.
#[derive(Debug)]
pub(crate) struct PerSegmentCache<T> {
    values: Mutex<HashMap<SegmentId, Arc<T>>>,
}

impl<T> Default for PerSegmentCache<T> {
    fn default() -> Self {
        Self {
            values: Mutex::default(),
        }
    }
}

impl<T> PerSegmentCache<T> {
    /// The value of a segment.
    pub(crate) fn get_or_compute(
        &self,
        reader: &SegmentReader,
        compute: impl FnOnce(&SegmentReader) -> tantivy::Result<T>,
    ) -> tantivy::Result<Arc<T>> {
        if let Some(value) = self.lock().get(&reader.segment_id()) {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(compute(reader)?);
        self.lock().insert(reader.segment_id(), Arc::clone(&value));
        Ok(value)
    }

    fn retain_segments(&self, live: &[SegmentId]) {
        self.lock().retain(|id, _| live.contains(id));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SegmentId, Arc<T>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
