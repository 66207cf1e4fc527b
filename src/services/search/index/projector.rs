//! The reader of the event log that keeps the index level with the catalogue.
//!
//! Events are read behind the cursor of the last commit; of all events of one work in a batch
//! only its present revision is indexed. A commit follows when enough works wait, when the first
//! of them has waited long enough, when somebody waits for it, or at once when something was
//! withdrawn or deleted. Events after the last commit are read again after a crash: indexing is
//! idempotent, so nothing is lost and nothing is there twice.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::document::Contents;
use super::open_index::IndexChange;
use super::open_index::IndexError;
use super::open_index::MustPurge;
use super::open_index::OpenIndex;
use super::picture_hashes::Pictures;
use super::transcripts;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::search::thesaurus::Thesaurus;
use crate::storage::blobs::BlobStore;
use crate::storage::blocking;
use crate::storage::catalog::{
    Catalog, CatalogError, Entry, Event, EventKind, EventNumber, Subject,
};

/// Events read in one go.
const BATCH: usize = 2_000;
/// Works that wait for a commit at most.
const MAX_PENDING: usize = 50_000;
/// More works than this that wait are a load, not somebody's edits. Every commit leaves segments
/// that are merged again later, so those of a load are fewer.
const MANY_PENDING: usize = 1_000;
/// How much longer a load waits than an edit.
const LOAD_PATIENCE: u32 = 10;

/// Why the index could not follow the log.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The catalogue could not be read.
    #[error("the catalogue cannot be read for the search index")]
    Catalog(#[from] CatalogError),
    /// The index could not be written.
    #[error("the search index cannot be written")]
    Index(#[from] IndexError),
}

/// Brings one index forward.
pub(crate) struct Projection {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    thesaurus: Arc<Thesaurus>,
    index: Arc<OpenIndex>,
    /// The last event handed to the writer.
    applied: EventNumber,
    pending: usize,
    since: Option<Instant>,
    /// When events were last handed over.
    last: Instant,
    /// Something that must vanish waits for the commit.
    has_removals: bool,
}

/// What a step left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There are more events.
    More,
    /// Everything is handed to the writer.
    Level,
}

impl Projection {
    /// Goes on where the index stands.
    pub(crate) fn new(
        catalog: Arc<dyn Catalog>,
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
            since: None,
            last: Instant::now(),
            has_removals: false,
        }
    }

    /// When the works that wait must be committed at the latest; a load waits longer, but not
    /// once it has ended. Who waits for an event is served at once either way.
    pub(crate) fn due(&self, patience: Duration) -> Option<Instant> {
        let since = self.since?;
        if self.pending < MANY_PENDING {
            return Some(since + patience);
        }
        Some((since + patience * LOAD_PATIENCE).min(self.last + patience / 4))
    }

    /// Whether a commit must not wait.
    pub(crate) fn is_urgent(&self) -> bool {
        self.has_removals || self.pending >= MAX_PENDING
    }

    /// Whether events wait for a commit.
    pub(crate) fn has_pending(&self) -> bool {
        self.since.is_some()
    }

    /// The change that brings a work in, for each of these; none for what must not be found.
    async fn puts(
        &self,
        entries: Vec<Option<Entry>>,
    ) -> Result<Vec<Option<IndexChange>>, CatalogError> {
        let works: Vec<_> = entries.into_iter().map(findable).collect();
        let all = works.iter().flatten().map(|work| &**work);
        let pictures = Pictures::of(&*self.catalog, all).await?;
        let mut puts = Vec::with_capacity(works.len());
        for work in works {
            puts.push(match work {
                Some(work) => Some(self.put(work, &pictures).await),
                None => None,
            });
        }
        Ok(puts)
    }

    async fn put(&self, asset: Box<Asset>, pictures: &Pictures) -> IndexChange {
        let said = transcripts::read(&self.blobs, &asset).await;
        let said = said.into_iter().map(|transcript| transcript.spoken.text);
        let contents = Contents {
            said: said.collect(),
            pictures: pictures.of_work(&asset),
        };
        IndexChange::Put(asset, contents)
    }

    /// The works of which these events tell something new, each once, and whether any must
    /// vanish. What a picture looks like is news for every work that has it.
    async fn changed(&self, events: &[Event]) -> Result<(Vec<AssetId>, bool), CatalogError> {
        let mut seen = HashSet::new();
        let mut has_removals = false;
        let mut ids = Vec::new();
        for event in events {
            let works = match (event.subject, event.kind) {
                (Subject::Asset(..), EventKind::Rendered) => Vec::new(),
                (Subject::Asset(id, _), _) => vec![id],
                (Subject::Blob(blob), EventKind::PictureHashed) => {
                    self.catalog.with_blob(blob).await?
                }
                (Subject::Blob(_), _) => Vec::new(),
            };
            has_removals |= matches!(event.kind, EventKind::Withdrawn | EventKind::Deleted);
            ids.extend(works.into_iter().filter(|id| seen.insert(*id)));
        }
        Ok((ids, has_removals))
    }

    /// Hands the next events to the writer.
    pub(crate) async fn step(&mut self) -> Result<Progress, ProjectionError> {
        let events = self.catalog.events(self.applied, BATCH).await?;
        let Some(last) = events.last().map(|event| event.number) else {
            return Ok(Progress::Level);
        };
        let progress = if events.len() < BATCH {
            Progress::Level
        } else {
            Progress::More
        };
        let (ids, has_removals) = self.changed(&events).await?;
        let puts = self.puts(self.catalog.entries(&ids).await?).await?;
        let or_remove = |(id, put): (&AssetId, Option<_>)| put.unwrap_or(IndexChange::Remove(*id));
        let changes: Vec<IndexChange> = ids.iter().zip(puts).map(or_remove).collect();
        if has_removals && !self.has_removals {
            self.prepare_removal().await?;
        }
        let count = changes.len();
        let (index, thesaurus) = (Arc::clone(&self.index), Arc::clone(&self.thesaurus));
        blocking(move || index.apply(&thesaurus, &changes)).await?;
        self.applied = last;
        self.pending += count;
        self.has_removals |= has_removals;
        self.last = Instant::now();
        self.since.get_or_insert(self.last);
        Ok(progress)
    }

    /// Lets nothing be merged until the texts have left; see [`super::purge`].
    async fn prepare_removal(&mut self) -> Result<(), ProjectionError> {
        if self.has_pending() {
            self.commit().await?;
        }
        let index = Arc::clone(&self.index);
        Ok(blocking(move || index.stop_merging()).await?)
    }

    /// Commits what was handed over; tells the last event that is searchable now.
    pub(crate) async fn commit(&mut self) -> Result<EventNumber, ProjectionError> {
        let (index, event) = (Arc::clone(&self.index), self.applied);
        let has_removals = MustPurge(self.has_removals);
        blocking(move || index.commit(event, has_removals)).await?;
        (self.pending, self.since, self.has_removals) = (0, None, false);
        Ok(event)
    }

    /// Whether texts of removed works may still be in files.
    pub(crate) fn must_purge(&self) -> bool {
        self.index.must_purge().0
    }

    /// Takes the texts of removed works out of the files. Nothing may wait for a commit.
    pub(crate) async fn purge(&self) -> Result<(), ProjectionError> {
        let index = Arc::clone(&self.index);
        Ok(blocking(move || index.purge()).await?)
    }

    /// Fills an empty index from the list of all works, then from the events since.
    pub(crate) async fn rebuild(
        &mut self,
        mut tell: impl FnMut(u64),
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
            let puts = self.puts(entries.into_iter().map(Some).collect()).await?;
            let changes: Vec<IndexChange> = puts.into_iter().flatten().collect();
            let (index, thesaurus) = (Arc::clone(&self.index), Arc::clone(&self.thesaurus));
            blocking(move || index.apply_new(&thesaurus, &changes)).await?;
            tell(done);
        }
        self.applied = start;
        self.since = Some(Instant::now());
        self.commit().await?;
        while self.step().await? == Progress::More {}
        self.commit().await
    }
}

/// The work of an entry, unless it is deleted or withdrawn.
fn findable(entry: Option<Entry>) -> Option<Box<Asset>> {
    match entry? {
        Entry::Asset(work) if !matches!(work.state, State::Withdrawn { .. }) => Some(work),
        _ => None,
    }
}
