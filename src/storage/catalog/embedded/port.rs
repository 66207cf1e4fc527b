//! The embedded catalogue as the rest of the archive sees it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{oneshot, watch};

use super::catalog::EmbeddedCatalog;
use super::live::Shared;
use super::scrub;
use super::writer::Request;
use crate::domain::asset::{Asset, AssetId, Identifier, Revision};
use crate::domain::{SavedSearch, SavedSearchId, Slug, Timestamp};
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, BlobRecord, BlobRecords, CatalogError, ChangeSet, Commits, Counts, Entry, Event,
    EventLog, EventNumber, Health, IdempotencyKey, Idempotent, Job, JobId, JobKind, JobState,
    JobStore, KeyRange, KeyedRecord, Lease, LogId, OwnedCatalog, Receipt, RecordKey, RecordStore,
    Rendition, RevisionEntry, SavedSearchStore, Scrubbed, TokenHash, TokenRecord, TokenStore,
    Upkeep, Usage, Verification, Works,
};

impl EmbeddedCatalog {
    /// Reads on the blocking pool.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Shared) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || read(&shared)).await
    }
}

#[async_trait]
impl Commits for EmbeddedCatalog {
    async fn commit(&self, changes: ChangeSet) -> Result<Receipt, CatalogError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Request::Commit(changes, answer)).await?;
        answered.await.map_err(|_| CatalogError::Closed)?
    }

    async fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Idempotent>, CatalogError> {
        let key = key.clone();
        self.read(move |shared| shared.remembered(&key)).await
    }
}

#[async_trait]
impl Works for EmbeddedCatalog {
    async fn entry(&self, id: AssetId) -> Result<Option<Entry>, CatalogError> {
        let mut entries = self.entries(&[id]).await?;
        Ok(entries.pop().flatten())
    }

    async fn entries(&self, ids: &[AssetId]) -> Result<Vec<Option<Entry>>, CatalogError> {
        let ids = ids.to_vec();
        self.read(move |shared| shared.entries(&ids)).await
    }

    async fn list(&self, after: Option<AssetId>, limit: usize) -> Result<Vec<Entry>, CatalogError> {
        self.read(move |shared| shared.list(after, limit)).await
    }

    async fn revisions(
        &self,
        id: AssetId,
        before: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<RevisionEntry>, CatalogError> {
        self.read(move |shared| shared.revisions(id, before, limit))
            .await
    }

    async fn asset_at(
        &self,
        id: AssetId,
        revision: Revision,
    ) -> Result<Option<(RevisionEntry, Asset)>, CatalogError> {
        self.read(move |shared| shared.asset_at(id, revision)).await
    }

    async fn usage(&self, organisation: &Slug) -> Result<Usage, CatalogError> {
        let organisation = organisation.clone();
        self.read(move |shared| shared.usage(&organisation)).await
    }

    async fn with_identifiers(
        &self,
        identifiers: &[Identifier],
    ) -> Result<Vec<Vec<AssetId>>, CatalogError> {
        let identifiers = identifiers.to_vec();
        self.read(move |shared| shared.with_identifiers(&identifiers))
            .await
    }
}

#[async_trait]
impl EventLog for EmbeddedCatalog {
    async fn events(&self, after: EventNumber, limit: usize) -> Result<Vec<Event>, CatalogError> {
        self.read(move |shared| shared.events_after(after, limit))
            .await
    }

    fn watch_events(&self) -> watch::Receiver<EventNumber> {
        self.shared.events.subscribe()
    }

    async fn last_event(&self) -> Result<EventNumber, CatalogError> {
        let counts = self.read(Shared::counts).await?;
        Ok(EventNumber(counts.events))
    }

    fn log_id(&self) -> LogId {
        self.shared.log
    }
}

#[async_trait]
impl BlobRecords for EmbeddedCatalog {
    async fn with_blob(&self, key: BlobKey) -> Result<Vec<AssetId>, CatalogError> {
        self.read(move |shared| shared.with_blob(key)).await
    }

    async fn blobs(
        &self,
        after: Option<BlobKey>,
        limit: usize,
    ) -> Result<Vec<BlobRecord>, CatalogError> {
        self.read(move |shared| shared.blobs(after, limit)).await
    }

    async fn blob_records(
        &self,
        keys: &[BlobKey],
    ) -> Result<Vec<Option<BlobRecord>>, CatalogError> {
        let keys = keys.to_vec();
        self.read(move |shared| shared.blob_records(&keys)).await
    }

    async fn renditions(&self, of: &[BlobKey]) -> Result<Vec<Vec<Rendition>>, CatalogError> {
        let of = of.to_vec();
        self.read(move |shared| shared.renditions(&of)).await
    }
}

#[async_trait]
impl JobStore for EmbeddedCatalog {
    async fn claim_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Job, Lease)>, CatalogError> {
        let kinds = kinds.to_vec();
        self.read(move |shared| shared.claim_job(&kinds, now, until))
            .await
    }

    async fn next_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, CatalogError> {
        let kinds = kinds.to_vec();
        self.read(move |shared| shared.next_job(&kinds, now)).await
    }

    async fn extend_lease(&self, lease: &Lease, until: Timestamp) -> Result<(), CatalogError> {
        let lease = *lease;
        self.read(move |shared| {
            let job = shared.job(lease.job)?;
            // Somebody may have cancelled it.
            job.filter(|job| job.state == JobState::Waiting)
                .ok_or(CatalogError::LeaseLost)?;
            shared.leases.extend(&lease, until)
        })
        .await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError> {
        self.read(move |shared| shared.job(id)).await
    }

    async fn jobs(
        &self,
        state: Option<JobState>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>, CatalogError> {
        self.read(move |shared| shared.jobs(state, after, limit))
            .await
    }
}

#[async_trait]
impl RecordStore for EmbeddedCatalog {
    async fn record(&self, key: &RecordKey) -> Result<Option<KeyedRecord>, CatalogError> {
        let key = key.clone();
        self.read(move |shared| shared.record(&key)).await
    }

    async fn records(
        &self,
        table: &str,
        range: KeyRange,
        limit: usize,
    ) -> Result<Vec<KeyedRecord>, CatalogError> {
        let table = table.to_owned();
        self.read(move |shared| shared.records(&table, &range, limit))
            .await
    }
}

#[async_trait]
impl TokenStore for EmbeddedCatalog {
    async fn token(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, CatalogError> {
        let hash = *hash;
        self.read(move |shared| shared.token(&hash)).await
    }

    async fn tokens(&self) -> Result<Vec<TokenRecord>, CatalogError> {
        self.read(Shared::tokens).await
    }
}

#[async_trait]
impl SavedSearchStore for EmbeddedCatalog {
    async fn saved_search(&self, id: SavedSearchId) -> Result<Option<SavedSearch>, CatalogError> {
        self.read(move |shared| shared.saved_search(id)).await
    }

    async fn saved_searches(
        &self,
        after: Option<SavedSearchId>,
        limit: usize,
    ) -> Result<Vec<SavedSearch>, CatalogError> {
        self.read(move |shared| shared.saved_searches(after, limit))
            .await
    }
}

#[async_trait]
impl Upkeep for EmbeddedCatalog {
    async fn counts(&self) -> Result<Counts, CatalogError> {
        self.read(Shared::counts).await
    }

    fn health(&self) -> Health {
        self.shared.health()
    }

    async fn scrub(&self, bytes_per_second: u64) -> Result<Scrubbed, CatalogError> {
        scrub::scrub(&self.shared, bytes_per_second).await
    }
}

#[async_trait]
impl OwnedCatalog for EmbeddedCatalog {
    async fn verify(&self) -> Result<Verification, CatalogError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Request::Verify(answer)).await?;
        answered.await.map_err(|_| CatalogError::Closed)?
    }

    async fn close(&self) {
        if let Some(thread) = self.stop_writer() {
            blocking(move || {
                let _ = thread.join();
            })
            .await;
        }
    }
}
