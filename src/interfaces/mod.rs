//! The interfaces of the archive: HTTP and the command line.

pub mod cli;
pub mod http;
pub mod messages;
pub mod wire;
