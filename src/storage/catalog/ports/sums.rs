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

/// The whole catalogue.
pub trait Catalog: WorkStore + JobStore + TokenStore + SavedSearchStore + Upkeep {}

impl<T: WorkStore + JobStore + TokenStore + SavedSearchStore + Upkeep> Catalog for T {}
