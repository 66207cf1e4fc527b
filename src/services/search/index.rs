//! One index on disk: documents in, commits with their event number, searchers out.
//!
//! Every commit carries a payload (versions, number of the last event, see [`Stamp`]), so a
//! start goes on exactly where the last commit stood. Readers are reloaded by hand right after a
//! commit: a search that begins later sees it. One process writes, ever (tantivy's lock).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, Term};

use super::analysis;
use super::document::{Contents, document};
use super::schema::{self, Fields};
use super::thesaurus::Thesaurus;
use crate::domain::asset::{Asset, AssetId, State};
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
}

impl Stamp {
    fn at(event: EventNumber) -> Self {
        Self {
            fields: schema::VERSION,
            analysis: analysis::VERSION,
            event: event.0,
        }
    }
}

/// How often, and after which pause, a purge waits for merges that others began.
const PURGE_ATTEMPTS: usize = 100;
const PURGE_PAUSE: Duration = Duration::from_millis(100);

/// An open index.
pub(crate) struct OpenIndex {
    path: PathBuf,
    fields: Arc<Fields>,
    index: Index,
    reader: IndexReader,
    settings: WriterSettings,
    writer: Mutex<Option<IndexWriter>>,
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
        open.commit(EventNumber(0))?;
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
            Some(stamp) if stamp == Stamp::at(EventNumber(stamp.event)) => Ok(open),
            _ => Err(IndexError::OtherVersion),
        }
    }

    fn with(
        path: &Path,
        fields: Arc<Fields>,
        index: Index,
        settings: WriterSettings,
    ) -> Result<Self, IndexError> {
        let writer = new_writer(&index, settings)?;
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
        })
    }

    /// Gives up what was not committed and begins anew behind the last commit: after a write that
    /// failed, as on a full disk, tantivy's writer takes nothing any more.
    pub(crate) fn renew_writer(&self) -> Result<(), IndexError> {
        let mut writer = self.lock();
        // The old one holds the lock of the folder.
        drop(writer.take());
        *writer = Some(new_writer(&self.index, self.settings)?);
        Ok(())
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

    /// Commits what was applied and shows it to the searches that begin from now on.
    pub(crate) fn commit(&self, event: EventNumber) -> Result<(), IndexError> {
        let payload = serde_json::to_string(&Stamp::at(event)).map_err(std::io::Error::from)?;
        let mut writer = self.lock();
        let writer = writer.as_mut().ok_or(IndexError::Closed)?;
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Rewrites every segment that still holds deleted texts and removes the old files: after
    /// this no byte of a withdrawn text is left in the index.
    pub(crate) fn purge(&self) -> Result<(), IndexError> {
        for _ in 0..PURGE_ATTEMPTS {
            if self.merge_deletes()? {
                break;
            }
            std::thread::sleep(PURGE_PAUSE);
        }
        // The reader holds on to the files of the segments it knows.
        self.reader.reload()?;
        let collected = self.with_writer(|writer| writer.garbage_collect_files())?;
        collected.wait()?;
        Ok(())
    }

    /// Rewrites segments with deleted documents; false when one of them was just being merged
    /// by others.
    fn merge_deletes(&self) -> Result<bool, IndexError> {
        let metas = self.index.searchable_segment_metas()?;
        let with_deletes = metas.iter().filter(|meta| meta.has_deletes());
        let ids: Vec<_> = with_deletes.map(tantivy::SegmentMeta::id).collect();
        let merges = self.with_writer(|writer| {
            ids.iter()
                .map(|id| writer.merge(&[*id]))
                .collect::<Vec<_>>()
        })?;
        let mut is_clean = true;
        for merge in merges {
            is_clean &= merge.wait().is_ok();
        }
        Ok(is_clean)
    }

    fn with_writer<T>(&self, work: impl FnOnce(&mut IndexWriter) -> T) -> Result<T, IndexError> {
        self.lock().as_mut().map(work).ok_or(IndexError::Closed)
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

    fn lock(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_writer(index: &Index, settings: WriterSettings) -> Result<IndexWriter, IndexError> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(settings.threads)
        .memory_budget_per_thread(settings.bytes_per_thread)
        .num_merge_threads(1)
        .build();
    let writer: IndexWriter = index.writer_with_options(options)?;
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(4);
    policy.set_del_docs_ratio_before_merge(0.2);
    writer.set_merge_policy(Box::new(policy));
    Ok(writer)
}
