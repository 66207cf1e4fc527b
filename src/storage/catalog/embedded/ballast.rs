//! Space that nobody else can take.
//!
//! When the disk is full to the last block sled cannot even be opened again, and then nothing
//! can be read. So a file without use occupies some space; it is removed when the index needs it,
//! and made again when there is space enough.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

/// The file `ballast`.
#[derive(Debug)]
pub(crate) struct Ballast {
    path: PathBuf,
    bytes: u64,
}

impl Ballast {
    /// Of this size, in `dir`.
    pub(crate) fn new(dir: &Path, bytes: u64) -> Self {
        Self {
            path: dir.join("ballast"),
            bytes,
        }
    }

    /// Makes it if it is missing and the space is there, twice over.
    pub(crate) fn hold(&self, free_bytes: u64) {
        let is_wanted = self.bytes > 0 && free_bytes / 2 >= self.bytes;
        if !is_wanted || self.path.exists() {
            return;
        }
        if let Err(error) = self.make() {
            tracing::warn!(%error, "no space could be set aside for the index");
            self.release();
        }
    }

    /// Gives its space free.
    pub(crate) fn release(&self) {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the space set aside could not be given free");
            }
            _ => {}
        }
    }

    fn make(&self) -> io::Result<()> {
        let file = File::create(&self.path)?;
        fallocate(&file, FallocateFlags::empty(), 0, self.bytes)?;
        Ok(())
    }
}

/// Bytes an ordinary user can still write to the file system of `dir`.
pub(crate) fn free_bytes(dir: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
