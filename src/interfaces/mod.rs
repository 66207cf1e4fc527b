//! How people and programs reach the archive: HTTP and the command line.

pub mod http;
pub mod wire;
