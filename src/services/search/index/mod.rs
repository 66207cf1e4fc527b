//! The index on disk, and how it follows the catalogue.
//!
//! [`schema`] defines the fields and [`document`] builds the document of a work. [`open_index`] is
//! one tantivy index with its writer; [`generations`] keeps the live index and the next one side by
//! side during a rebuild. [`projector`] reads the event log, applies the changes and commits;
//! [`purge`] removes deleted text from the segment files. [`pending_removals`] knows the works that
//! were removed after the last commit.
//!
//! Nothing here stores text: results are built from the catalogue.

pub(crate) mod completion_keys;
pub(crate) mod document;
pub(crate) mod file_texts;
pub(crate) mod generations;
pub(crate) mod open_index;
pub(crate) mod pending_removals;
pub(crate) mod picture_hashes;
pub(crate) mod projector;
pub(crate) mod purge;
pub(crate) mod schema;
