//! Finds works by the beginning of their titles, in the index.

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, SegmentReader, TERMINATED};

use crate::domain::asset::AssetId;
use crate::services::search::index::completion_keys::completion_key;
use crate::services::search::snapshot::view::IndexView;

/// Visible works whose title matches the folded prefix at one of its first words, shorter titles first.
pub(crate) fn works_with_title(
    view: &IndexView<'_>,
    prefix: &str,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let prefix = completion_key(prefix).as_bytes();
    let mut keys = Vec::new();
    for reader in view.searcher.segment_readers() {
        let index = reader.inverted_index(view.fields.completion)?;
        let mut terms = index.terms().range().ge(prefix).into_stream()?;
        let mut scanned = 0;
        while scanned < limit && terms.advance() && terms.key().starts_with(prefix) {
            scanned += 1;
            let key = (terms.key().len(), terms.key().to_vec());
            keys.push((key, reader, terms.value().clone()));
        }
    }
    keys.sort_by(|a, b| a.0.cmp(&b.0));
    let mut found: Vec<AssetId> = Vec::with_capacity(limit);
    let mut last = None;
    for (key, reader, postings) in keys {
        // One work for each key: many bulletins have the same title.
        if found.len() == limit || last.as_ref() == Some(&key) {
            continue;
        }
        if let Some(doc) = first_visible(view, reader, &postings)? {
            found.push(view.columns(reader)?.id(doc));
            last = Some(key);
        }
    }
    Ok(found)
}

fn first_visible(
    view: &IndexView<'_>,
    reader: &SegmentReader,
    postings: &TermInfo,
) -> tantivy::Result<Option<DocId>> {
    let visible = view.visible(reader)?;
    let index = reader.inverted_index(view.fields.completion)?;
    let mut postings = index.read_postings_from_terminfo(postings, IndexRecordOption::Basic)?;
    while postings.doc() != TERMINATED && !visible.contains(postings.doc() as usize) {
        postings.advance();
    }
    Ok(Some(postings.doc()).filter(|doc| *doc != TERMINATED))
}
