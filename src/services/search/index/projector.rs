//! Applies the event log of the catalogue to an index.
//!
//! The projector reads the events after the last commit. For several events of one work in a batch
//! it indexes the current revision once. [`Projector::due`] and [`Projector::is_urgent`] decide when
//! to commit: after a delay, when many works are pending, or at once after a removal. After a crash
//! the events since the last commit are read again; indexing is idempotent, so no change is lost and
//! no document is duplicated.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::document::FileContents;
use super::file_texts;
use super::open_index::{IndexChange, IndexError, MustPurge, OpenIndex};
use super::picture_hashes::PictureHashes;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::search::thesaurus::Thesaurus;
use crate::storage::blobs::BlobStore;
use crate::storage::blocking;
use crate::storage::catalog::{
    CatalogError, Entry, Event, EventKind, EventNumber, Subject, WorkReader,
};

/// Events read in one batch.
const BATCH: usize = 2_000;
/// Bytes of files of one work that are indexed; what is beyond is not found.
const FILE_BYTES_OF_WORK: u64 = 32 * 1024 * 1024;
/// Bytes of files that are held before they are given to the index.
const FILE_BYTES_AT_ONCE: u64 = 64 * 1024 * 1024;
/// Pending works at which a commit no longer waits.
const MAX_PENDING: usize = 50_000;
/// Pending works from which on a bulk load is assumed. Every commit writes segments that are merged
/// later, so a bulk load commits less often.
const BULK_LOAD_WORKS: usize = 1_000;
/// Factor by which a commit may be delayed longer during a bulk load.
const BULK_LOAD_DELAY_FACTOR: u32 = 10;

/// Why events could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The catalogue could not be read.
    #[error("the catalogue cannot be read for the search index")]
    Catalog(#[from] CatalogError),
    /// The index could not be written.
    #[error("the search index cannot be written")]
    Index(#[from] IndexError),
}

/// Applies events to one index and commits them.
pub(crate) struct Projector {
    catalog: Arc<dyn WorkReader>,
    blobs: Arc<dyn BlobStore>,
    thesaurus: Arc<Thesaurus>,
    index: Arc<OpenIndex>,
    /// The last event applied to the writer.
    applied: EventNumber,
    /// Works applied since the last commit.
    pending: usize,
    /// When the first of them was applied.
    pending_since: Option<Instant>,
    /// When events were last applied.
    last_applied_at: Instant,
    /// A withdrawal or deletion is among them.
    has_removals: bool,
}

/// Whether a step has read all events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There may be more events.
    More,
    /// All events are applied.
    CaughtUp,
}

impl Projector {
    /// Continues after the last commit of the index.
    pub(crate) fn new(
        catalog: Arc<dyn WorkReader>,
        blobs: Arc<dyn BlobStore>,
        thesaurus: Arc<Thesaurus>,
        index: Arc<OpenIndex>,
    ) -> Self {
        let applied = index.event();
        Self {
            catalog,
            blobs,
            thesaurus,
            index,
            applied,
            pending: 0,
            pending_since: None,
            last_applied_at: Instant::now(),
            has_removals: false,
        }
    }

    /// When the pending changes must be committed at the latest. A bulk load may delay the commit
    /// longer, but not after its end. A caller that waits for an event triggers a commit in any case.
    pub(crate) fn due(&self, max_commit_delay: Duration) -> Option<Instant> {
        let since = self.pending_since?;
        if self.pending < BULK_LOAD_WORKS {
            return Some(since + max_commit_delay);
        }
        Some(
            (since + max_commit_delay * BULK_LOAD_DELAY_FACTOR)
                .min(self.last_applied_at + max_commit_delay / 4),
        )
    }

    /// Whether to commit without delay.
    pub(crate) fn is_urgent(&self) -> bool {
        self.has_removals || self.pending >= MAX_PENDING
    }

    /// Whether applied events are not yet committed.
    pub(crate) fn has_pending(&self) -> bool {
        self.pending_since.is_some()
    }

    /// Indexes works, and removes those that must not be found. Gives parts to the index whose texts fit into memory.
    async fn apply(
        &self,
        works: Vec<(AssetId, Option<Box<Asset>>)>,
        apply: fn(&OpenIndex, &Thesaurus, &[IndexChange]) -> Result<(), IndexError>,
    ) -> Result<(), ProjectionError> {
        let all = works.iter().filter_map(|(_, work)| work.as_deref());
        let pictures = PictureHashes::of(&*self.catalog, all).await?;
        let (mut changes, mut bytes) = (Vec::new(), 0);
        for (id, work) in works {
            let mut budget = FILE_BYTES_OF_WORK;
            changes.push(match work {
                Some(work) => self.put(work, &pictures, &mut budget).await?,
                None => IndexChange::Remove(id),
            });
            bytes += FILE_BYTES_OF_WORK - budget;
            if bytes >= FILE_BYTES_AT_ONCE {
                self.write(std::mem::take(&mut changes), apply).await?;
                bytes = 0;
            }
        }
        self.write(changes, apply).await
    }

    async fn write(
        &self,
        changes: Vec<IndexChange>,
        apply: fn(&OpenIndex, &Thesaurus, &[IndexChange]) -> Result<(), IndexError>,
    ) -> Result<(), ProjectionError> {
        let (index, thesaurus) = (Arc::clone(&self.index), Arc::clone(&self.thesaurus));
        Ok(blocking(move || apply(&index, &thesaurus, &changes)).await?)
    }

    async fn put(
        &self,
        asset: Box<Asset>,
        pictures: &PictureHashes,
        budget: &mut u64,
    ) -> Result<IndexChange, CatalogError> {
        let texts = file_texts::read(&*self.catalog, &*self.blobs, &asset, budget).await?;
        let contents = FileContents {
            texts: texts.into_iter().map(|of_file| of_file.text.text).collect(),
            picture_hashes: pictures.of_work(&asset),
        };
        Ok(IndexChange::Put(asset, contents))
    }

    /// The works that these events change, without duplicates, and whether any is removed. A new
    /// picture hash changes every work that has the picture, and a new rendition every work with the same bytes: it may be
    /// the text of a document.
    async fn changed(&self, events: &[Event]) -> Result<(Vec<AssetId>, bool), CatalogError> {
        let mut seen = HashSet::new();
        let mut has_removals = false;
        let mut ids = Vec::new();
        for event in events {
            let works = match (event.subject, event.kind) {
                (Subject::Asset(id, _), EventKind::Rendered) => self.with_documents_of(id).await?,
                (Subject::Asset(id, _), _) => vec![id],
                (Subject::Blob(blob), EventKind::PictureHashed) => {
                    self.catalog.with_blob(blob).await?
                }
                (Subject::Blob(_), _) => Vec::new(),
            };
            has_removals |= matches!(
                event.kind,
                EventKind::Withdrawn | EventKind::Unpublished | EventKind::Deleted
            );
            ids.extend(works.into_iter().filter(|id| seen.insert(*id)));
        }
        Ok((ids, has_removals))
    }

    /// The works that have a document of this work whose text was read, if it has any.
    async fn with_documents_of(&self, id: AssetId) -> Result<Vec<AssetId>, CatalogError> {
        let entries = self.catalog.entries(&[id]).await?;
        let mut works = Vec::new();
        if let Some(Some(Entry::Asset(asset))) = entries.into_iter().next() {
            for document in file_texts::documents(&*self.catalog, &asset).await? {
                works.extend(self.catalog.with_blob(document.file).await?);
            }
        }
        Ok(works)
    }

    /// Applies the next batch of events to the writer.
    pub(crate) async fn step(&mut self) -> Result<Progress, ProjectionError> {
        let events = self.catalog.events(self.applied, BATCH).await?;
        let Some(last) = events.last().map(|event| event.number) else {
            return Ok(Progress::CaughtUp);
        };
        let progress = if events.len() < BATCH {
            Progress::CaughtUp
        } else {
            Progress::More
        };
        let (ids, has_removals) = self.changed(&events).await?;
        let entries = self.catalog.entries(&ids).await?;
        let works: Vec<_> = ids
            .into_iter()
            .zip(entries.into_iter().map(findable))
            .collect();
        if has_removals && !self.has_removals {
            self.prepare_removal().await?;
        }
        let count = works.len();
        self.apply(works, OpenIndex::apply).await?;
        self.applied = last;
        self.pending += count;
        self.has_removals |= has_removals;
        self.last_applied_at = Instant::now();
        self.pending_since.get_or_insert(self.last_applied_at);
        Ok(progress)
    }

    /// Stops merges until the purge has ended; see [`super::purge`].
    async fn prepare_removal(&mut self) -> Result<(), ProjectionError> {
        if self.has_pending() {
            self.commit().await?;
        }
        let index = Arc::clone(&self.index);
        Ok(blocking(move || index.stop_merging()).await?)
    }

    /// Commits the applied events; returns the last event that is searchable now.
    pub(crate) async fn commit(&mut self) -> Result<EventNumber, ProjectionError> {
        let (index, event) = (Arc::clone(&self.index), self.applied);
        let has_removals = MustPurge(self.has_removals);
        blocking(move || index.commit(event, has_removals)).await?;
        (self.pending, self.pending_since, self.has_removals) = (0, None, false);
        Ok(event)
    }

    /// Whether text of removed works may still be in segment files.
    pub(crate) fn must_purge(&self) -> bool {
        self.index.must_purge().0
    }

    /// Removes the text of removed works from the segment files. There must be no uncommitted changes.
    pub(crate) async fn purge(&self) -> Result<(), ProjectionError> {
        let index = Arc::clone(&self.index);
        Ok(blocking(move || index.purge()).await?)
    }

    /// Fills an empty index from the list of all works, then applies the events since its start.
    pub(crate) async fn rebuild(
        &mut self,
        mut report_progress: impl FnMut(u64),
    ) -> Result<EventNumber, ProjectionError> {
        let start = *self.catalog.watch_events().borrow();
        let (mut after, mut done) = (None, 0_u64);
        loop {
            let entries = self.catalog.list(after, BATCH).await?;
            let Some(last) = entries.last().map(Entry::id) else {
                break;
            };
            after = Some(last);
            done += entries.len() as u64;
            let works = entries.into_iter().filter_map(|entry| {
                let id = entry.id();
                findable(Some(entry)).map(|work| (id, Some(work)))
            });
            self.apply(works.collect(), OpenIndex::apply_new).await?;
            report_progress(done);
        }
        self.applied = start;
        self.pending_since = Some(Instant::now());
        self.commit().await?;
        while self.step().await? == Progress::More {}
        self.commit().await
    }
}

/// The work of an entry unless it is deleted or withdrawn.
fn findable(entry: Option<Entry>) -> Option<Box<Asset>> {
    match entry? {
        Entry::Asset(work) if !matches!(work.state, State::Withdrawn { .. }) => Some(work),
        _ => None,
    }
}
