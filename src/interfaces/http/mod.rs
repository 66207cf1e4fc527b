//! The HTTP interface.

pub mod delivery;
pub mod upload;
