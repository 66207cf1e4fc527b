//! Which documents match a query plan.
//!
//! [`matcher::Matcher`] intersects document sets: the words of the plan, the documents visible to the
//! caller, the filters ([`range_filters`]); it also counts the facets. [`mod@matches`] holds the result,
//! and [`recent_matches`] caches it for the next pages of the same query.

pub(crate) mod matcher;
pub(crate) mod matches;
pub(crate) mod range_filters;
pub(crate) mod recent_matches;
