//! The matching documents of a query.

use tantivy::SegmentReader;

use crate::services::search::snapshot::doc_sets::DocSet;
use crate::services::search::snapshot::facet_tags::Counts;

/// Which works match a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchMode {
    /// Works that have all words.
    AllWords,
    /// Works that have at least one selective term, because few works have all words.
    AnySelectiveTerm,
}

/// The matches in all segments.
#[derive(Debug)]
pub(crate) struct Matches {
    /// The matching documents of each segment and their number, in the order of the searcher.
    pub(crate) segments: Vec<(DocSet, u32)>,
    /// Number of matching works.
    pub(crate) total: u64,
    /// Facet counts of the matching works.
    pub(crate) counts: Counts,
    /// The deadline passed before all segments were matched.
    pub(crate) is_partial: bool,
}

/// The matches in one segment.
#[derive(Clone, Copy)]
pub(crate) struct SegmentMatches<'a> {
    /// Index of the segment in the searcher.
    pub(crate) ordinal: usize,
    pub(crate) reader: &'a SegmentReader,
    pub(crate) docs: &'a DocSet,
    /// Number of `docs`.
    pub(crate) count: u32,
}
