//! The ports of the catalogue, each for one thing that it keeps. A service names those that it needs.
//!
//! Reading is split by what is read; writing is not, because one commit writes a work, its event, its jobs and
//! keyed records together. Calls may be made from any task; none blocks the async threads.
//!
//! [`Catalog`] is the sum of all. Only the composition root has it, and hands out its parts.

mod blobs;
mod commits;
mod events;
mod jobs;
mod owner;
mod records;
mod sums;
mod upkeep;
mod works;

pub use blobs::BlobRecords;
pub use commits::Commits;
pub use events::EventLog;
pub use jobs::JobStore;
pub use owner::{CatalogEngine, OwnedCatalog, Salvage, Verification};
pub use records::{RecordStore, SavedSearchStore, TokenStore};
pub use sums::{AccessStore, Catalog, WorkReader, WorkStore};
pub use upkeep::{Counts, Health, Scrubbed, Upkeep};
pub use works::Works;
