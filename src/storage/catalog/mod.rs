//! The catalogue: what is known about works, their one event log, jobs, tokens, saved searches, and keyed
//! records.
//!
//! Writers commit a [`ChangeSet`], completely or not at all; it is durable when
//! [`Catalog::commit`] returns. Every change to a work appends exactly one [`Event`] in the same
//! commit, numbered without holes. Readers of the log (index, change feed, replicas) keep a cursor.

pub mod blob;
pub mod change;
pub mod embedded;
pub mod event;
pub mod job;
pub mod keyed;
pub mod log;
pub mod record;
pub mod revision;
pub mod token;
pub mod typed_records;
mod usage;

use async_trait::async_trait;

pub use blob::{
    Audit, AuditOutcome, BlobKey, HashedPicture, ProcessedBlob, ProcessingResult, Rendition,
};
pub use change::{ChangeSet, IdempotencyKey, Idempotent, Made, Receipt, Write};
pub use event::{Event, EventKind, EventNumber, Subject};
pub use job::{Job, JobId, JobKind, JobState, Lease, NewJob, Outcome};
pub use keyed::{KeyRange, Keyed, KeyedRecord, RecordKey, Versioned};
pub use log::{Log, LogStart};
pub use revision::RevisionEntry;
pub use token::{TokenHash, TokenRecord};
pub use usage::{Excess, Resource, Usage, UsageLimit};

pub use crate::domain::LogId;
use crate::domain::asset::{Asset, AssetId, Identifier, Revision, Tombstone};
use crate::domain::{SavedSearch, SavedSearchId, Slug, Timestamp};

/// An entry of the catalogue: a work or what remains of a deleted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A work.
    Asset(Box<Asset>),
    /// The tombstone of a deleted work.
    Tombstone(Tombstone),
}

impl Entry {
    /// Its id.
    pub fn id(&self) -> AssetId {
        match self {
            Self::Asset(asset) => asset.id,
            Self::Tombstone(tombstone) => tombstone.id,
        }
    }
}

/// Why the catalogue refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// An expectation did not hold; nothing was written.
    #[error("the work {id} is not at the expected revision")]
    Conflict {
        /// Which work.
        id: AssetId,
        /// Its present revision, that of the tombstone if it was deleted; none if it never was.
        current: Option<Revision>,
    },
    /// A saved search was expected at another revision; nothing was written.
    #[error("the saved search {id} is not at the expected revision")]
    SearchConflict {
        /// Which one.
        id: SavedSearchId,
        /// Its present revision; none when it is not there.
        current: Option<Revision>,
    },
    /// A keyed record was expected at another revision; nothing was written.
    #[error("the record `{}` of the table `{}` is not at the expected revision", key.key, key.table)]
    RecordConflict {
        /// Which one.
        key: RecordKey,
        /// Its present revision; none when it is not there.
        current: Option<Revision>,
    },
    /// An identifier that was expected to be free belongs to a work; nothing was written.
    #[error("the identifier belongs to the work {owner}")]
    IdentifierTaken {
        /// The work that carries it.
        owner: AssetId,
    },
    /// An organisation would use more than it may; nothing was written.
    #[error("the organisation {} would use more than it may", .0.organisation)]
    Exceeds(Excess),
    /// The same idempotency key was committed before; nothing was written.
    #[error("this request was carried out before")]
    Repeated(Box<Idempotent>),
    /// The lease expired and another worker may have the job; nothing was written.
    #[error("the lease on the job was lost")]
    LeaseLost,
    /// No space left on the device; nothing was written, reads go on.
    #[error("the storage is full")]
    Full(#[source] std::io::Error),
    /// The store is damaged; the text names file, place and the way out.
    #[error("the catalogue is damaged: {0}")]
    Damaged(String),
    /// Changes that were acknowledged are gone; the text names them and the way out.
    #[error("changes are lost: {0}")]
    Lost(String),
    /// A newer version of the archive wrote what stands at this place. Nothing is damaged.
    #[error(
        "{0} was written by a newer version of the archive: start that version, or restore a \
         backup that is older than the upgrade"
    )]
    NewerVersion(String),
    /// The device failed.
    #[error("the catalogue cannot be read or written")]
    Io(#[source] std::io::Error),
    /// The catalogue has been closed or its writer has stopped after an error.
    #[error(
        "the catalogue does not take changes any more; restart after mending the cause in the log"
    )]
    Closed,
}

impl CatalogError {
    /// Events that a witness knows and the log does not have.
    pub fn lost_events(last: EventNumber, remembered: EventNumber, witness: &str) -> Self {
        Self::Lost(format!(
            "the log ends with event {last}, but {witness} knows of events up to {remembered}: \
             {first} to {remembered} are missing. Restore the end of the journal, or the whole \
             archive (`khochung restore`), from a backup; or stop the archive, copy its data folder \
             and run `khochung rebuild --discard-after-damage`, which goes on without them",
            last = last.0,
            remembered = remembered.0,
            first = last.0 + 1,
        ))
    }
}

/// The numbers of entries, counted without a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Works, tombstones not counted.
    pub assets: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// The number of the last event.
    pub events: u64,
    /// Jobs that wait or run.
    pub jobs_open: u64,
    /// Jobs that were given up.
    pub jobs_dead: u64,
}

/// What reading the stored log again found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scrubbed {
    /// Parts read: closed segments of the journal.
    pub parts: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Parts that are damaged or missing.
    pub damaged: u64,
}

/// Whether the catalogue can do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Changes are accepted; false after an error that only a restart can repair.
    pub is_writable: bool,
    /// What was found damaged since the start, with file and place; empty when nothing is.
    pub damage: Vec<String>,
}

/// What the catalogue records of one referenced blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRecord {
    /// The content address.
    pub key: BlobKey,
    /// The last audit, if there was one.
    pub audit: Option<Audit>,
    /// What the picture in it looks like, if it is one and was looked at.
    pub picture: Option<HashedPicture>,
    /// What processing it came to, if that was not a rendition.
    pub processed: Option<ProcessedBlob>,
}

/// The catalogue port. Calls may be made from any task; none blocks the async threads.
#[async_trait]
pub trait Catalog: Send + Sync + 'static {
    /// Commits a change set: checks every expectation against the present state, then writes all
    /// or nothing. Durable (fsync or the database's commit) when it returns. Two commits that
    /// expect the same revision: exactly one wins.
    ///
    /// # Errors
    /// [`CatalogError::Conflict`], [`CatalogError::SearchConflict`],
    /// [`CatalogError::RecordConflict`], [`CatalogError::IdentifierTaken`], [`CatalogError::Exceeds`], [`CatalogError::Repeated`],
    /// [`CatalogError::LeaseLost`]
    /// when an expectation fails; [`CatalogError::Full`] when the device is full. In every error
    /// case nothing has changed.
    async fn commit(&self, changes: ChangeSet) -> Result<Receipt, CatalogError>;

    /// The work or tombstone with this id. Sees every commit that has returned.
    async fn entry(&self, id: AssetId) -> Result<Option<Entry>, CatalogError>;

    /// Several entries in one call, in the order of the ids; unknown ids are `None`.
    async fn entries(&self, ids: &[AssetId]) -> Result<Vec<Option<Entry>>, CatalogError>;

    /// The revisions of a work before `before`, newest first, at most `limit`. A deleted work has
    /// none any more. Takes as long for the first page of a thousand revisions as for one.
    async fn revisions(
        &self,
        id: AssetId,
        before: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<RevisionEntry>, CatalogError>;

    /// The work as it was at one of its revisions; `None` when it never had it or is deleted.
    async fn asset_at(
        &self,
        id: AssetId,
        revision: Revision,
    ) -> Result<Option<(RevisionEntry, Asset)>, CatalogError>;

    /// Entries with ids after `after`, ascending, at most `limit`. Cursors never expire.
    async fn list(&self, after: Option<AssetId>, limit: usize) -> Result<Vec<Entry>, CatalogError>;

    /// Events with numbers greater than `after`, ascending, without holes, at most `limit`.
    async fn events(&self, after: EventNumber, limit: usize) -> Result<Vec<Event>, CatalogError>;

    /// Watches the number of the last committed event, which is updated at the latest when the commit returns;
    /// wakes its receivers at every commit.
    fn watch_events(&self) -> tokio::sync::watch::Receiver<EventNumber>;

    /// The works that have each of these identifiers, in the order of the identifiers, each ascending by id.
    async fn with_identifiers(
        &self,
        identifiers: &[Identifier],
    ) -> Result<Vec<Vec<AssetId>>, CatalogError>;

    /// The works that have this identifier, ascending by id.
    async fn with_identifier(&self, identifier: &Identifier) -> Result<Vec<AssetId>, CatalogError> {
        let found = self
            .with_identifiers(std::slice::from_ref(identifier))
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The works that have a file with these bytes, ascending by id.
    async fn with_blob(&self, key: BlobKey) -> Result<Vec<AssetId>, CatalogError>;

    /// Every referenced blob after `after`, ascending: files of works, of their earlier revisions
    /// until the work is deleted, and renditions.
    async fn blobs(
        &self,
        after: Option<BlobKey>,
        limit: usize,
    ) -> Result<Vec<BlobRecord>, CatalogError>;

    /// What is known of several blobs in one call, in the order asked; those that nothing refers
    /// to are `None`.
    async fn blob_records(&self, keys: &[BlobKey])
    -> Result<Vec<Option<BlobRecord>>, CatalogError>;

    /// The renditions made from each of several blobs in one call, in the order of the keys.
    async fn renditions(&self, of: &[BlobKey]) -> Result<Vec<Vec<Rendition>>, CatalogError>;

    /// The answer remembered under an idempotency key.
    async fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Idempotent>, CatalogError>;

    /// The token with this hash, revoked ones included.
    async fn token(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, CatalogError>;

    /// All tokens, oldest first.
    async fn tokens(&self) -> Result<Vec<TokenRecord>, CatalogError>;

    /// The saved search with this id. Sees every commit that has returned.
    async fn saved_search(&self, id: SavedSearchId) -> Result<Option<SavedSearch>, CatalogError>;

    /// Saved searches with ids after `after`, ascending, at most `limit`. Cursors never expire,
    /// not even when the search they stand on goes.
    async fn saved_searches(
        &self,
        after: Option<SavedSearchId>,
        limit: usize,
    ) -> Result<Vec<SavedSearch>, CatalogError>;

    /// The keyed record at this address. Sees every commit that has returned.
    async fn record(&self, key: &RecordKey) -> Result<Option<KeyedRecord>, CatalogError>;

    /// The keyed records of a table in this range, in the order of the bytes of their keys, at most
    /// `limit`.
    async fn records(
        &self,
        table: &str,
        range: KeyRange,
        limit: usize,
    ) -> Result<Vec<KeyedRecord>, CatalogError>;

    /// Leases the job that has been due longest among these kinds, until `until`. A lease that has
    /// run out by `now` counts as free, and its fence is never valid again.
    async fn claim_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Job, Lease)>, CatalogError>;

    /// The first moment after `now` at which a job of these kinds becomes due.
    async fn next_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, CatalogError>;

    /// Prolongs a lease.
    ///
    /// # Errors
    /// [`CatalogError::LeaseLost`] when it ran out and was taken by another.
    async fn extend_lease(&self, lease: &Lease, until: Timestamp) -> Result<(), CatalogError>;

    /// One job.
    async fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError>;

    /// Jobs with ids after `after`, ascending, at most `limit`, finished ones until pruned.
    async fn jobs(
        &self,
        state: Option<JobState>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>, CatalogError>;

    /// What the works of an organisation take up, exactly, as of the last commit that has returned.
    async fn usage(&self, organisation: &Slug) -> Result<Usage, CatalogError>;

    /// What it holds.
    async fn counts(&self) -> Result<Counts, CatalogError>;

    /// The identity of the event log. A cursor of another log means nothing in this one.
    fn log_id(&self) -> LogId;

    /// Whether it can do its work, as far as is known without looking.
    fn health(&self) -> Health;

    /// Reads again what is stored and does not change any more, at most so many bytes a second, and
    /// checks it. Damage is logged and told by [`Catalog::health`]; nothing is mended. A back end
    /// that checks its pages itself may read nothing.
    async fn scrub(&self, bytes_per_second: u64) -> Result<Scrubbed, CatalogError>;
}
