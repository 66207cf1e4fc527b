//! The catalogue: what is known about works, their one event log, jobs, tokens, saved searches, and keyed
//! records.
//!
//! Writers commit a [`ChangeSet`], completely or not at all; it is durable when
//! [`Commits::commit`] returns. Every change to a work appends exactly one [`Event`] in the same
//! commit, numbered without holes. Readers of the log (index, change feed, replicas) keep a cursor.
//!
//! [`ports`] are what services need of it and back ends implement; [`embedded`] is the back end without a
//! database beside it.

pub mod blob;
pub mod change;
pub mod embedded;
mod entry;
mod error;
pub mod event;
pub mod job;
pub mod keyed;
pub mod log;
pub mod ports;
pub mod prelude;
pub mod record;
pub mod revision;
pub mod token;
pub mod typed_records;
mod usage;

pub use blob::{
    Audit, AuditOutcome, BlobKey, BlobRecord, HashedPicture, ProcessedBlob, ProcessingResult,
    Rendition,
};
pub use change::{ChangeSet, IdempotencyKey, Idempotent, Made, Receipt, Write};
pub use entry::Entry;
pub use error::CatalogError;
pub use event::{Event, EventKind, EventNumber, Subject};
pub use job::{Job, JobId, JobKind, JobState, Lease, NewJob, Outcome};
pub use keyed::{Held, KeyRange, Keyed, KeyedRecord, RecordKey, Versioned};
pub use log::{Log, LogStart};
pub use ports::{
    AccessStore, BlobRecords, Catalog, CatalogEngine, Commits, Counts, EventLog, Health, JobStore,
    OwnedCatalog, RecordStore, Salvage, SavedSearchStore, Scrubbed, TokenStore, Upkeep,
    Verification, WorkReader, WorkStore, Works,
};
pub use revision::RevisionEntry;
pub use token::{TokenHash, TokenRecord};
pub use usage::{Excess, Resource, Usage, UsageLimit};

pub use crate::domain::LogId;
