//! The catalogue that needs nothing else to be running.
//!
//! **The journal is the truth, sled is its index.** A commit is a line per write in an append-only
//! [`journal`], synced once for all that are committed together; sled only knows where to find
//! things in it. Why: sled 0.34 does not sync what it flushes, can be left unreadable by `kill -9`
//! and has no repair; an append-only file of checksummed lines has none of this, and its loss of
//! an unacknowledged tail is the only thing a crash can do to it.
//!
//! ```text
//! DIR/lock       one process at a time; number of the session, last durable change set
//! DIR/journal/   00000000000000000001.ndjson.zst … one line per write, sealed when closed
//! DIR/index/     sled; deleting it is always harmless
//! DIR/ballast    occupies space for the index to use on a full disk
//! ```
//!
//! - [`plan`] checks change sets and turns them into lines and index changes; [`effects`] says
//!   what a line does to the index, the same for commits, replay, rebuild and verification.
//! - [`writer`] is the one thread that commits, in groups; [`port`] answers readers;
//!   [`engine`] is for the owner of the folder.
//! - [`opening`] takes the lock and opens journal and index; [`recovery`] lets the index catch up with
//!   the journal; it also notices when the journal ends too early; [`salvage`] is the way out.
//! - [`live`] opens the index again when sled fails.
//! - [`sealer`] compresses closed segments, [`scrub`] reads them again from time to time.
//!
//! Reading a work is one look-up in sled, one read of its line, a checksum and a parse. Ceiling:
//! about 300,000 works, and one process.

mod ballast;
mod catalog;
mod effects;
mod engine;
mod error;
mod index;
pub(crate) mod journal;
mod leases;
mod live;
mod opening;
mod options;
mod plan;
mod port;
mod reader;
mod recovery;
mod restored;
mod salvage;
mod scrub;
mod sealer;
#[cfg(test)]
mod simulation;
mod verify;
mod writer;

pub use catalog::EmbeddedCatalog;
pub use engine::{EmbeddedEngine, rebuild};
pub use options::Options;
pub use restored::{begin_restored_log, referenced_blobs};
pub use salvage::discard_after_damage;
