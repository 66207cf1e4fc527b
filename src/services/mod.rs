//! What the archive does, one folder for each capability.
//!
//! In order, each may use those before it:
//! jobs < accounts < intake < media < curation < search < delivery < sharing < reports.

pub mod delivery;
pub mod jobs;
pub mod media;
pub mod search;
