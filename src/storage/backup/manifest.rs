//! What a backup holds: `backup.json`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::BackupError;
use super::file;
use crate::domain::{Sha256, Timestamp};
use crate::storage::catalog::LogId;

/// The present format of the manifest.
const FORMAT: u32 = 1;

/// A complete backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// When it was made.
    pub made_at: Timestamp,
    /// The journal's segments, ascending and without a gap.
    pub segments: Vec<SegmentEntry>,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
}

/// One segment of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentEntry {
    /// The first change set.
    pub first: u64,
    /// The point behind its last change set.
    pub end: Point,
    /// Length of the plain text.
    pub bytes: u64,
    /// SHA-256 of the plain text.
    pub sha256: Sha256,
    /// Another segment follows: it is complete.
    pub is_closed: bool,
}

/// A point in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The last change set before it.
    pub change_set: u64,
    /// The last event before it; 0 before the first.
    pub event: u64,
    /// When that change set was made.
    pub at: Timestamp,
    /// The log it is in.
    pub log: Option<LogId>,
}

impl Point {
    /// Before everything.
    pub(super) const START: Self = Self {
        change_set: 0,
        event: 0,
        at: Timestamp::from_millis(0),
        log: None,
    };
}

impl Manifest {
    /// Where the manifest of a backup is.
    pub(super) fn path(dest: &Path) -> PathBuf {
        dest.join("backup.json")
    }

    /// The end of the backup.
    pub fn end(&self) -> Point {
        self.segments
            .last()
            .map_or(Point::START, |segment| segment.end)
    }

    /// Reads the manifest of a backup; none when there is none.
    ///
    /// # Errors
    /// [`BackupError::Manifest`] when it cannot be understood; those of the file system.
    pub fn read(dest: &Path) -> Result<Option<Self>, BackupError> {
        let path = Self::path(dest);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BackupError::io(&path)(error)),
        };
        let stored: Stored = serde_json::from_slice(&text).map_err(|error| {
            let why = error.to_string();
            let path = path.clone();
            BackupError::Manifest { path, why }
        })?;
        stored
            .read()
            .map(Some)
            .map_err(|why| BackupError::Manifest { path, why })
    }

    /// Writes it, durably and at once.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn write(&self, dest: &Path) -> Result<(), BackupError> {
        let path = Self::path(dest);
        let text = serde_json::to_vec_pretty(&Stored::from(self));
        let mut text = text.map_err(|error| BackupError::io(&path)(error.into()))?;
        text.push(b'\n');
        file::write(&path, &text)
    }
}

/// The form of the manifest on disk. Moments are ISO 8601 with offset, hashes hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    format: u32,
    made_at: String,
    segments: Vec<StoredSegment>,
    files: u64,
    file_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredSegment {
    first: u64,
    last: u64,
    last_event: u64,
    last_at: String,
    log: Option<String>,
    bytes: u64,
    sha256: String,
    is_closed: bool,
}

impl From<&Manifest> for Stored {
    fn from(manifest: &Manifest) -> Self {
        let segment = |segment: &SegmentEntry| StoredSegment {
            first: segment.first,
            last: segment.end.change_set,
            last_event: segment.end.event,
            last_at: segment.end.at.to_string(),
            log: segment.end.log.map(|log| log.to_string()),
            bytes: segment.bytes,
            sha256: segment.sha256.to_hex(),
            is_closed: segment.is_closed,
        };
        Self {
            format: FORMAT,
            made_at: manifest.made_at.to_string(),
            segments: manifest.segments.iter().map(segment).collect(),
            files: manifest.files,
            file_bytes: manifest.file_bytes,
        }
    }
}

impl Stored {
    fn read(self) -> Result<Manifest, String> {
        if self.format != FORMAT {
            return Err(format!("its format is {}", self.format));
        }
        let moment = |text: &str| Timestamp::parse(text).map_err(|error| error.to_string());
        let mut segments = Vec::with_capacity(self.segments.len());
        for stored in self.segments {
            let log = stored.log.map(|log| log.parse::<LogId>());
            segments.push(SegmentEntry {
                first: stored.first,
                end: Point {
                    change_set: stored.last,
                    event: stored.last_event,
                    at: moment(&stored.last_at)?,
                    log: log.transpose().map_err(|error| error.to_string())?,
                },
                bytes: stored.bytes,
                sha256: stored
                    .sha256
                    .parse()
                    .map_err(|_| "a bad SHA-256".to_owned())?,
                is_closed: stored.is_closed,
            });
        }
        Ok(Manifest {
            made_at: moment(&self.made_at)?,
            segments,
            files: self.files,
            file_bytes: self.file_bytes,
        })
    }
}
