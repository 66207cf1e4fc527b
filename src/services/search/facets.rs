//! Counting the values of found works.
//!
//! All values of a work stand in one column of tags, so counting is one read for each work. The
//! tags of a segment are spelled out once and kept while the segment lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentId;

use super::filters::Facet;
use super::schema::column;

/// Counts by facet and value.
pub(crate) type Counts = HashMap<(Facet, String), u64>;

/// The tags of one segment, by their number in its column.
#[derive(Debug, Default)]
pub(crate) struct TagNames(Vec<Option<(Facet, String)>>);

/// The tags of all live segments.
#[derive(Debug, Default)]
pub(crate) struct TagCache {
    segments: Mutex<HashMap<SegmentId, Arc<TagNames>>>,
}

impl TagCache {
    /// The tags of a segment, spelled out now if they were not yet.
    pub(crate) fn names(&self, reader: &SegmentReader) -> tantivy::Result<Arc<TagNames>> {
        let mut segments = self.segments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = segments.get(&reader.segment_id()) {
            return Ok(Arc::clone(names));
        }
        let names = Arc::new(TagNames::read(reader)?);
        segments.insert(reader.segment_id(), Arc::clone(&names));
        Ok(names)
    }

    /// Forgets segments that are gone.
    pub(crate) fn keep_only(&self, live: &[SegmentId]) {
        let mut segments = self.segments.lock().unwrap_or_else(PoisonError::into_inner);
        segments.retain(|id, _| live.contains(id));
    }
}

impl TagNames {
    fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let Some(column) = reader.fast_fields().str(column::TAGS)? else {
            return Ok(Self::default());
        };
        let mut names = Vec::with_capacity(column.num_terms());
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            let tag = std::str::from_utf8(terms.key())
                .ok()
                .and_then(|tag| tag.split_once(':'));
            names.push(
                tag.and_then(|(facet, value)| Some((Facet::from_name(facet)?, value.to_owned()))),
            );
        }
        Ok(Self(names))
    }
}

/// Counts the tags of one segment.
pub(crate) struct Tally {
    column: Option<StrColumn>,
    names: Arc<TagNames>,
    counts: Vec<u32>,
}

impl Tally {
    /// Starts at zero.
    pub(crate) fn new(reader: &SegmentReader, cache: &TagCache) -> tantivy::Result<Self> {
        let names = cache.names(reader)?;
        Ok(Self {
            column: reader.fast_fields().str(column::TAGS)?,
            counts: vec![0; names.0.len()],
            names,
        })
    }

    /// Counts every tag of a work.
    pub(crate) fn count(&mut self, doc: u32) {
        let Some(column) = &self.column else { return };
        for tag in column.ords().values_for_doc(doc) {
            if let Some(count) = self.counts.get_mut(tag as usize) {
                *count += 1;
            }
        }
    }

    /// Counts only the tags of one facet.
    pub(crate) fn count_only(&mut self, doc: u32, facet: Facet) {
        let Some(column) = &self.column else { return };
        for tag in column.ords().values_for_doc(doc) {
            let is_wanted =
                matches!(self.names.0.get(tag as usize), Some(Some((f, _))) if *f == facet);
            if is_wanted {
                self.counts[tag as usize] += 1;
            }
        }
    }

    /// Adds what was counted to the sums of all segments.
    pub(crate) fn add_to(self, sums: &mut Counts) {
        for (count, name) in self.counts.iter().zip(&self.names.0) {
            if let (1.., Some(name)) = (*count, name) {
                *sums.entry(name.clone()).or_default() += u64::from(*count);
            }
        }
    }
}

/// The most frequent values of one facet, most frequent first, equal ones by value.
pub(crate) fn most_frequent(counts: &Counts, facet: Facet, limit: usize) -> Vec<(String, u64)> {
    let of_facet = counts.iter().filter(|((f, _), _)| *f == facet);
    let mut values: Vec<(String, u64)> = of_facet
        .map(|((_, value), n)| (value.clone(), *n))
        .collect();
    values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(limit);
    values
}
