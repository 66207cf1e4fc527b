//! The public face of search: open, search, complete, find similar works, rebuild, close.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::admission::requester::Requester;
use super::admission::{Admission, AdmissionSettings};
use super::engine::Engine;
use super::error::SearchError;
use super::follower::follow;
use super::index::generations::{GenerationStore, last_indexed};
use super::index::open_index::{IndexError, OpenIndex, WriterSettings};
use super::index::pending_removals::PendingRemovals;
use super::presenting::respond::respond;
use super::request::SearchRequest;
use super::response::SearchResponse;
use super::settings::SearchSettings;
use super::state::SearchState;
use super::suggest::complete;
use super::suggest::concept_names::{concept_names, folded_prefix};
use super::suggest::similar_works::{SimilarWorks, similar_works};
use super::suggest::suggestion::Suggestion;
use super::thesaurus::Thesaurus;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::domain::vocabulary::Vocabularies;
use crate::storage::blobs::BlobStore;
use crate::storage::blocking;
use crate::storage::catalog::{CatalogError, EventNumber, LogId, WorkReader};
use crate::telemetry::error_chain;

/// The state of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchStatus {
    /// The last searchable event.
    pub event: EventNumber,
    /// Events that are not yet searchable.
    pub lag: u64,
    /// Works indexed by a running rebuild.
    pub rebuilding: Option<u64>,
    /// Works in the index, whatever their audience.
    pub works: u64,
    /// Size on disk, in bytes.
    pub size_bytes: u64,
}

/// Search over the whole archive; share it behind an `Arc`.
pub struct Search {
    state: Arc<SearchState>,
    follower: Mutex<Option<JoinHandle<()>>>,
}

impl Search {
    /// Opens the index in `folder` and starts to follow the catalogue. An index that is missing,
    /// damaged or of another version is rebuilt in the background; until then searches find little
    /// or nothing, and [`Search::status`] reports the rebuild.
    ///
    /// # Errors
    /// When the folder cannot be written; [`CatalogError::Lost`] when the index knows of events that
    /// the catalogue does not have.
    pub async fn open(
        folder: &Path,
        catalog: Arc<dyn WorkReader>,
        blobs: Arc<dyn BlobStore>,
        vocabularies: Arc<Vocabularies>,
        clock: Clock,
        settings: SearchSettings,
    ) -> Result<Self, SearchError> {
        let thesaurus = Arc::new(Thesaurus::of(&vocabularies));
        let folder = folder.to_owned();
        let (log, last_event) = (catalog.log_id(), *catalog.watch_events().borrow());
        let (store, live, is_usable) = blocking(move || {
            check_not_ahead(&folder, log, last_event)?;
            open_or_create(&folder, settings.writer, log, last_event).map_err(SearchError::from)
        })
        .await?;
        let event = live.event();
        let state = Arc::new(SearchState {
            catalog,
            blobs,
            vocabularies,
            thesaurus,
            clock,
            settings,
            store,
            live: RwLock::new(Arc::new(live)),
            engine: Engine::new(settings.cache_bytes),
            removals: PendingRemovals::default(),
            searchable: watch::Sender::new(event),
            rebuilding: watch::Sender::new((!is_usable).then_some(0)),
            admission: Arc::new(Admission::new(settings.admission)),
            completion_admission: Arc::new(Admission::new(completions(settings.admission))),
            commit_requested: Notify::new(),
            rebuild_requests: watch::Sender::new(u64::from(!is_usable)),
            closing: watch::Sender::new(false),
        });
        let follower = tokio::spawn(follow(Arc::clone(&state)));
        Ok(Self {
            state,
            follower: Mutex::new(Some(follower)),
        })
    }

    /// Runs a search for an actor.
    ///
    /// # Errors
    /// When index or catalogue cannot be read; never because of the text.
    pub async fn search(
        &self,
        actor: &Actor,
        request: SearchRequest,
    ) -> Result<SearchResponse, SearchError> {
        let received = Instant::now();
        let is_stale = match request.not_before {
            Some(event) => !self.wait_for(event).await,
            None => false,
        };
        let requester = request.requester.clone();
        let (state, actor) = (Arc::clone(&self.state), actor.clone());
        let search = async move {
            let waiting = received.elapsed();
            let mut response = respond(&state, &actor, &request).await?;
            response.is_stale = is_stale;
            response.took.waiting = waiting;
            Ok(response)
        };
        self.state.admission.run(&requester, search).await?
    }

    /// Completes a typed prefix: names of concepts first, then titles.
    ///
    /// # Errors
    /// When index or catalogue cannot be read.
    pub async fn suggest(
        &self,
        requester: &Requester,
        actor: &Actor,
        text: &str,
        language: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let prefix = folded_prefix(text);
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let names = concept_names(&self.state.thesaurus, &prefix, language, limit);
        if names.len() == limit {
            return Ok(names);
        }
        let (state, actor) = (Arc::clone(&self.state), actor.clone());
        let with_titles =
            async move { complete::add_titles(&state, names, &actor, &prefix, limit).await };
        let admission = &self.state.completion_admission;
        admission.run(requester, with_titles).await?
    }

    /// Works similar to one that the actor may see; none when there is no such work for them.
    ///
    /// # Errors
    /// When index or catalogue cannot be read.
    pub async fn similar(
        &self,
        requester: &Requester,
        actor: &Actor,
        id: AssetId,
        limit: usize,
    ) -> Result<Option<SimilarWorks>, SearchError> {
        let (state, actor) = (Arc::clone(&self.state), actor.clone());
        let similar = async move { similar_works(&state, &actor, id, limit).await };
        self.state.admission.run(requester, similar).await?
    }

    /// Decides when requests may run. Other services that compute for a caller use it as well.
    pub fn admission(&self) -> &Arc<Admission> {
        &self.state.admission
    }

    /// Waits until an event is searchable, at most for the time in the settings. False when it is
    /// not searchable by then.
    pub async fn wait_for(&self, event: EventNumber) -> bool {
        let mut searchable = self.state.searchable.subscribe();
        if *searchable.borrow() >= event {
            return true;
        }
        self.state.commit_requested.notify_one();
        let reached = searchable.wait_for(|at| *at >= event);
        tokio::time::timeout(self.state.settings.freshness_wait, reached)
            .await
            .is_ok_and(|r| r.is_ok())
    }

    /// The last searchable event; every later search includes it.
    pub fn searchable(&self) -> EventNumber {
        *self.state.searchable.borrow()
    }

    /// The state of the index.
    pub fn status(&self) -> SearchStatus {
        let index = self.state.live();
        let event = *self.state.searchable.borrow();
        let last = *self.state.catalog.watch_events().borrow();
        SearchStatus {
            event,
            lag: last.0.saturating_sub(event.0),
            rebuilding: *self.state.rebuilding.borrow(),
            works: index.searcher().num_docs(),
            size_bytes: index.size_bytes(),
        }
    }

    /// Builds a new index and replaces the live one by it; reports the number of indexed works.
    /// Searches use the old index meanwhile.
    ///
    /// # Errors
    /// When the rebuild failed; the old index stays live.
    pub async fn reindex(&self, mut progress: impl FnMut(u64)) -> Result<(), SearchError> {
        let mut rebuilding = self.state.rebuilding.subscribe();
        self.state.rebuilding.send_replace(Some(0));
        self.state
            .rebuild_requests
            .send_modify(|requests| *requests += 1);
        loop {
            if rebuilding.changed().await.is_err() {
                return Err(IndexError::Closed.into());
            }
            match *rebuilding.borrow_and_update() {
                Some(done) => progress(done),
                None => return Ok(()),
            }
        }
    }

    /// Commits pending changes and stops following the catalogue.
    pub async fn close(&self) {
        self.state.closing.send_replace(true);
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
        let index = self.state.live();
        if let Err(error) = blocking(move || index.close()).await {
            tracing::warn!(
                error = error_chain(&error),
                "the search index was not closed cleanly"
            );
        }
    }
}

/// Completions are short, so queueing finishes all sooner; they do not wait for searches.
fn completions(settings: AdmissionSettings) -> AdmissionSettings {
    AdmissionSettings {
        running: settings.cores,
        ..settings
    }
}

/// An index of the same log that is ahead of the catalogue proves that the catalogue lost changes.
fn check_not_ahead(folder: &Path, log: LogId, last_event: EventNumber) -> Result<(), CatalogError> {
    match last_indexed(folder) {
        Some((of, indexed)) if of == log && indexed > last_event => Err(CatalogError::lost_events(
            last_event,
            indexed,
            "the search index",
        )),
        _ => Ok(()),
    }
}

/// Opens the live index, or creates an empty one that must be filled. An index of unknown log that
/// is ahead of the catalogue belongs to another catalogue.
fn open_or_create(
    folder: &Path,
    settings: WriterSettings,
    log: LogId,
    last_event: EventNumber,
) -> Result<(GenerationStore, OpenIndex, bool), IndexError> {
    let store = GenerationStore::new(folder, settings, log)?;
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
