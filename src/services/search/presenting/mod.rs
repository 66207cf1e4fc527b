//! From ranked ids to the response.

pub(crate) mod duplicates;
pub(crate) mod highlighter;
pub(crate) mod hits;
pub(crate) mod respond;
