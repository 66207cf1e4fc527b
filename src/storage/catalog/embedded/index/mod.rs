//! The index of the journal, kept in sled.
//!
//! Derived from the journal alone, applied in step with it, rebuilt from it at the least doubt.
//! Nothing here is synced: after `kill -9` or a loss of power the index may be behind or broken,
//! and both are mended from the journal when the catalogue is opened.

mod changes;
pub(crate) mod history;
pub(crate) mod key;
pub(crate) mod references;
pub(crate) mod row;
mod staged;
mod store;
mod table;
pub(crate) mod usage;

pub(crate) use changes::Changes;
pub(crate) use staged::Staged;
pub(crate) use store::Index;
pub(crate) use table::Table;
