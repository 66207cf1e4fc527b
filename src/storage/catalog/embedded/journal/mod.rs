//! The journal: every committed change, in order, on disk. It is the truth; the index beside it
//! can be deleted at any time.
//!
//! `journal/<first seq, 20 digits>.ndjson`, one [line](line) per write. The last segment is open
//! and grows; at 64 MiB the next begins, and closed ones are [sealed](seal). What is appended is
//! one or more whole change sets, synced once; a [torn tail](tail) of the last segment was never
//! acknowledged and is cut off at start. Anything else that is wrong is
//! [`CatalogError::Damaged`]; nothing here mends or skips it.

pub(crate) mod append;
pub(crate) mod line;
mod scan;
pub(crate) mod seal;
pub(crate) mod segment;
mod tail;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

pub(crate) use line::Line;
pub(crate) use segment::Segment;

use crate::storage::catalog::CatalogError;

/// Where a line stands: segment, offset in its plain text, length with the line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, u32)", into = "(u64, u64, u32)")]
pub(crate) struct Place {
    /// The first seq of the segment.
    pub(crate) segment: u64,
    /// Offset of the first byte.
    pub(crate) offset: u64,
    /// Bytes, with the line feed.
    pub(crate) length: u32,
}

impl From<(u64, u64, u32)> for Place {
    fn from((segment, offset, length): (u64, u64, u32)) -> Self {
        Self {
            segment,
            offset,
            length,
        }
    }
}

impl From<Place> for (u64, u64, u32) {
    fn from(place: Place) -> Self {
        (place.segment, place.offset, place.length)
    }
}

/// A point between two change sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The seq of the change set before it; 0 at the beginning.
    pub(crate) seq: u64,
    /// The segment.
    pub(crate) segment: u64,
    /// The offset in its plain text.
    pub(crate) offset: u64,
}

/// The segments, open for reading.
#[derive(Debug)]
pub(crate) struct Journal {
    dir: PathBuf,
    segments: RwLock<BTreeMap<u64, Arc<Segment>>>,
}

impl Journal {
    /// Opens every segment in `dir`, which is made if it is missing, and clears away what an
    /// interrupted sealing left.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn open(dir: &Path) -> Result<Self, CatalogError> {
        let journal = Self {
            dir: dir.to_owned(),
            segments: RwLock::default(),
        };
        for first in find_segments(dir).map_err(CatalogError::Io)? {
            journal.put(first, Segment::open(dir, first).map_err(CatalogError::Io)?);
        }
        Ok(journal)
    }

    /// The folder it is in.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The line at a place.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] when it is not there or its checksum is wrong.
    pub(crate) fn read(&self, place: Place) -> Result<Line, CatalogError> {
        let segment = self.segment(place.segment)?;
        let bytes = segment
            .read(place.offset, place.offset + u64::from(place.length))
            .map_err(|error| self.unreadable(place.segment, place.offset, error))?;
        Line::decode(&bytes)
            .map_err(|bad| self.damaged(place.segment, place.offset, &bad.to_string()))
    }

    /// The first seqs of all segments, ascending.
    pub(crate) fn firsts(&self) -> Vec<u64> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.keys().copied().collect()
    }

    /// Length of the plain text of a segment.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] when it is missing or broken.
    pub(crate) fn len_of(&self, first: u64) -> Result<u64, CatalogError> {
        let length = self.segment(first)?.len();
        length.map_err(|error| self.unreadable(first, 0, error))
    }

    /// The closed segments that are not sealed yet.
    pub(crate) fn closed_plain(&self) -> Vec<u64> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let closed = segments.iter().rev().skip(1);
        closed
            .filter(|(_, segment)| matches!(***segment, Segment::Plain(_)))
            .map(|(first, _)| *first)
            .collect()
    }

    /// One segment.
    fn segment(&self, first: u64) -> Result<Arc<Segment>, CatalogError> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.get(&first).cloned().ok_or_else(|| {
            CatalogError::Damaged(format!(
                "the journal segment {} is missing; restore it from a backup",
                segment::plain_path(&self.dir, first).display()
            ))
        })
    }

    /// Puts a segment in place of its other form, or adds a new one.
    pub(crate) fn put(&self, first: u64, segment: Segment) {
        let mut segments = self
            .segments
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        segments.insert(first, Arc::new(segment));
    }

    /// The error for text that cannot be read: that of the system, or damage.
    fn unreadable(&self, first: u64, offset: u64, error: io::Error) -> CatalogError {
        if error.raw_os_error().is_some() {
            return CatalogError::Io(error);
        }
        self.damaged(first, offset, &error.to_string())
    }

    /// The error for a bad line: file, line, and the way out.
    fn damaged(&self, first: u64, offset: u64, why: &str) -> CatalogError {
        let before = self
            .segment(first)
            .and_then(|segment| segment.read(0, offset).map_err(CatalogError::Io));
        let line = before.map_or_else(
            |_| "?".to_owned(),
            |text| (text.iter().filter(|byte| **byte == b'\n').count() + 1).to_string(),
        );
        CatalogError::Damaged(format!(
            "{}, line {line} (byte {offset}): {why}. Restore this file from a backup, or stop \
             the archive, copy its data folder and run `khochung rebuild \
             --discard-after-damage`, which keeps everything before this line and sets the rest \
             aside",
            segment::present_path(&self.dir, first).display(),
        ))
    }
}

/// The first seqs of the segments in `dir`.
fn find_segments(dir: &Path) -> io::Result<BTreeSet<u64>> {
    fs::create_dir_all(dir)?;
    let mut firsts = BTreeSet::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".zst.part") {
            fs::remove_file(entry.path())?;
        }
        firsts.extend(segment::first_of(&name));
    }
    Ok(firsts)
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
