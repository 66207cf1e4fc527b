//! Every port, for code that calls a concrete back end: tests and benches.

pub use super::ports::{
    AccessStore, BlobRecords, Catalog, CatalogEngine, Commits, EventLog, JobStore, OwnedCatalog,
    RecordStore, SavedSearchStore, TokenStore, Upkeep, WorkReader, WorkStore, Works,
};
