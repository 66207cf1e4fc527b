//! Which documents of a segment a viewer may see.

use tantivy::columnar::Column;
use tantivy::schema::Field;

use super::doc_sets::{DocSet, SegmentDocSets};
use super::viewer::Viewer;
use crate::services::search::index::schema::column;

/// The documents of a segment that a viewer may see, without deleted ones. `tags` is the field with
/// the organisation of each work.
pub(crate) fn visible_docs(
    sets: &SegmentDocSets<'_>,
    viewer: &Viewer,
    tags: Field,
) -> tantivy::Result<DocSet> {
    let mut docs = sets.empty();
    let fast = sets.reader.fast_fields();
    let levels = fast.u64(column::AUDIENCE_LEVEL)?;
    let embargoes: Option<Column<i64>> = fast.column_opt(column::EMBARGO)?;
    let consent_ends: Option<Column<i64>> = fast.column_opt(column::CONSENT_END)?;
    let moment = |column: &Option<Column<i64>>, doc: u32| column.as_ref()?.first(doc);
    let is_closed = |doc: u32| {
        let embargo = moment(&embargoes, doc);
        let consent = moment(&consent_ends, doc);
        embargo.is_some_and(|until| viewer.now_ms < until)
            || consent.is_some_and(|end| end <= viewer.now_ms)
    };
    let is_open = |doc: u32| viewer.audience_level <= levels.first(doc).unwrap_or(0);
    for doc in 0..sets.reader.max_doc() {
        if viewer.audience_level == 0 || (is_open(doc) && !is_closed(doc)) {
            docs.insert(doc as usize);
        }
    }
    for own in &viewer.organisations {
        docs.union_with(&*sets.with_term(tags, own)?);
    }
    if let Some(alive) = sets.reader.alive_bitset() {
        let mut not_deleted = sets.empty();
        not_deleted.extend(alive.iter_alive().map(|doc| doc as usize));
        docs.intersect_with(&not_deleted);
    }
    Ok(docs)
}
