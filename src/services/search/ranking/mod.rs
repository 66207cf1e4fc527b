//! In which order matches are returned.

pub(crate) mod cursor;
pub(crate) mod page;
pub(crate) mod resume;
pub(crate) mod scoring;
pub(crate) mod top_hits;
