//! The state that requests and the index follower share.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Notify, watch};

use super::admission::Admission;
use super::engine::Engine;
use super::index::generations::GenerationStore;
use super::index::open_index::OpenIndex;
use super::index::pending_removals::PendingRemovals;
use super::settings::SearchSettings;
use super::thesaurus::Thesaurus;
use crate::clock::Clock;
use crate::domain::vocabulary::Vocabularies;
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::{EventNumber, WorkReader};

/// Everything a request or the follower needs.
pub(crate) struct SearchState {
    pub(crate) catalog: Arc<dyn WorkReader>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) vocabularies: Arc<Vocabularies>,
    pub(crate) thesaurus: Arc<Thesaurus>,
    pub(crate) clock: Clock,
    pub(crate) settings: SearchSettings,
    pub(crate) store: GenerationStore,
    /// The live generation; replaced after a rebuild.
    pub(crate) live: RwLock<Arc<OpenIndex>>,
    pub(crate) engine: Engine,
    pub(crate) removals: PendingRemovals,
    /// The last searchable event.
    pub(crate) searchable: watch::Sender<EventNumber>,
    /// Works indexed by a running rebuild.
    pub(crate) rebuilding: watch::Sender<Option<u64>>,
    pub(crate) admission: Arc<Admission>,
    /// Completions are short and do not wait for searches.
    pub(crate) completion_admission: Arc<Admission>,
    /// Notified when a request waits for a commit.
    pub(crate) commit_requested: Notify,
    /// Number of rebuilds requested so far.
    pub(crate) rebuild_requests: watch::Sender<u64>,
    pub(crate) closing: watch::Sender<bool>,
}

impl SearchState {
    /// The live index.
    pub(crate) fn live(&self) -> Arc<OpenIndex> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Drops outdated cache entries and announces the last event of a commit.
    pub(crate) fn publish_commit(&self, event: EventNumber) {
        self.engine.evict_outdated(&self.live().searcher());
        self.searchable.send_replace(event);
    }
}
