//! The services of the archive, one folder for each capability.
//!
//! In order, each may use those before it:
//! jobs < audit < mail < accounts < notifications < access_requests < quotas < programs < media < works < uploads < intake < curation <
//! table_imports < search < delivery < sharing < successions.

pub mod access_requests;
pub mod accounts;
pub mod audit;
pub mod curation;
pub mod delivery;
pub mod intake;
pub mod jobs;
pub mod mail;
pub mod media;
pub mod notifications;
pub mod programs;
pub mod quotas;
pub mod renditions;
pub mod search;
pub mod sharing;
pub mod successions;
pub mod table_imports;
pub mod uploads;
pub mod works;
