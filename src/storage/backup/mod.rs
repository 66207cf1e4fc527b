//! Copying a data folder while it is in use, and restoring it to any earlier point.
//!
//! ```text
//! DEST/backup.json               manifest: log, end, length and SHA-256 of every segment
//! DEST/journal/…                 segments, named as in the catalogue
//! DEST/blobs/sha256/ab/cd/abcd…  files, named by their hash
//! DEST/secrets/keys.json         keys of accounts, mode 0600
//! ```
//!
//! A backup is incremental: closed segments and files never change, so each is copied once. The
//! journal is read first, then the files: whatever the journal names is there by then. Every file
//! is written under a temporary name, hashed on the way, synced and renamed; the manifest is
//! replaced last. So an interrupted backup can simply be repeated, and until then the manifest
//! tells what is complete. What the archive deletes stays in the backup.
//!
//! The journal holds every change, so one backup serves for every point before its end.

mod create;
mod error;
mod file;
mod manifest;
mod restore;
mod source;
mod verify;

pub use create::{Created, create};
pub use error::BackupError;
pub use manifest::{Manifest, Point};
pub use restore::{Restored, Until, is_unfinished, restore};
pub use verify::{Verified, verify};
