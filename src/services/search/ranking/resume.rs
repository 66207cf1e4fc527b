//! Where a list by relevance goes on when others have written meanwhile.
//!
//! Scores follow how frequent words are in the whole collection, so every write moves all of them
//! a little, together. A page therefore does not begin below the score that the last hit had when
//! it was told but below the one it has now, and works that keep their places around it are seen
//! exactly once. When the last hit is gone or has itself been changed, its old score must do.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, Searcher, TERMINATED, Term};

use super::page::Order;
use super::page::Place;
use super::page::Ranking;
use crate::domain::asset::AssetId;
use crate::services::search::index::schema::Fields;
use crate::services::search::matching::matcher::Matches;
use crate::services::search::snapshot::doc_sets::Docs;
use crate::services::search::snapshot::facet_tags::Counts;

/// Keys of scores that differ by more are not of the same text. Keys are the bits of floats: this
/// is about one part in twenty.
const ALIKE: u64 = 1 << 19;

/// The present place of the last hit told.
pub(crate) fn present_place(
    fields: &Fields,
    ranking: &Ranking<'_>,
    told: &Place,
) -> tantivy::Result<Place> {
    let id = AssetId::from_bytes(told.id.to_be_bytes());
    let Some((segment, doc)) = find(ranking.lexicon.view().searcher, fields, id, ranking.matches)?
    else {
        return Ok(told.clone());
    };
    let alone = Ranking {
        matches: &only(ranking.matches.segments.len(), segment, doc),
        limit: 1,
        after: None,
        ..*ranking
    };
    let (hits, _) = alone.page(Order::Relevance)?;
    let present = hits.into_iter().next().map(|hit| hit.place);
    let is_alike = |place: &Place| key(place).abs_diff(key(told)) <= ALIKE;
    Ok(present.filter(is_alike).unwrap_or_else(|| told.clone()))
}

fn key(place: &Place) -> u64 {
    let bytes = place.key.as_slice().try_into();
    bytes.map_or(0, u64::from_be_bytes)
}

/// One work as all that matches.
fn only(segments: usize, segment: usize, doc: DocId) -> Matches {
    let segments = (0..segments).map(|at| {
        let mut docs = Docs::new();
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

/// The segment and document of a work, if it is among the matches.
fn find(
    searcher: &Searcher,
    fields: &Fields,
    id: AssetId,
    matches: &Matches,
) -> tantivy::Result<Option<(usize, DocId)>> {
    let term = Term::from_field_bytes(fields.id, id.as_bytes());
    for (at, reader) in searcher.segment_readers().iter().enumerate() {
        let index = reader.inverted_index(fields.id)?;
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
