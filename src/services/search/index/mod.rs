//! The index on disk: its schema, its documents, and how it follows the catalogue.

pub(crate) mod document;
pub(crate) mod generations;
pub(crate) mod open_index;
pub(crate) mod pending_removals;
pub(crate) mod picture_hashes;
pub(crate) mod projector;
pub(crate) mod purge;
pub(crate) mod schema;
pub(crate) mod transcripts;
