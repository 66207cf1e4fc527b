//! The interfaces of the archive: HTTP for programs, pages for people, and the command line.

pub mod cli;
pub mod drop_folders;
pub mod http;
pub mod messages;
pub mod portal;
pub mod tables;
pub mod wire;
