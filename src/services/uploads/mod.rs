//! Uploads that can be resumed: a file that arrives in parts, over bad lines and restarts, until it is a file of a work.
//!
//! An upload is a keyed record ([`record`]) that says what was announced, and a partial file
//! ([`PartialFiles`](crate::storage::blobs::PartialFiles)) whose length says what has arrived. The record is committed
//! first and deleted first; the sweep ([`sweep`]) deletes files without a record. From its creation on an upload counts with its
//! announced length for the body of its owner.
//!
//! Whoever works on the bytes of an upload holds it ([`holding`]), one at a time. A connection that is dead, and that the server
//! still waits for, must not keep its owner from going on: asking where to resume ends the part under way, which keeps what
//! arrived.
//!
//! An upload is claimed by the commit that makes it a file of a work ([`claim`]). Its record stays until the upload expires, so
//! that a claim can be repeated.
//!
//! The protocol on the wire is in `interfaces/http/uploads`.

mod claim;
mod error;
mod holding;
mod id;
mod receiving;
mod record;
mod service;
mod sweep;

pub use claim::Claim;
pub(in crate::services) use claim::{ClaimState, FinishedUpload, OpenClaim};
pub use error::UploadsError;
pub use id::UploadId;
pub use receiving::{Checksum, Receiving};
pub use service::{Limits, NewUpload, UploadState, Uploads};
pub use sweep::SWEEP;
