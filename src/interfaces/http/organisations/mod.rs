//! Bodies over HTTP: what they use and may use of the archive.

pub mod quota;
