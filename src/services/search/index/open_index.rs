//! One tantivy index on disk: applies changes, commits them, and gives searchers.
//!
//! Every commit has a payload ([`CommitPayload`]: versions, number of the last event, whether removed
//! text may still be in segment files), so after a restart the projector continues from the last
//! commit. The reader is reloaded right after each commit: every later search sees it. Only one
//! process can write (tantivy's lock file). [`super::purge`] removes deleted text from the files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, Term};

use super::document::{FileContents, document};
use super::schema;
use super::schema::Fields;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::search::analysis;
use crate::services::search::thesaurus::Thesaurus;
use crate::storage::catalog::{EventNumber, LogId};

/// One change to the index.
#[derive(Debug, Clone)]
pub enum IndexChange {
    /// Adds or replaces a work at its current revision. A withdrawn work is removed.
    Put(Box<Asset>, FileContents),
    /// Removes a work.
    Remove(AssetId),
}

/// Why the index could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// tantivy reports an error: damaged files, or files that cannot be written.
    #[error("the search index cannot be used")]
    Unusable(#[source] tantivy::TantivyError),
    /// The folder cannot be created or read.
    #[error("the folder of the search index cannot be used")]
    Io(#[source] std::io::Error),
    /// It was written by another version of the schema or the analysis.
    #[error("the search index was written by another version")]
    OtherVersion,
    /// It was filled from another event log.
    #[error("the search index was filled from another event log")]
    OtherLog,
    /// The index has been closed.
    #[error("the search index is closed")]
    Closed,
    /// Segment files that contain removed text still exist.
    #[error("files of the search index that hold removed texts could not be deleted")]
    NotPurged,
}

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Unusable(error)
    }
}

impl From<std::io::Error> for IndexError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Memory and threads of the index writer.
#[derive(Debug, Clone, Copy)]
pub struct WriterSettings {
    /// Threads that build segments.
    pub threads: usize,
    /// Memory of each thread, in bytes; a full buffer becomes a segment.
    pub bytes_per_thread: usize,
}

impl Default for WriterSettings {
    fn default() -> Self {
        Self {
            threads: 2,
            bytes_per_thread: 64 << 20,
        }
    }
}

/// The payload of a commit, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommitPayload {
    fields: u32,
    analysis: u32,
    /// The last event that the commit contains.
    pub(super) event: u64,
    /// The event log it is of; version 0.1 did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<String>,
    /// Text of removed works may still be in segment files.
    #[serde(default)]
    must_purge: bool,
}

impl CommitPayload {
    fn new(log: LogId, event: EventNumber, MustPurge(must_purge): MustPurge) -> Self {
        Self {
            log: Some(log.to_string()),
            fields: schema::VERSION,
            analysis: analysis::VERSION,
            event: event.0,
            must_purge,
        }
    }

    /// Reads the payload of the last commit.
    pub(super) fn of(index: &Index) -> Option<Self> {
        let payload = index.load_metas().ok()?.payload?;
        serde_json::from_str(&payload).ok()
    }

    fn is_current_version(&self) -> bool {
        (self.fields, self.analysis) == (schema::VERSION, analysis::VERSION)
    }
}

/// Whether text of removed works may still be in segment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MustPurge(pub(crate) bool);

/// An open index.
pub(crate) struct OpenIndex {
    path: PathBuf,
    fields: Arc<Fields>,
    pub(crate) index: Index,
    pub(crate) reader: IndexReader,
    settings: WriterSettings,
    log: LogId,
    writer: Mutex<Option<IndexWriter>>,
    pub(crate) must_purge: AtomicBool,
}

impl OpenIndex {
    /// Creates the folder and an empty index in it, for works of the event log `log`.
    pub(crate) fn create(
        path: &Path,
        settings: WriterSettings,
        log: LogId,
    ) -> Result<Self, IndexError> {
        std::fs::create_dir_all(path)?;
        let fields = Fields::new();
        let index = Index::builder()
            .schema(fields.schema.clone())
            .tokenizers(schema::tokenizers())
            .create_in_dir(path)?;
        let open = Self::new(path, fields, index, settings, log)?;
        open.commit(EventNumber(0), MustPurge(false))?;
        Ok(open)
    }

    /// Opens an index; fails when it is of another version or was filled from another event log.
    pub(crate) fn open(
        path: &Path,
        settings: WriterSettings,
        log: LogId,
    ) -> Result<Self, IndexError> {
        let fields = Fields::new();
        let directory = MmapDirectory::open(path).map_err(tantivy::TantivyError::from)?;
        let mut index = Index::open(directory)?;
        if index.schema() != fields.schema {
            return Err(IndexError::OtherVersion);
        }
        index.set_tokenizers(schema::tokenizers());
        let payload = CommitPayload::of(&index);
        let is_of = |of: &String| *of == log.to_string();
        match payload.filter(CommitPayload::is_current_version) {
            Some(payload) if payload.log.as_ref().is_none_or(is_of) => {
                let open = Self::new(path, fields, index, settings, log)?;
                open.must_purge.store(payload.must_purge, Ordering::Release);
                Ok(open)
            }
            Some(_) => Err(IndexError::OtherLog),
            None => Err(IndexError::OtherVersion),
        }
    }

    fn new(
        path: &Path,
        fields: Arc<Fields>,
        index: Index,
        settings: WriterSettings,
        log: LogId,
    ) -> Result<Self, IndexError> {
        let writer = new_writer(&index, settings, Box::new(merge_policy()))?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            path: path.to_owned(),
            fields,
            index,
            reader,
            settings,
            log,
            writer: Mutex::new(Some(writer)),
            must_purge: AtomicBool::new(false),
        })
    }

    /// Discards uncommitted changes and creates a new writer: after a failed write, as on a full
    /// disk, tantivy's writer accepts no more documents.
    pub(crate) fn renew_writer(&self) -> Result<(), IndexError> {
        let mut writer = self.lock();
        // The old writer holds the lock file of the folder.
        drop(writer.take());
        *writer = Some(self.new_writer(Box::new(merge_policy()))?);
        Ok(())
    }

    /// Creates a writer that continues from the last commit. The caller has dropped the old one.
    pub(crate) fn new_writer(
        &self,
        policy: Box<dyn MergePolicy>,
    ) -> Result<IndexWriter, IndexError> {
        new_writer(&self.index, self.settings, policy)
    }

    /// The folder of the index.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The fields of the schema.
    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// A searcher over the last commit. One request uses one searcher.
    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// The last event that the last commit contains.
    pub(crate) fn event(&self) -> EventNumber {
        EventNumber(CommitPayload::of(&self.index).map_or(0, |payload| payload.event))
    }

    /// Applies changes in order; they become searchable with [`Self::commit`].
    pub(crate) fn apply(
        &self,
        thesaurus: &Thesaurus,
        changes: &[IndexChange],
    ) -> Result<(), IndexError> {
        let writer = self.lock();
        let writer = writer.as_ref().ok_or(IndexError::Closed)?;
        for change in changes {
            let id = match change {
                IndexChange::Put(asset, _) => asset.id,
                IndexChange::Remove(id) => *id,
            };
            writer.delete_term(Term::from_field_bytes(self.fields.id, id.as_bytes()));
            if let IndexChange::Put(asset, contents) = change
                && !matches!(asset.state, State::Withdrawn { .. })
            {
                writer.add_document(document(&self.fields, thesaurus, asset, contents))?;
            }
        }
        Ok(())
    }

    /// Adds works that the index does not contain yet, without deleting older documents first.
    pub(crate) fn apply_new(
        &self,
        thesaurus: &Thesaurus,
        changes: &[IndexChange],
    ) -> Result<(), IndexError> {
        let writer = self.lock();
        let writer = writer.as_ref().ok_or(IndexError::Closed)?;
        for change in changes {
            if let IndexChange::Put(asset, contents) = change {
                writer.add_document(document(&self.fields, thesaurus, asset, contents))?;
            }
        }
        Ok(())
    }

    /// Commits the applied changes and reloads the reader. The payload records whether a purge is
    /// needed, so that it is done after a crash as well.
    pub(crate) fn commit(
        &self,
        event: EventNumber,
        MustPurge(has_removals): MustPurge,
    ) -> Result<(), IndexError> {
        let must_purge = has_removals || self.must_purge().0;
        let payload = CommitPayload::new(self.log, event, MustPurge(must_purge));
        let payload = serde_json::to_string(&payload).map_err(std::io::Error::from)?;
        let mut writer = self.lock();
        let writer = writer.as_mut().ok_or(IndexError::Closed)?;
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.must_purge.store(must_purge, Ordering::Release);
        self.reader.reload()?;
        Ok(())
    }

    /// Whether text of removed works may still be in segment files; see [`Self::purge`].
    pub(crate) fn must_purge(&self) -> MustPurge {
        MustPurge(self.must_purge.load(Ordering::Acquire))
    }

    /// Reloads the reader, so that segments merged since the last commit are used.
    #[cfg(feature = "bench")]
    pub(crate) fn reload(&self) -> Result<(), IndexError> {
        Ok(self.reader.reload()?)
    }

    /// Size on disk, in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        let Ok(files) = std::fs::read_dir(&self.path) else {
            return 0;
        };
        files
            .flatten()
            .filter_map(|file| file.metadata().ok())
            .map(|meta| meta.len())
            .sum()
    }

    /// Closes the writer after running merges have ended. Uncommitted changes are discarded.
    pub(crate) fn close(&self) -> Result<(), IndexError> {
        match self.lock().take() {
            Some(writer) => Ok(writer.wait_merging_threads()?),
            None => Ok(()),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_writer(
    index: &Index,
    settings: WriterSettings,
    policy: Box<dyn MergePolicy>,
) -> Result<IndexWriter, IndexError> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(settings.threads)
        .memory_budget_per_thread(settings.bytes_per_thread)
        .num_merge_threads(1)
        .build();
    let writer: IndexWriter = index.writer_with_options(options)?;
    writer.set_merge_policy(policy);
    // A failed commit leaves `<segment>.<opstamp>.del`. This writer continues at the same opstamp, and
    // tantivy does not write over a file that exists.
    writer.garbage_collect_files().wait()?;
    Ok(writer)
}

/// The policy that selects segments to merge after a commit.
pub(crate) fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(4);
    policy.set_del_docs_ratio_before_merge(0.2);
    policy
}
