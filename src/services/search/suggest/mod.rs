//! Completions of a typed prefix, and works similar to a work.
//!
//! Completions are [`concept_names`] from the thesaurus and then [`titles`] from the index, which
//! [`complete`] checks against the catalogue. [`similar_works`] compares the candidates that
//! [`similar_candidates`] finds in the index.

pub(crate) mod complete;
pub(crate) mod concept_names;
pub(crate) mod similar_candidates;
pub(crate) mod similar_works;
pub(crate) mod suggestion;
pub(crate) mod titles;
