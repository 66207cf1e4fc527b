//! Completions and similar works.

pub(crate) mod completions;
pub(crate) mod similar_candidates;
pub(crate) mod similar_works;
