//! Ports that are needed together.

use super::{
    BlobRecords, EventLog, JobStore, RecordStore, SavedSearchStore, TokenStore, Upkeep, Works,
};

/// What readers of works need: search, delivery, sharing.
pub trait WorkReader: Works + EventLog + BlobRecords {}

impl<T: Works + EventLog + BlobRecords> WorkReader for T {}

/// What changing works needs. A change is committed together with the keyed records that depend on the work.
pub trait WorkStore: WorkReader + RecordStore {}

impl<T: WorkReader + RecordStore> WorkStore for T {}

/// What tokens need: themselves, and the records beside them.
pub trait AccessStore: TokenStore + RecordStore {}

impl<T: TokenStore + RecordStore> AccessStore for T {}

/// The whole catalogue.
pub trait Catalog: WorkStore + AccessStore + JobStore + SavedSearchStore + Upkeep {}

impl<T: WorkStore + AccessStore + JobStore + SavedSearchStore + Upkeep> Catalog for T {}
