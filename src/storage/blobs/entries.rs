//! Reads folders in which other programs leave things too: `lost+found`, `.DS_Store`, snapshots.
//!
//! Whatever the archive did not name itself is left alone: it is skipped, and reported once in
//! the life of a process, so that a stray file neither stops the archive nor fills its log.

use std::collections::HashSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use crate::storage::catalog::BlobKey;

/// Skipped paths that are reported; a folder full of them need not fill the log.
const MAX_REPORTED: usize = 100;

/// Reads folders and remembers which skipped paths it has reported.
#[derive(Debug)]
pub(super) struct Entries {
    /// A folder of the archive between files, which is no reason for a report.
    own: PathBuf,
    reported: Mutex<HashSet<PathBuf>>,
}

impl Entries {
    /// Nothing is reported yet; `own` never will be.
    pub(super) fn new(own: PathBuf) -> Self {
        Self {
            own,
            reported: Mutex::default(),
        }
    }

    /// The folders named by two hexadecimal digits, ascending. None when the parent cannot be
    /// read.
    pub(super) fn shards(&self, parent: &Path) -> io::Result<Vec<String>> {
        let mut names = self.names(parent, |name, entry| {
            name.len() == 2 && is_lower_hex(name) && is_folder(entry)
        })?;
        names.sort_unstable();
        Ok(names)
    }

    /// The keys that files in a folder are named by, ascending, of those that begin with
    /// `prefix`. None when the folder cannot be read.
    pub(super) fn keys(&self, folder: &Path, prefix: &str) -> io::Result<Vec<BlobKey>> {
        let names = self.names(folder, |name, entry| {
            name.len() == 64 && is_lower_hex(name) && name.starts_with(prefix) && is_file(entry)
        })?;
        let mut keys: Vec<BlobKey> = names.iter().filter_map(|name| name.parse().ok()).collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// Reports a path that is skipped, unless that was done before.
    fn report(&self, path: &Path, reason: &str) {
        if path == self.own {
            return;
        }
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.len() < MAX_REPORTED && reported.insert(path.to_owned()) {
            tracing::warn!(path = %path.display(), reason, "skipped in the data folder");
        }
    }

    /// The names of the entries that `is_expected`; reports the others.
    fn names(
        &self,
        folder: &Path,
        is_expected: impl Fn(&str, &DirEntry) -> bool,
    ) -> io::Result<Vec<String>> {
        let entries = match read_folder(folder) {
            Err(error) if !is_shortage(&error) => {
                self.report(folder, &error.to_string());
                return Ok(Vec::new());
            }
            read => read?,
        };
        let mut names = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.file_name().into_string() {
                Ok(name) if is_expected(&name, &entry) => names.push(name),
                _ => self.report(&entry.path(), "not made by the archive"),
            }
        }
        Ok(names)
    }
}

fn read_folder(folder: &Path) -> io::Result<Vec<DirEntry>> {
    fs::read_dir(folder)?.collect()
}

/// Whether the process lacks something just now, as opposed to something wrong with the path.
fn is_shortage(error: &io::Error) -> bool {
    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::INTR];
    Errno::from_io_error(error).is_some_and(|errno| shortages.contains(&errno))
}

fn is_lower_hex(name: &str) -> bool {
    name.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Also through a symbolic link.
fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir()) || entry.path().is_dir()
}

/// Also through a symbolic link.
fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_file()) || entry.path().is_file()
}
