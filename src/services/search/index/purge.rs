//! How the texts of withdrawn and deleted works leave the files of the index.
//!
//! A deletion only marks documents; their words stay in the files of their segment until it is
//! merged. A purge merges every segment that has deletions at once and removes the old files.
//!
//! From the removal to the end of the purge no other merge runs. tantivy lets a segment be merged
//! twice at the same time, and drops a segment whose last document goes even while it is merged;
//! either way the merge that ends last is given up with a warning, and the files it wrote, removed
//! texts among them, stay until the next commit.
//!
//! That a purge is due is written down with the commit that removes ([`OpenIndex::must_purge`])
//! and struck out by the first commit after it: a crash or a full disk only puts it off.

use std::sync::atomic::Ordering;

use tantivy::IndexWriter;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::NoMergePolicy;

use super::open_index::IndexError;
use super::open_index::OpenIndex;
use super::open_index::merge_policy;

impl OpenIndex {
    /// Rewrites every segment that still holds deleted texts and removes the old files: after
    /// this no byte of a removed text is left in the index. What was applied and not yet committed
    /// is given up.
    pub(crate) fn purge(&self) -> Result<(), IndexError> {
        self.stop_merging()?;
        let mut place = self.lock();
        let writer = place.as_mut().ok_or(IndexError::Closed)?;
        let rewritten = self.merge_deletes(writer)?;
        // The policy is asked again at the next commit.
        writer.set_merge_policy(Box::new(merge_policy()));
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        if self.has_files_of(&rewritten)? {
            return Err(IndexError::NotPurged);
        }
        self.must_purge.store(false, Ordering::Release);
        Ok(())
    }

    /// Waits for merges under way; others begin only after the next purge. What was applied and not
    /// yet committed is given up.
    pub(crate) fn stop_merging(&self) -> Result<(), IndexError> {
        let mut place = self.lock();
        let merging = place.take().ok_or(IndexError::Closed)?;
        merging.set_merge_policy(Box::new(NoMergePolicy));
        merging.wait_merging_threads()?;
        *place = Some(self.new_writer(Box::new(NoMergePolicy))?);
        Ok(())
    }

    /// Merges each segment with deleted documents into one without; tells which they were.
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

    /// Whether files of any of these segments lie in the folder.
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
