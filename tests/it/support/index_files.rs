//! The files of a search index that nobody writes, read by tantivy itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder of the live index.
pub(crate) fn live_index(data: &Path) -> PathBuf {
    let index = data.join("index");
    let live = std::fs::read_to_string(index.join("LIVE")).unwrap();
    index.join(live.trim())
}

/// Every term in every dictionary. Also holds the folder to having no file of a segment that is
/// not in use.
pub(crate) fn terms_in(folder: &Path) -> BTreeSet<String> {
    let index = tantivy::Index::open_in_dir(folder).unwrap();
    let segments = index.searchable_segment_ids().unwrap();
    let known: BTreeSet<String> = segments.iter().map(|id| id.uuid_string()).collect();
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let of_segment = name.split('.').next().filter(|stem| stem.len() == 32);
        assert!(
            of_segment.is_none_or(|stem| known.contains(stem)),
            "{name} is left over"
        );
    }
    let mut terms = BTreeSet::new();
    for segment in index.reader().unwrap().searcher().segment_readers() {
        for (field, _) in index
            .schema()
            .fields()
            .filter(|(_, entry)| entry.is_indexed())
        {
            let inverted = segment.inverted_index(field).unwrap();
            let mut stream = inverted.terms().stream().unwrap();
            while stream.advance() {
                terms.insert(String::from_utf8_lossy(stream.key()).into_owned());
            }
        }
    }
    terms
}
