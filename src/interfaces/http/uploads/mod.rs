//! `/api/v1/uploads`: uploads that can be resumed, by tus 1.0 (<https://tus.io/protocols/resumable-upload>): the core protocol with
//! creation, creation-with-upload, checksum, termination and expiration.
//!
//! [`tus`] has the requests, [`protocol`] what holds for all of them, [`headers`] those of single ones, [`metadata`] what a client says
//! about the file. A finished upload becomes a file of a work by [`claimed`].
//!
//! Pages of other sites may not upload: they may read what everybody may read, and nothing else (`frame/cors.rs`).

pub mod claimed;
mod headers;
pub mod metadata;
pub mod protocol;
pub mod tus;

pub use protocol::UPLOADS_PATH;
