//! Finds works by the beginning of their titles, in the index.

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, SegmentReader, TERMINATED};

use crate::domain::asset::AssetId;
use crate::services::search::index::completion_keys::completion_key;
use crate::services::search::snapshot::view::IndexView;

/// Keys that are read in a segment, at most: those of hidden works are passed over.
const MAX_KEYS: usize = 1_000;

/// Visible works whose title matches the folded prefix at one of its first words: the first in the order of their letters,
/// of these shorter titles first. Neither hidden works nor the segments of the index change what is found.
pub(crate) fn works_with_title(
    view: &IndexView<'_>,
    prefix: &str,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let prefix = completion_key(prefix).as_bytes();
    let mut found: Vec<(Vec<u8>, AssetId)> = Vec::with_capacity(limit);
    for reader in view.searcher.segment_readers() {
        let index = reader.inverted_index(view.fields.completion)?;
        let mut terms = index.terms().range().ge(prefix).into_stream()?;
        let (mut read, mut visible) = (0, 0);
        while visible < limit
            && read < MAX_KEYS
            && terms.advance()
            && terms.key().starts_with(prefix)
        {
            read += 1;
            if let Some(doc) = first_visible(view, reader, terms.value())? {
                visible += 1;
                found.push((terms.key().to_vec(), view.columns(reader)?.id(doc)));
            }
        }
    }
    found.sort_unstable();
    // One work for each key: many bulletins have the same title.
    found.dedup_by(|one, before| one.0 == before.0);
    found.truncate(limit);
    found.sort_by_key(|(key, _)| key.len());
    Ok(found.into_iter().map(|(_, id)| id).collect())
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
