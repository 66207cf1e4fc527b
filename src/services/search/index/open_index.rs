//! One index on disk: documents in, commits with their event number, searchers out.
//!
//! Every commit carries a payload (versions, number of the last event, whether removed texts are
//! still in files, see [`Stamp`]), so a start goes on exactly where the last commit stood. Readers
//! are reloaded by hand right after a commit: a search that begins later sees it. One process
//! writes, ever (tantivy's lock). How removed texts leave the files is told in [`super::purge`].

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, Term};

use super::document::Contents;
use super::document::document;
use super::schema;
use super::schema::Fields;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::search::analysis;
use crate::services::search::thesaurus::Thesaurus;
use crate::storage::catalog::EventNumber;

/// One change to the index.
#[derive(Debug, Clone)]
pub enum IndexChange {
    /// A work at its present revision with what is known of its files. A withdrawn one is taken
    /// out.
    Put(Box<Asset>, Contents),
    /// A work that is no more.
    Remove(AssetId),
}

/// Why the index could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The files are damaged, of another version, or cannot be written.
    #[error("the search index cannot be used")]
    Unusable(#[source] tantivy::TantivyError),
    /// The folder cannot be made or read.
    #[error("the folder of the search index cannot be used")]
    Io(#[source] std::io::Error),
    /// It was written by another version of the fields or the analysis.
    #[error("the search index was written by another version")]
    OtherVersion,
    /// It has been closed.
    #[error("the search index is closed")]
    Closed,
    /// Files with removed texts are still there.
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

/// Memory and threads for writing.
#[derive(Debug, Clone, Copy)]
pub struct WriterSettings {
    /// Threads that build segments.
    pub threads: usize,
    /// Bytes each of them collects before it writes a segment.
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

/// What a commit says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    fields: u32,
    analysis: u32,
    /// The last event that is in it.
    event: u64,
    /// Texts of removed works may still be in files.
    #[serde(default)]
    must_purge: bool,
}

impl Stamp {
    fn at(event: EventNumber, MustPurge(must_purge): MustPurge) -> Self {
        Self {
            fields: schema::VERSION,
            analysis: analysis::VERSION,
            event: event.0,
            must_purge,
        }
    }

    fn is_of_this_version(&self) -> bool {
        (self.fields, self.analysis) == (schema::VERSION, analysis::VERSION)
    }
}

/// Whether texts that were removed are still in files of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MustPurge(pub(crate) bool);

/// An open index.
pub(crate) struct OpenIndex {
    path: PathBuf,
    fields: Arc<Fields>,
    pub(crate) index: Index,
    pub(crate) reader: IndexReader,
    settings: WriterSettings,
    writer: Mutex<Option<IndexWriter>>,
    pub(crate) must_purge: AtomicBool,
}

impl OpenIndex {
    /// Makes a new index in a folder that is made with it.
    pub(crate) fn create(path: &Path, settings: WriterSettings) -> Result<Self, IndexError> {
        std::fs::create_dir_all(path)?;
        let fields = Fields::new();
        let index = Index::builder()
            .schema(fields.schema.clone())
            .tokenizers(schema::tokenizers())
            .create_in_dir(path)?;
        let open = Self::with(path, fields, index, settings)?;
        open.commit(EventNumber(0), MustPurge(false))?;
        Ok(open)
    }

    /// Opens an index of the present version.
    pub(crate) fn open(path: &Path, settings: WriterSettings) -> Result<Self, IndexError> {
        let fields = Fields::new();
        let directory = MmapDirectory::open(path).map_err(tantivy::TantivyError::from)?;
        let mut index = Index::open(directory)?;
        if index.schema() != fields.schema {
            return Err(IndexError::OtherVersion);
        }
        index.set_tokenizers(schema::tokenizers());
        let open = Self::with(path, fields, index, settings)?;
        match open.stamp() {
            Some(stamp) if stamp.is_of_this_version() => {
                open.must_purge.store(stamp.must_purge, Ordering::Release);
                Ok(open)
            }
            _ => Err(IndexError::OtherVersion),
        }
    }

    fn with(
        path: &Path,
        fields: Arc<Fields>,
        index: Index,
        settings: WriterSettings,
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
            writer: Mutex::new(Some(writer)),
            must_purge: AtomicBool::new(false),
        })
    }

    /// Gives up what was not committed and begins anew behind the last commit: after a write that
    /// failed, as on a full disk, tantivy's writer takes nothing any more.
    pub(crate) fn renew_writer(&self) -> Result<(), IndexError> {
        let mut writer = self.lock();
        // The old one holds the lock of the folder.
        drop(writer.take());
        *writer = Some(self.new_writer(Box::new(merge_policy()))?);
        Ok(())
    }

    /// A writer that goes on behind the last commit. There must be no other.
    pub(crate) fn new_writer(
        &self,
        policy: Box<dyn MergePolicy>,
    ) -> Result<IndexWriter, IndexError> {
        new_writer(&self.index, self.settings, policy)
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its fields.
    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// A snapshot of the last commit. Take one for a whole request.
    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// The last event that is in the last commit.
    pub(crate) fn event(&self) -> EventNumber {
        EventNumber(self.stamp().map_or(0, |stamp| stamp.event))
    }

    fn stamp(&self) -> Option<Stamp> {
        let payload = self.index.load_metas().ok()?.payload?;
        serde_json::from_str(&payload).ok()
    }

    /// Hands changes to the writer; nobody sees them before [`Self::commit`]. Of several changes
    /// to one work the last stays.
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

    /// Adds works to an index that has none of them: nothing is looked for to be replaced.
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

    /// Commits what was applied and shows it to the searches that begin from now on. Whether
    /// texts must leave the files is written down with it, so that a crash does not forget it.
    pub(crate) fn commit(
        &self,
        event: EventNumber,
        MustPurge(has_removals): MustPurge,
    ) -> Result<(), IndexError> {
        let must_purge = has_removals || self.must_purge().0;
        let stamp = Stamp::at(event, MustPurge(must_purge));
        let payload = serde_json::to_string(&stamp).map_err(std::io::Error::from)?;
        let mut writer = self.lock();
        let writer = writer.as_mut().ok_or(IndexError::Closed)?;
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.must_purge.store(must_purge, Ordering::Release);
        self.reader.reload()?;
        Ok(())
    }

    /// Whether texts of removed works may still be in files; see [`Self::purge`].
    pub(crate) fn must_purge(&self) -> MustPurge {
        MustPurge(self.must_purge.load(Ordering::Acquire))
    }

    /// Shows what merges have made since the last commit.
    pub(crate) fn reload(&self) -> Result<(), IndexError> {
        Ok(self.reader.reload()?)
    }

    /// Bytes on disk.
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

    /// Ends writing: waits for merges under way. What was not committed is given up.
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
    Ok(writer)
}

/// When segments are merged as the writer goes along.
pub(crate) fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(4);
    policy.set_del_docs_ratio_before_merge(0.2);
    policy
}
