//! The HTTP interface.

pub mod delivery;
