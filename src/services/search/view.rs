//! A snapshot of the index as one caller sees it, and what is kept of its segments between
//! questions.
//!
//! A segment never changes, so whatever was made of one stays true as long as it lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};

use super::best::Columns;
use super::document::circle_number;
use super::facets::SegmentTags;
use super::filters::Facet;
use super::query::known_words::KnownWords;
use super::schema::{Fields, column};
use super::sets::{Docs, SegmentSets, SetCache, SetName};
use super::sieve::visible;
use crate::domain::Timestamp;
use crate::domain::access::policy::audience_level_of;
use crate::domain::access::{Actor, Permission};

/// Who asks, as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Viewer {
    pub(super) circle: u64,
    /// Tag of the organisation whose works are seen in every state.
    pub(super) own: Option<String>,
    pub(super) now_ms: i64,
}

impl Viewer {
    /// What the policy says about an actor at this moment.
    pub(crate) fn new(actor: &Actor, now: Timestamp) -> Self {
        let own = actor
            .organisation()
            .filter(|_| actor.may(Permission::Deposit));
        Self {
            circle: circle_number(audience_level_of(actor)),
            own: own.map(|slug| Facet::Organisation.tag(slug.as_str())),
            now_ms: now.as_millis(),
        }
    }

    /// The same viewer at the last of these moments that has passed (sorted, ascending): who
    /// sees what changes at these moments only.
    pub(crate) fn at_last_of(&self, moments: &[i64]) -> Self {
        let passed = moments.partition_point(|moment| *moment <= self.now_ms);
        let now_ms = passed.checked_sub(1).map_or(i64::MIN, |last| moments[last]);
        Self {
            now_ms,
            ..self.clone()
        }
    }
}

/// What is used again while segments live.
#[derive(Debug)]
pub(crate) struct Kept {
    sets: SetCache,
    tags: PerSegment<SegmentTags>,
    words: PerSegment<KnownWords>,
    columns: PerSegment<Columns>,
}

impl Kept {
    /// With so many bytes for sets of documents.
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self {
            sets: SetCache::new(most_bytes),
            tags: PerSegment::default(),
            words: PerSegment::default(),
            columns: PerSegment::default(),
        }
    }

    /// Forgets segments that are gone.
    pub(crate) fn keep_only(&self, live: &[SegmentId]) {
        self.sets.keep_only(live);
        self.tags.keep_only(live);
        self.words.keep_only(live);
        self.columns.keep_only(live);
    }
}

/// A snapshot as one caller sees it.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// The snapshot.
    pub(crate) searcher: &'a Searcher,
    /// Its fields.
    pub(crate) fields: &'a Fields,
    /// What is kept of its segments.
    pub(crate) kept: &'a Kept,
    /// Who asks, at the last moment that made a difference; see [`Viewer::at_last_of`].
    pub(crate) viewer: &'a Viewer,
}

impl<'a> View<'a> {
    /// The sets of a segment.
    pub(super) fn sets(&self, reader: &'a SegmentReader) -> SegmentSets<'a> {
        SegmentSets {
            reader,
            cache: &self.kept.sets,
        }
    }

    /// The documents of a segment that the caller may see, deleted ones left out.
    pub(super) fn visible(&self, reader: &'a SegmentReader) -> tantivy::Result<Arc<Docs>> {
        let name = SetName::Visible(self.viewer.clone(), reader.num_deleted_docs());
        let make = || visible(&self.sets(reader), self.viewer, self.fields.tags);
        self.kept.sets.get_or_make(reader.segment_id(), name, make)
    }

    /// The tags of a segment.
    pub(super) fn tags(&self, reader: &SegmentReader) -> tantivy::Result<Arc<SegmentTags>> {
        self.kept.tags.of(reader, SegmentTags::read)
    }

    /// The columns of a segment.
    pub(super) fn columns(&self, reader: &SegmentReader) -> tantivy::Result<Arc<Columns>> {
        self.kept.columns.of(reader, Columns::open)
    }

    /// The words a segment may have.
    pub(super) fn words(&self, reader: &SegmentReader) -> tantivy::Result<Arc<KnownWords>> {
        let read = |reader: &SegmentReader| KnownWords::read(reader, self.fields.all_folded);
        self.kept.words.of(reader, read)
    }
}

/// Something made of each live segment when it is first asked for.
#[derive(Debug)]
struct PerSegment<T> {
    made: Mutex<HashMap<SegmentId, Arc<T>>>,
}

impl<T> Default for PerSegment<T> {
    fn default() -> Self {
        Self {
            made: Mutex::default(),
        }
    }
}

impl<T> PerSegment<T> {
    fn of(
        &self,
        reader: &SegmentReader,
        make: impl FnOnce(&SegmentReader) -> tantivy::Result<T>,
    ) -> tantivy::Result<Arc<T>> {
        if let Some(known) = self.lock().get(&reader.segment_id()) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(make(reader)?);
        self.lock().insert(reader.segment_id(), Arc::clone(&made));
        Ok(made)
    }

    fn keep_only(&self, live: &[SegmentId]) {
        self.lock().retain(|id, _| live.contains(id));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SegmentId, Arc<T>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The moments at which an embargo of this snapshot ends, ascending.
pub(crate) fn embargo_ends(searcher: &Searcher) -> tantivy::Result<Vec<i64>> {
    let mut ends = Vec::new();
    for reader in searcher.segment_readers() {
        if let Some(column) = reader.fast_fields().column_opt::<i64>(column::EMBARGO)? {
            ends.extend(column.values.iter());
        }
    }
    ends.sort_unstable();
    ends.dedup();
    Ok(ends)
}
