//! Extractors: how handlers get the parts of a request as typed values, or refuse it with the right
//! problem.
//!
//! [`guard`] authenticates the caller and requires a permission; [`query`] reads parameters and parts of
//! the path; [`precondition`] reads `If-Match` and `Idempotency-Key`, [`reason`] why a change is made, [`entity_tag`] lists of tags; [`body`] reads JSON documents, [`fields`] small objects, and
//! [`lines`] streams of lines, both at a minimum [`pace`]; [`session`] is that of a browser.

pub mod body;
pub mod entity_tag;
pub mod fields;
pub mod guard;
pub mod lines;
pub mod pace;
pub mod precondition;
pub mod query;
pub mod reason;
pub mod session;
