//! The order of the matches, and which of them form the page.
//!
//! [`order`] defines the orders and the position of a hit in one, [`ranker::Ranker`] selects the page,
//! [`scoring`] computes relevance and skips documents that cannot reach the page, [`top_hits`] keeps
//! the best of a segment. [`cursor`] is the position after a page as text; [`resume`] recomputes it
//! when scores have changed.

pub(crate) mod cursor;
pub(crate) mod order;
pub(crate) mod ranker;
pub(crate) mod resume;
pub(crate) mod scoring;
pub(crate) mod top_hits;
