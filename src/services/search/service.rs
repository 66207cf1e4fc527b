//! The face of search: open, ask, wait, rebuild, close.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::engine::Engine;
use super::follower::follow;
use super::index::generations::Store;
use super::index::open_index::IndexError;
use super::index::open_index::OpenIndex;
use super::index::open_index::WriterSettings;
use super::index::pending_removals::Removed;
use super::index::projector::ProjectionError;
use super::permits::Lane;
use super::response::SearchAnswer;
use super::response::SearchRequest;
use super::thesaurus::Thesaurus;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::storage::blobs::BlobStore;
use crate::storage::blocking;
use crate::storage::catalog::{Catalog, CatalogError, EventNumber};

/// Searches that run at once for each core: some wait for the disk.
const SEARCHES_PER_CORE: usize = 4;
/// Completions that are made at once for each core: short ones that take turns are all ready sooner.
const COMPLETIONS_PER_CORE: usize = 1;

/// How search behaves.
#[derive(Debug, Clone, Copy)]
pub struct SearchSettings {
    /// Memory and threads for writing.
    pub writer: WriterSettings,
    /// Bytes for the sets of documents that are kept from search to search.
    pub cache_bytes: usize,
    /// How long a change may wait for others before it becomes searchable.
    pub patience: Duration,
    /// How long a search waits for an event it wants to know of.
    pub freshness_wait: Duration,
    /// How long a search may look before it answers with what it has; making snippets may take
    /// as long again.
    pub time_budget: Duration,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            writer: WriterSettings::default(),
            cache_bytes: 64 << 20,
            patience: Duration::from_secs(1),
            freshness_wait: Duration::from_secs(2),
            time_budget: Duration::from_secs(2),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index could not be read or written.
    #[error("the search index does not answer")]
    Index(#[from] IndexError),
    /// The catalogue could not be read.
    #[error("the catalogue does not answer")]
    Catalog(#[from] CatalogError),
}

impl From<ProjectionError> for SearchError {
    fn from(error: ProjectionError) -> Self {
        match error {
            ProjectionError::Catalog(error) => Self::Catalog(error),
            ProjectionError::Index(error) => Self::Index(error),
        }
    }
}

/// How the index stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchStatus {
    /// The last event that is searchable.
    pub event: EventNumber,
    /// Events that are not yet searchable.
    pub lag: u64,
    /// Works done by a build under way.
    pub rebuilding: Option<u64>,
    /// Searchable works, those that only some may see included.
    pub works: u64,
    /// Bytes on disk.
    pub size_bytes: u64,
}

/// Search over the whole archive. Cheap to share behind an `Arc`.
pub struct Search {
    pub(crate) inner: Arc<Inner>,
    follower: Mutex<Option<JoinHandle<()>>>,
}

pub(crate) struct Inner {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) vocabularies: Arc<Vocabularies>,
    pub(crate) thesaurus: Arc<Thesaurus>,
    pub(crate) clock: Clock,
    pub(crate) settings: SearchSettings,
    pub(crate) store: Store,
    pub(crate) live: RwLock<Arc<OpenIndex>>,
    pub(crate) engine: Engine,
    pub(crate) removed: Removed,
    pub(crate) searchable: watch::Sender<EventNumber>,
    pub(crate) rebuilding: watch::Sender<Option<u64>>,
    pub(crate) searches: Lane,
    /// Completions do not wait behind searches.
    pub(crate) completions: Lane,
    /// Somebody waits for a commit.
    pub(crate) hurry: Notify,
    /// A rebuild was asked for.
    pub(crate) rebuild: watch::Sender<u64>,
    pub(crate) closing: watch::Sender<bool>,
}

impl Search {
    /// Opens the index in `folder` and begins to follow the catalogue. An index that is missing,
    /// damaged or of another version is built in the background; until then little or nothing is
    /// found, and [`Search::status`] says so.
    ///
    /// # Errors
    /// Only when the folder cannot be written at all.
    pub async fn open(
        folder: &Path,
        catalog: Arc<dyn Catalog>,
        blobs: Arc<dyn BlobStore>,
        vocabularies: Arc<Vocabularies>,
        clock: Clock,
        settings: SearchSettings,
    ) -> Result<Self, SearchError> {
        let thesaurus = Arc::new(Thesaurus::of(&vocabularies));
        let folder = folder.to_owned();
        let last_event = *catalog.watch_events().borrow();
        let (store, live, is_usable) =
            blocking(move || open_or_create(&folder, settings.writer, last_event)).await?;
        let event = live.event();
        let inner = Arc::new(Inner {
            catalog,
            blobs,
            vocabularies,
            thesaurus,
            clock,
            settings,
            store,
            live: RwLock::new(Arc::new(live)),
            engine: Engine::new(settings.cache_bytes),
            removed: Removed::default(),
            searchable: watch::Sender::new(event),
            rebuilding: watch::Sender::new((!is_usable).then_some(0)),
            searches: Lane::new(SEARCHES_PER_CORE),
            completions: Lane::new(COMPLETIONS_PER_CORE),
            hurry: Notify::new(),
            rebuild: watch::Sender::new(u64::from(!is_usable)),
            closing: watch::Sender::new(false),
        });
        let follower = tokio::spawn(follow(Arc::clone(&inner)));
        Ok(Self {
            inner,
            follower: Mutex::new(Some(follower)),
        })
    }

    /// Answers a search for somebody.
    ///
    /// # Errors
    /// When index or catalogue cannot be read; never because of the text.
    pub async fn search(
        &self,
        actor: &Actor,
        request: SearchRequest,
    ) -> Result<SearchAnswer, SearchError> {
        let asked = Instant::now();
        let is_stale = match request.not_before {
            Some(event) => !self.wait_for(event).await,
            None => false,
        };
        let (inner, actor) = (Arc::clone(&self.inner), actor.clone());
        let answer = async move {
            let waiting = asked.elapsed();
            let mut answer = inner.answer(&actor, &request).await?;
            answer.is_stale = is_stale;
            answer.took.waiting = waiting;
            Ok(answer)
        };
        self.inner.searches.run(answer).await
    }

    /// Waits until an event is searchable, for as long as the settings say. False when it is not
    /// by then.
    pub async fn wait_for(&self, event: EventNumber) -> bool {
        let mut searchable = self.inner.searchable.subscribe();
        if *searchable.borrow() >= event {
            return true;
        }
        self.inner.hurry.notify_one();
        let reached = searchable.wait_for(|at| *at >= event);
        tokio::time::timeout(self.inner.settings.freshness_wait, reached)
            .await
            .is_ok_and(|r| r.is_ok())
    }

    /// The last event that is searchable; answers from now on know of it.
    pub fn searchable(&self) -> EventNumber {
        *self.inner.searchable.borrow()
    }

    /// How the index stands.
    pub fn status(&self) -> SearchStatus {
        let index = self.inner.live();
        let event = *self.inner.searchable.borrow();
        let last = *self.inner.catalog.watch_events().borrow();
        SearchStatus {
            event,
            lag: last.0.saturating_sub(event.0),
            rebuilding: *self.inner.rebuilding.borrow(),
            works: index.searcher().num_docs(),
            size_bytes: index.size_bytes(),
        }
    }

    /// Builds a new index beside the live one and puts it in its place, telling how many works
    /// are done. Searches go on meanwhile.
    ///
    /// # Errors
    /// When the build failed; the live index stays.
    pub async fn reindex(&self, mut progress: impl FnMut(u64)) -> Result<(), SearchError> {
        let mut state = self.inner.rebuilding.subscribe();
        self.inner.rebuilding.send_replace(Some(0));
        self.inner.rebuild.send_modify(|asked| *asked += 1);
        loop {
            if state.changed().await.is_err() {
                return Err(IndexError::Closed.into());
            }
            match *state.borrow_and_update() {
                Some(done) => progress(done),
                None => return Ok(()),
            }
        }
    }

    /// Commits what waits and stops following the catalogue.
    pub async fn close(&self) {
        self.inner.closing.send_replace(true);
        let follower = self
            .follower
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(follower) = follower
            && follower.await.is_err()
        {
            tracing::error!("the reader of the event log for the search index has failed");
        }
        let index = self.inner.live();
        if let Err(error) = blocking(move || index.close()).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the search index was not closed cleanly"
            );
        }
    }
}

impl Inner {
    pub(crate) fn live(&self) -> Arc<OpenIndex> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn has_become_searchable(&self, event: EventNumber) {
        self.engine.refresh(&self.live().searcher());
        self.searchable.send_replace(event);
    }
}

/// Opens the live index, or an empty one that is to be filled. An index ahead of the catalogue
/// belongs to another one.
fn open_or_create(
    folder: &Path,
    settings: WriterSettings,
    last_event: EventNumber,
) -> Result<(Store, OpenIndex, bool), IndexError> {
    let store = Store::new(folder, settings)?;
    if let Some(index) = store.open_live() {
        if index.event() <= last_event
            && (index.event() > EventNumber(0) || last_event == EventNumber(0))
        {
            return Ok((store, index, true));
        }
        index.close()?;
    }
    let index = store.create_next()?;
    let is_usable = last_event == EventNumber(0);
    if is_usable {
        store.make_live(&index)?;
    }
    Ok((store, index, is_usable))
}
