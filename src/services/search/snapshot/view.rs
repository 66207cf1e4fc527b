//! A searcher together with the caller and the caches of its segments.

use std::sync::Arc;

use tantivy::{Searcher, SegmentReader};

use super::doc_sets::{DocSet, DocSetKey, SegmentDocSets};
use super::facet_tags::SegmentTags;
use super::hit_columns::HitColumns;
use super::segment_caches::SegmentCaches;
use super::viewer::Viewer;
use super::visibility::visible_docs;
use super::word_filter::WordFilter;
use crate::services::search::index::schema::{Fields, column};

/// One commit of the index as one caller sees it.
#[derive(Clone, Copy)]
pub(crate) struct IndexView<'a> {
    /// The searcher over the commit.
    pub(crate) searcher: &'a Searcher,
    /// The fields of the index.
    pub(crate) fields: &'a Fields,
    /// The caches of its segments.
    pub(crate) caches: &'a SegmentCaches,
    /// The caller, after [`Viewer::at_last_of`].
    pub(crate) viewer: &'a Viewer,
}

impl<'a> IndexView<'a> {
    /// The document sets of a segment.
    pub(crate) fn doc_sets(&self, reader: &'a SegmentReader) -> SegmentDocSets<'a> {
        SegmentDocSets {
            reader,
            cache: &self.caches.doc_sets,
        }
    }

    /// The documents of a segment that the caller may see, without deleted ones.
    pub(crate) fn visible(&self, reader: &'a SegmentReader) -> tantivy::Result<Arc<DocSet>> {
        let key = DocSetKey::Visible(self.viewer.clone(), reader.num_deleted_docs());
        let compute = || visible_docs(&self.doc_sets(reader), self.viewer, self.fields.tags);
        let cache = &self.caches.doc_sets;
        cache.get_or_compute(reader.segment_id(), key, compute)
    }

    /// The facet values of a segment.
    pub(crate) fn tags(&self, reader: &SegmentReader) -> tantivy::Result<Arc<SegmentTags>> {
        self.caches.tags.get_or_compute(reader, SegmentTags::read)
    }

    /// The columns of a segment that are read for every hit.
    pub(crate) fn columns(&self, reader: &SegmentReader) -> tantivy::Result<Arc<HitColumns>> {
        self.caches.columns.get_or_compute(reader, HitColumns::open)
    }

    /// The filter of the folded words of a segment.
    pub(crate) fn words(&self, reader: &SegmentReader) -> tantivy::Result<Arc<WordFilter>> {
        let read = |reader: &SegmentReader| WordFilter::read(reader, self.fields.all_folded);
        self.caches.words.get_or_compute(reader, read)
    }
}

/// The moments at which an embargo or a consent in this commit ends, ascending.
pub(crate) fn visibility_changes(searcher: &Searcher) -> tantivy::Result<Vec<i64>> {
    let mut moments = Vec::new();
    for reader in searcher.segment_readers() {
        for name in [column::EMBARGO, column::CONSENT_END] {
            if let Some(column) = reader.fast_fields().column_opt::<i64>(name)? {
                moments.extend(column.values.iter());
            }
        }
    }
    moments.sort_unstable();
    moments.dedup();
    Ok(moments)
}
