//! Continues a list by relevance after the index has changed.
//!
//! BM25 depends on term frequencies in the whole collection, so every write changes all scores a
//! little. A page therefore starts after the current score of the last hit, not after the score it
//! had on its page; works that keep their place relative to it are returned exactly once. When the
//! last hit was removed or changed, the old score is used.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, TERMINATED, Term};

use super::order::{Order, SortPosition};
use super::ranker::Ranker;
use crate::domain::asset::AssetId;
use crate::services::search::matching::matches::Matches;
use crate::services::search::snapshot::doc_sets::DocSet;
use crate::services::search::snapshot::facet_tags::Counts;
use crate::services::search::snapshot::view::IndexView;

/// When the key of the last hit has changed by more, the work itself has changed. Keys are the bits of
/// floats, so this is a relative difference of about 1/20.
const MAX_KEY_DRIFT: u64 = 1 << 19;

/// The current position of the last hit of a page.
pub(crate) fn current_position(
    ranker: &Ranker<'_>,
    last: &SortPosition,
) -> tantivy::Result<SortPosition> {
    let id = AssetId::from_bytes(last.id.to_be_bytes());
    let Some((segment, doc)) = find(ranker.dictionary.view(), id, ranker.matches)? else {
        return Ok(last.clone());
    };
    let single = Ranker {
        matches: &only(ranker.matches.segments.len(), segment, doc),
        limit: 1,
        after: None,
        ..*ranker
    };
    let (hits, _) = single.page(Order::Relevance)?;
    let current = hits.into_iter().next().map(|hit| hit.position);
    let is_unchanged = |position: &SortPosition| key(position).abs_diff(key(last)) <= MAX_KEY_DRIFT;
    Ok(current.filter(is_unchanged).unwrap_or_else(|| last.clone()))
}

fn key(position: &SortPosition) -> u64 {
    let bytes = position.key.as_slice().try_into();
    bytes.map_or(0, u64::from_be_bytes)
}

/// Matches that contain a single document.
fn only(segments: usize, segment: usize, doc: DocId) -> Matches {
    let segments = (0..segments).map(|at| {
        let mut docs = DocSet::new();
        if at == segment {
            docs.grow_and_insert(doc as usize);
        }
        (docs, u32::from(at == segment))
    });
    Matches {
        segments: segments.collect(),
        total: 1,
        counts: Counts::new(),
        is_partial: false,
    }
}

/// The segment and document of a work if it is among the matches.
fn find(
    view: IndexView<'_>,
    id: AssetId,
    matches: &Matches,
) -> tantivy::Result<Option<(usize, DocId)>> {
    let term = Term::from_field_bytes(view.fields.id, id.as_bytes());
    for (at, reader) in view.searcher.segment_readers().iter().enumerate() {
        let index = reader.inverted_index(view.fields.id)?;
        let Some(mut docs) = index.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        while docs.doc() != TERMINATED {
            if matches.segments[at].0.contains(docs.doc() as usize) {
                return Ok(Some((at, docs.doc())));
            }
            docs.advance();
        }
    }
    Ok(None)
}
