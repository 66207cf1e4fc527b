//! Reading a journal that may be written meanwhile, and the one in a backup.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::error::BackupError;
use super::manifest::{Point, SegmentEntry};
use crate::domain::Timestamp;
use crate::storage::catalog::CatalogError;
use crate::storage::catalog::embedded::journal::damage::bad_line;
use crate::storage::catalog::embedded::journal::layout;
use crate::storage::catalog::embedded::journal::names::path_of;
use crate::storage::catalog::embedded::journal::segment::Segment;
use crate::storage::catalog::embedded::journal::{Form, Line, Place, visit_text};
use crate::storage::catalog::record::Stored;
use crate::storage::disk::LocalDisk;

/// The segments in a folder, by first seq.
///
/// # Errors
/// Those of the file system.
pub(super) fn segments(journal: &Path) -> Result<BTreeMap<u64, Form>, BackupError> {
    layout::look(&LocalDisk, journal).map_err(BackupError::io(journal))
}

/// The plain text of a segment. A sealing under way may take the plain file away between look and
/// read; then the sealed one is there.
///
/// # Errors
/// Those of the file system; [`io::ErrorKind::InvalidData`] for a sealed one without a table.
pub(super) fn text(journal: &Path, first: u64) -> Result<Vec<u8>, BackupError> {
    let read =
        |form| Segment::open(&LocalDisk, journal, first, form).and_then(|segment| segment.text());
    let tries = [Form::Sealed, Form::Plain, Form::Sealed];
    let mut missing = None;
    for form in tries {
        match read(form) {
            Ok(text) => return Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing = Some(error),
            Err(error) => return Err(BackupError::io(&path_of(journal, first, form))(error)),
        }
    }
    let error = missing.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(BackupError::io(&path_of(journal, first, Form::Plain))(
        error,
    ))
}

/// The text of a segment of a backup, in whichever form it is there, as long as the manifest says.
///
/// # Errors
/// [`BackupError::Damaged`] when its hash is another one.
pub(super) fn text_in_backup(journal: &Path, entry: &SegmentEntry) -> Result<Vec<u8>, BackupError> {
    let path = path_of(journal, entry.first, Form::Plain);
    let length = usize::try_from(entry.bytes).map_err(|error| {
        BackupError::io(&path)(io::Error::new(io::ErrorKind::FileTooLarge, error))
    })?;
    let mut failed = None;
    // An interrupted backup may leave both; either is good if it begins with the right bytes.
    for form in [Form::Sealed, Form::Plain] {
        let read = Segment::open(&LocalDisk, journal, entry.first, form)
            .and_then(|segment| segment.text());
        match read {
            Ok(mut text) if text.len() >= length => {
                text.truncate(length);
                if super::file::hash_of(&text) == entry.sha256 {
                    return Ok(text);
                }
            }
            Ok(_) => {}
            Err(error) => failed = Some(error.to_string()),
        }
    }
    let why = failed.unwrap_or_else(|| "its bytes are not those of the manifest".to_owned());
    Err(BackupError::damaged(&path, why))
}

/// The beginning of a segment's text that is made of whole change sets, at most up to where `wanted`
/// gives false, and the point behind it.
///
/// # Errors
/// [`BackupError::Catalog`] for a bad line, unless it begins a torn tail and `is_last`.
pub(super) fn whole_sets(
    path: &Path,
    text: &[u8],
    start: Point,
    is_last: bool,
    wanted: &dyn Fn(Point) -> bool,
) -> Result<(usize, Point), BackupError> {
    let (mut length, mut point) = (0, start);
    let first = start.change_set + 1;
    let (last, broken) = visit_text(text, first, &mut |end, set| {
        let next = behind(point, set);
        if !wanted(next) {
            return false;
        }
        (length, point) = (end, next);
        true
    });
    match broken {
        Some(broken) if !(is_last && broken.is_torn(text, 0, last + 1)) => {
            let error: CatalogError = bad_line(path, text, broken.at, broken.why);
            Err(error.into())
        }
        _ => Ok((length, point)),
    }
}

/// The point behind a change set.
fn behind(before: Point, set: &[(Place, Line)]) -> Point {
    let mut point = Point {
        change_set: before.change_set + 1,
        ..before
    };
    for (_, line) in set {
        point.at = Timestamp::from_millis(line.at_ms);
        if let Some(event) = &line.event {
            point.event = event.clone().upgrade().number;
        }
        if let Ok(Stored::Log(log)) = line.write.clone().try_into() {
            point.log = Some(log.id);
        }
    }
    point
}
