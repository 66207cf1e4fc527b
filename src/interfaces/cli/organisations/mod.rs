//! Commands about bodies.

pub(super) mod quota;
