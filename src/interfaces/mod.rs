//! How people and programs reach the archive: HTTP and the command line.

pub mod cli;
pub mod http;
pub mod messages;
pub mod wire;
