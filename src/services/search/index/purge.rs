//! Removes the text of withdrawn and deleted works from the segment files.
//!
//! A deletion only marks documents; their terms stay in the segment files until the segment is
//! merged. A purge merges every segment with deleted documents and deletes the old files.
//!
//! No other merge runs between the removal and the end of the purge. tantivy can start a second
//! merge of the same segment, and it drops a segment whose last document is deleted even during a
//! merge. In both cases the merge that ends last is abandoned with a warning, and the files it wrote,
//! which may contain removed text, stay until the next commit.
//!
//! The commit with the removal records that a purge is needed ([`OpenIndex::must_purge`]); the first
//! commit after the purge clears it. After a crash or a full disk the purge is done later.

use std::sync::atomic::Ordering;

use tantivy::IndexWriter;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::NoMergePolicy;

use super::open_index::{IndexError, OpenIndex, merge_policy};

impl OpenIndex {
    /// Rewrites every segment with deleted documents and deletes the old files: afterwards the index
    /// contains no byte of removed text. Uncommitted changes are discarded.
    pub(crate) fn purge(&self) -> Result<(), IndexError> {
        self.stop_merging()?;
        let mut slot = self.lock();
        let writer = slot.as_mut().ok_or(IndexError::Closed)?;
        let rewritten = self.merge_deletes(writer)?;
        // tantivy uses the policy from the next commit on.
        writer.set_merge_policy(Box::new(merge_policy()));
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        if self.has_files_of(&rewritten)? {
            return Err(IndexError::NotPurged);
        }
        self.must_purge.store(false, Ordering::Release);
        Ok(())
    }

    /// Waits for running merges and starts no others until the next purge has ended. Uncommitted
    /// changes are discarded.
    pub(crate) fn stop_merging(&self) -> Result<(), IndexError> {
        let mut slot = self.lock();
        let merging = slot.take().ok_or(IndexError::Closed)?;
        merging.set_merge_policy(Box::new(NoMergePolicy));
        merging.wait_merging_threads()?;
        *slot = Some(self.new_writer(Box::new(NoMergePolicy))?);
        Ok(())
    }

    /// Merges each segment with deleted documents into one without; returns the old segments.
    fn merge_deletes(&self, writer: &mut IndexWriter) -> Result<Vec<SegmentId>, IndexError> {
        let metas = self.index.searchable_segment_metas()?;
        let with_deletes = metas.iter().filter(|meta| meta.has_deletes());
        let ids: Vec<SegmentId> = with_deletes.map(SegmentMeta::id).collect();
        let merges: Vec<_> = ids.iter().map(|id| writer.merge(&[*id])).collect();
        for merge in merges {
            merge.wait()?;
        }
        Ok(ids)
    }

    /// Whether the folder contains a file of any of these segments.
    fn has_files_of(&self, segments: &[SegmentId]) -> Result<bool, IndexError> {
        let names: Vec<String> = segments.iter().map(SegmentId::uuid_string).collect();
        for file in std::fs::read_dir(self.path())? {
            let file = file?.file_name();
            if names
                .iter()
                .any(|name| file.to_string_lossy().starts_with(name))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
