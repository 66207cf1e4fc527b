//! Sets of documents, as bit sets with one bit for each document of a segment.
//!
//! A Vietnamese syllable occurs in a large share of all works, so the matches of a query are the
//! intersection of large sets. Bit sets are intersected, united and counted a machine word at a
//! time. Sets that many queries use (frequent syllables, frequent tags, the documents visible to a
//! viewer) are kept in an LRU cache. A segment never changes, so a cached set stays valid while its
//! segment lives; where deletions matter, their number is part of the key.

use std::sync::{Arc, Mutex, PoisonError};

use fixedbitset::FixedBitSet;
use lru::LruCache;
use tantivy::index::SegmentId;
use tantivy::query::Weight;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, Term};

use super::viewer::Viewer;

/// Documents of a segment.
pub(crate) type DocSet = FixedBitSet;

/// The set of a term is cached when at least one in this many documents contains it. Reading the
/// posting list of a rarer term is as fast.
const MIN_CACHED_FREQUENCY: usize = 64;

/// Identifies a cached set within a segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum DocSetKey {
    /// Documents with a term, including deleted ones.
    Term(Field, String),
    /// Documents visible to a viewer, at this number of deleted documents.
    Visible(Viewer, u32),
}

/// The cached sets of all segments.
#[derive(Debug)]
pub(crate) struct DocSetCache {
    cached: Mutex<CachedSets>,
    max_bytes: usize,
}

#[derive(Debug)]
struct CachedSets {
    sets: LruCache<(SegmentId, DocSetKey), Arc<DocSet>>,
    bytes: usize,
}

impl DocSetCache {
    /// An empty cache. Beyond `max_bytes` the least recently used sets are dropped.
    pub(crate) fn new(max_bytes: usize) -> Self {
        let cached = CachedSets {
            sets: LruCache::unbounded(),
            bytes: 0,
        };
        Self {
            cached: Mutex::new(cached),
            max_bytes,
        }
    }

    /// The cached set, or the computed one, which is cached.
    pub(crate) fn get_or_compute(
        &self,
        segment: SegmentId,
        key: DocSetKey,
        compute: impl FnOnce() -> tantivy::Result<DocSet>,
    ) -> tantivy::Result<Arc<DocSet>> {
        let key = (segment, key);
        if let Some(set) = self.get(&key) {
            return Ok(set);
        }
        // Computed without the lock; two searches may compute the same set, which is harmless.
        let set = Arc::new(compute()?);
        self.insert(key, &set);
        Ok(set)
    }

    fn get(&self, key: &(SegmentId, DocSetKey)) -> Option<Arc<DocSet>> {
        self.lock().sets.get(key).cloned()
    }

    fn insert(&self, key: (SegmentId, DocSetKey), set: &Arc<DocSet>) {
        self.lock().insert(key, Arc::clone(set), self.max_bytes);
    }

    /// Drops the sets of segments that are not among `live`.
    pub(crate) fn retain_segments(&self, live: &[SegmentId]) {
        let mut cached = self.lock();
        let gone: Vec<_> = cached
            .sets
            .iter()
            .filter(|((segment, _), _)| !live.contains(segment))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            cached.remove(&key);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, CachedSets> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedSets {
    fn insert(&mut self, key: (SegmentId, DocSetKey), set: Arc<DocSet>, max_bytes: usize) {
        self.bytes += size_bytes(&set);
        if let Some((_, replaced)) = self.sets.push(key, set) {
            self.bytes -= size_bytes(&replaced);
        }
        while self.bytes > max_bytes
            && let Some((_, oldest)) = self.sets.pop_lru()
        {
            self.bytes -= size_bytes(&oldest);
        }
    }

    fn remove(&mut self, key: &(SegmentId, DocSetKey)) {
        if let Some(set) = self.sets.pop(key) {
            self.bytes -= size_bytes(&set);
        }
    }
}

fn size_bytes(set: &DocSet) -> usize {
    set.len() / 8
}

/// The document sets of one segment.
#[derive(Clone, Copy)]
pub(crate) struct SegmentDocSets<'a> {
    pub(crate) reader: &'a SegmentReader,
    pub(crate) cache: &'a DocSetCache,
}

impl SegmentDocSets<'_> {
    /// The empty set.
    pub(crate) fn empty(&self) -> DocSet {
        DocSet::with_capacity(self.reader.max_doc() as usize)
    }

    /// The documents with a term, including deleted ones; cached for frequent terms.
    pub(crate) fn with_term(&self, field: Field, text: &str) -> tantivy::Result<Arc<DocSet>> {
        let key = DocSetKey::Term(field, text.to_owned());
        let key = (self.reader.segment_id(), key);
        if let Some(set) = self.cache.get(&key) {
            return Ok(set);
        }
        let set = Arc::new(self.with_any([Term::from_field_text(field, text)])?);
        if set.count_ones(..).saturating_mul(MIN_CACHED_FREQUENCY) >= set.len() {
            self.cache.insert(key, &set);
        }
        Ok(set)
    }

    /// The documents with any of these terms, including deleted ones; read from the posting lists.
    pub(crate) fn with_any(
        &self,
        terms: impl IntoIterator<Item = Term>,
    ) -> tantivy::Result<DocSet> {
        let mut docs = self.empty();
        for term in terms {
            self.add_term(&term, &mut docs)?;
        }
        Ok(docs)
    }

    fn add_term(&self, term: &Term, docs: &mut DocSet) -> tantivy::Result<()> {
        let index = self.reader.inverted_index(term.field())?;
        let Some(mut blocks) = index.read_block_postings(term, IndexRecordOption::Basic)? else {
            return Ok(());
        };
        while !blocks.docs().is_empty() {
            for doc in blocks.docs() {
                docs.insert(*doc as usize);
            }
            blocks.advance();
        }
        Ok(())
    }

    /// The documents that match a tantivy query, including deleted ones.
    pub(crate) fn matching(&self, query: &dyn Weight) -> tantivy::Result<DocSet> {
        let mut docs = self.empty();
        query.for_each_no_score(self.reader, &mut |matches| {
            for doc in matches {
                docs.insert(*doc as usize);
            }
        })?;
        Ok(docs)
    }
}
