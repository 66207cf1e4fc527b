//! Which documents match a query plan.

pub(crate) mod matcher;
