//! Bodies over HTTP: what they use and may use of the archive, and their successions.

pub mod quota;
pub mod successions;
