//! The face of search: open, ask, wait, rebuild, close.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;

use super::answer::{Hit, Matching, SearchAnswer, SearchRequest, Took, Total};
use super::engine::{Engine, Found, Question};
use super::follower::follow;
use super::index::{IndexError, OpenIndex, WriterSettings};
use super::matching::Strictness;
use super::pictures::Pictures;
use super::projector::ProjectionError;
use super::query::Lexicon;
use super::removed::Removed;
use super::showing::{Transcribed, facet_counts, grouped, highlighter, hits, told};
use super::snippets::Highlighter;
use super::store::Store;
use super::thesaurus::Thesaurus;
use super::transcripts;
use super::view::Viewer;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::{Catalog, CatalogError, Entry, EventNumber};
use crate::storage::{blocking, mostly_blocking};

/// Searches that run at once for each core: some wait for the disk.
const RUNNING_PER_CORE: usize = 4;

/// Completions that are made at once for each core: short ones that take turns are all ready sooner.
const SUGGESTING_PER_CORE: usize = 1;

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
    pub(super) inner: Arc<Inner>,
    follower: Mutex<Option<JoinHandle<()>>>,
}

pub(super) struct Inner {
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) vocabularies: Arc<Vocabularies>,
    pub(super) thesaurus: Arc<Thesaurus>,
    pub(super) clock: Clock,
    pub(super) settings: SearchSettings,
    pub(super) store: Store,
    pub(super) live: RwLock<Arc<OpenIndex>>,
    pub(super) engine: Engine,
    pub(super) removed: Removed,
    pub(super) searchable: watch::Sender<EventNumber>,
    pub(super) rebuilding: watch::Sender<Option<u64>>,
    /// Searches that run at once: more would only take the processor from each other.
    pub(super) running: Semaphore,
    /// The same for completions, which do not wait behind searches.
    pub(super) suggesting: Semaphore,
    /// Somebody waits for a commit.
    pub(super) hurry: Notify,
    /// A rebuild was asked for.
    pub(super) rebuild: watch::Sender<u64>,
    pub(super) closing: watch::Sender<bool>,
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
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
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
            running: Semaphore::new(RUNNING_PER_CORE * cores),
            suggesting: Semaphore::new(SUGGESTING_PER_CORE * cores),
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
        let started = Instant::now();
        let is_stale = match request.not_before {
            Some(event) => !self.wait_for(event).await,
            None => false,
        };
        let _running = self.inner.running.acquire().await;
        let waiting = started.elapsed();
        let (inner, actor) = (Arc::clone(&self.inner), actor.clone());
        let answer = async move { inner.answer(&actor, &request).await };
        let mut answer = mostly_blocking(answer).await?;
        answer.is_stale = is_stale;
        answer.took.waiting = waiting;
        Ok(answer)
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
    pub(super) fn live(&self) -> Arc<OpenIndex> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers from what is searchable now.
    async fn answer(
        &self,
        actor: &Actor,
        request: &SearchRequest,
    ) -> Result<SearchAnswer, SearchError> {
        let started = Instant::now();
        let searchable = *self.searchable.borrow();
        let viewer = Viewer::new(actor, self.clock.now());
        let question = Question {
            removed: self.removed.since(searchable, &*self.catalog).await?,
            ..Question::new(request, viewer, started + self.settings.time_budget)
        };
        let index = self.live();
        let found = self
            .engine
            .find(
                &index.searcher(),
                index.fields(),
                &self.thesaurus,
                &question,
            )
            .map_err(IndexError::from)?;
        let finding = started.elapsed();
        let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
        let entries = self.catalog.entries(&ids).await?;
        let entries = if request.with_snippets {
            self.with_transcripts(entries).await
        } else {
            alone(entries)
        };
        let works = entries.iter().flatten().map(|(work, _)| &**work);
        let works = works.filter(|_| request.group_duplicates);
        let pictures = Pictures::of(&*self.catalog, works).await?;
        let shown = self.show(found, entries, &pictures, actor, request, &index);
        let mut answer = shown.map_err(IndexError::from)?;
        answer.took.finding = finding;
        answer.took.showing = started.elapsed() - finding;
        Ok(answer)
    }

    async fn with_transcripts(&self, entries: Vec<Option<Entry>>) -> Vec<Option<Transcribed>> {
        let mut transcribed = Vec::with_capacity(entries.len());
        for entry in entries {
            transcribed.push(match entry {
                Some(Entry::Asset(asset)) => {
                    let said = transcripts::read(&self.blobs, &asset).await;
                    Some((asset, said))
                }
                _ => None,
            });
        }
        transcribed
    }

    fn show(
        &self,
        found: Found,
        entries: Vec<Option<Transcribed>>,
        pictures: &Pictures,
        actor: &Actor,
        request: &SearchRequest,
        index: &OpenIndex,
    ) -> tantivy::Result<SearchAnswer> {
        let searcher = index.searcher();
        let view = self.engine.view(&searcher, index.fields(), &found.viewer);
        let lexicon = Lexicon::new(view)?;
        let lights = if request.with_snippets {
            highlighter(&found, &lexicon)
        } else {
            Highlighter::default()
        };
        let deadline = Instant::now() + self.settings.time_budget;
        let now = self.clock.now();
        let shown = hits(&found, entries, actor, now, &lights, deadline);
        let vanished = (found.hits.len() - shown.len()) as u64;
        let shown = if request.group_duplicates {
            grouped(shown, pictures)
        } else {
            shown
        };
        let shown: Vec<Hit> = shown.into_iter().map(|(hit, _)| hit).collect();
        let facets = facet_counts(
            &found.matches.counts,
            &request.facets,
            request.facet_values,
            &found.filters,
            &self.vocabularies,
            &request.language,
        );
        Ok(SearchAnswer {
            interpretation: told(&found, &shown, &lexicon, deadline),
            hits: shown,
            total: Total {
                works: found.matches.total.saturating_sub(vanished),
                is_exact: !found.is_partial,
            },
            matching: match found.strictness {
                Strictness::All => Matching::AllWords,
                Strictness::Telling => Matching::SomeWords,
            },
            facets,
            next: found.next,
            is_stale: false,
            is_partial: found.is_partial || Instant::now() > deadline,
            event: *self.searchable.borrow(),
            took: Took::default(),
        })
    }

    pub(super) fn has_become_searchable(&self, event: EventNumber) {
        self.engine.refresh(&self.live().searcher());
        self.searchable.send_replace(event);
    }
}

/// The works without what is said in their recordings.
fn alone(entries: Vec<Option<Entry>>) -> Vec<Option<Transcribed>> {
    let work = |entry| match entry {
        Some(Entry::Asset(asset)) => Some((asset, Vec::new())),
        _ => None,
    };
    entries.into_iter().map(work).collect()
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
