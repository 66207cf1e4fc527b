//! The errors for a damaged journal: which file, where in it, and the way out.

use std::io;
use std::path::Path;

use super::line::BadLine;
use super::names::{Form, path_of};
use crate::storage::catalog::CatalogError;

/// A line at offset `at` of the segment's plain text is bad. `text` is the plain text up to there
/// or longer.
pub(crate) fn bad_line(path: &Path, text: &[u8], at: usize, why: BadLine) -> CatalogError {
    let before = &text[..at.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let place = format!("{}, line {line} (byte {at})", path.display());
    if why == BadLine::NewerVersion {
        return CatalogError::NewerVersion(place);
    }
    CatalogError::Damaged(format!(
        "{place}: {why}. Restore this file from a backup, or stop the archive, copy its data \
         folder and run `khochung rebuild --discard-after-damage`, which keeps everything before \
         this line and sets the rest aside"
    ))
}

/// Change sets from `from` to the one before `next` are in no segment.
pub(crate) fn missing(dir: &Path, from: u64, next: u64) -> CatalogError {
    CatalogError::Damaged(format!(
        "change sets {from} to {} are missing from the journal: {} is not there, or the segment \
         before it was cut short. Restore it from a backup, or stop the archive, copy its data \
         folder and run `khochung rebuild --discard-after-damage`, which keeps everything before \
         them and sets the rest aside",
        next - 1,
        path_of(dir, from, Form::Plain).display()
    ))
}

/// A file that holds change sets of another segment.
pub(crate) fn foreign(path: &Path, begins_with: u64) -> CatalogError {
    CatalogError::Damaged(format!(
        "{} begins with change set {begins_with}, which has its place elsewhere in the journal: \
         it is a copy of another segment; move it out of the folder",
        path.display()
    ))
}

/// A segment that cannot be read: the error of the system, or damage.
pub(crate) fn unreadable(path: &Path, error: io::Error) -> CatalogError {
    if error.raw_os_error().is_some() && error.kind() != io::ErrorKind::NotFound {
        return CatalogError::Io(error);
    }
    CatalogError::Damaged(format!(
        "{} cannot be read ({error}). Restore this file from a backup, or stop the archive, copy \
         its data folder and run `khochung rebuild --discard-after-damage`, which keeps everything \
         before the damage and sets the rest aside",
        path.display()
    ))
}
