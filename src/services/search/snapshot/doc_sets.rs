//! Sets of documents, one bit for each document of a segment.
//!
//! A Vietnamese syllable stands in a large share of all works, so what matches a question is the
//! intersection of large sets. As bits they are intersected, joined and counted a machine word at
//! a time, and the sets that are asked for again and again (frequent syllables, frequent tags,
//! what a circle of callers may see) are made once and kept while there is room. A segment never
//! changes, so a kept set is true as long as the segment lives; deletions are part of the name of
//! the sets they matter to.

use std::sync::{Arc, Mutex, PoisonError};

use fixedbitset::FixedBitSet;
use lru::LruCache;
use tantivy::index::SegmentId;
use tantivy::query::Weight;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, Term};

use super::view::Viewer;

/// Documents of a segment.
pub(crate) type Docs = FixedBitSet;

/// Sets of terms in less than one of so many documents are read from the index each time: that
/// is as fast.
const RARE: usize = 64;

/// What a kept set holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum SetName {
    /// Documents with a term, deleted ones too.
    Term(Field, String),
    /// Documents a caller may see, so many of the segment being deleted.
    Visible(Viewer, u32),
}

/// The kept sets of all segments.
#[derive(Debug)]
pub(crate) struct SetCache {
    kept: Mutex<Kept>,
    most_bytes: usize,
}

#[derive(Debug)]
struct Kept {
    sets: LruCache<(SegmentId, SetName), Arc<Docs>>,
    bytes: usize,
}

impl SetCache {
    /// Keeps sets of so many bytes at most, those asked for last.
    pub(crate) fn new(most_bytes: usize) -> Self {
        let kept = Kept {
            sets: LruCache::unbounded(),
            bytes: 0,
        };
        Self {
            kept: Mutex::new(kept),
            most_bytes,
        }
    }

    /// A set, made now if it is not kept.
    pub(crate) fn get_or_make(
        &self,
        segment: SegmentId,
        name: SetName,
        make: impl FnOnce() -> tantivy::Result<Docs>,
    ) -> tantivy::Result<Arc<Docs>> {
        let key = (segment, name);
        if let Some(set) = self.get(&key) {
            return Ok(set);
        }
        // Made without the lock: another search may make the same set meanwhile, to no harm.
        let set = Arc::new(make()?);
        self.keep(key, &set);
        Ok(set)
    }

    fn get(&self, key: &(SegmentId, SetName)) -> Option<Arc<Docs>> {
        self.lock().sets.get(key).cloned()
    }

    fn keep(&self, key: (SegmentId, SetName), set: &Arc<Docs>) {
        self.lock().keep(key, Arc::clone(set), self.most_bytes);
    }

    /// Forgets segments that are gone.
    pub(crate) fn keep_only(&self, live: &[SegmentId]) {
        let mut kept = self.lock();
        let gone: Vec<_> = kept
            .sets
            .iter()
            .filter(|((segment, _), _)| !live.contains(segment))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            kept.drop_set(&key);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn keep(&mut self, key: (SegmentId, SetName), set: Arc<Docs>, most_bytes: usize) {
        self.bytes += bytes(&set);
        if let Some((_, replaced)) = self.sets.push(key, set) {
            self.bytes -= bytes(&replaced);
        }
        while self.bytes > most_bytes
            && let Some((_, oldest)) = self.sets.pop_lru()
        {
            self.bytes -= bytes(&oldest);
        }
    }

    fn drop_set(&mut self, key: &(SegmentId, SetName)) {
        if let Some(set) = self.sets.pop(key) {
            self.bytes -= bytes(&set);
        }
    }
}

fn bytes(set: &Docs) -> usize {
    set.len() / 8
}

/// The sets of one segment.
#[derive(Clone, Copy)]
pub(crate) struct SegmentSets<'a> {
    pub(crate) reader: &'a SegmentReader,
    pub(crate) cache: &'a SetCache,
}

impl SegmentSets<'_> {
    /// No document.
    pub(crate) fn none(&self) -> Docs {
        Docs::with_capacity(self.reader.max_doc() as usize)
    }

    /// The documents with a term, deleted ones too; kept when they are many.
    pub(crate) fn with_term(&self, field: Field, text: &str) -> tantivy::Result<Arc<Docs>> {
        let name = SetName::Term(field, text.to_owned());
        let key = (self.reader.segment_id(), name);
        if let Some(set) = self.cache.get(&key) {
            return Ok(set);
        }
        let set = Arc::new(self.with_any([Term::from_field_text(field, text)])?);
        if set.count_ones(..).saturating_mul(RARE) >= set.len() {
            self.cache.keep(key, &set);
        }
        Ok(set)
    }

    /// The documents with any of these terms, read from the index, deleted ones too.
    pub(crate) fn with_any(&self, terms: impl IntoIterator<Item = Term>) -> tantivy::Result<Docs> {
        let mut docs = self.none();
        for term in terms {
            self.add_term(&term, &mut docs)?;
        }
        Ok(docs)
    }

    fn add_term(&self, term: &Term, docs: &mut Docs) -> tantivy::Result<()> {
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

    /// The documents that a query matches, deleted ones too.
    pub(crate) fn matching(&self, query: &dyn Weight) -> tantivy::Result<Docs> {
        let mut docs = self.none();
        query.for_each_no_score(self.reader, &mut |found| {
            for doc in found {
                docs.insert(*doc as usize);
            }
        })?;
        Ok(docs)
    }
}
