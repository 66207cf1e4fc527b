//! Restoring a backup into an empty folder, to its end or to an earlier point.
//!
//! Everything about the catalogue is prepared in `DIR/restoring/` and moved to its place last: a
//! restore that was interrupted leaves a folder that cannot be served, and goes on where it was
//! when it is repeated. The restored log gets a new id, since the archive may have gone on after
//! the backup and shown readers events that are not in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::create::{place, write_sealed};
use super::error::BackupError;
use super::file;
use super::manifest::{Manifest, Point, SegmentEntry};
use super::source;
use crate::domain::{Sha256, Timestamp};
use crate::storage::catalog::embedded::journal::Form;
use crate::storage::catalog::embedded::journal::names::path_of;
use crate::storage::catalog::embedded::{Options, begin_restored_log, referenced_blobs};
use crate::storage::keys;

/// The folder in a data folder in which a restore is prepared.
const RESTORING: &str = "restoring";

/// Up to where to restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To the end of the backup.
    End,
    /// No event after this one.
    Event(u64),
    /// Nothing that was changed after this moment.
    Moment(Timestamp),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The point behind the last change set restored.
    pub end: Point,
    /// Files.
    pub files: u64,
    /// Files that are missing or damaged in the backup.
    pub missing: Vec<Sha256>,
}

/// Whether the data folder is one into which a restore was begun and not finished.
pub fn is_unfinished(data: &Path) -> bool {
    data.join(RESTORING).exists()
}

/// Restores the backup in `src` into the folder `data`. Every byte is checked against its hash.
/// `seen` is called for every file restored.
///
/// # Errors
/// [`BackupError::Exists`] when `data` has anything in it but the same restore, unfinished;
/// [`BackupError::Beyond`]; [`BackupError::Damaged`] for a bad segment.
pub fn restore(
    src: &Path,
    data: &Path,
    until: Until,
    options: Options,
    seen: &dyn Fn(u64),
) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(src)?.ok_or_else(|| BackupError::NotABackup(src.to_owned()))?;
    if let Until::Event(wanted) = until
        && wanted > manifest.end().event
    {
        let last = manifest.end().event;
        return Err(BackupError::Beyond { wanted, last });
    }
    let restoring = begin(data, &manifest, until)?;
    let catalog = restoring.join("catalog");
    let end = restore_journal(src, &catalog.join("journal"), &manifest, until)?;
    begin_restored_log(&catalog, options)?;
    let keys = referenced_blobs(&catalog, options)?;
    let mut restored = Restored {
        end,
        files: 0,
        missing: Vec::new(),
    };
    for key in keys {
        if restore_file(src, data, key)? {
            restored.files += 1;
            seen(restored.files);
        } else {
            restored.missing.push(key);
        }
    }
    keys::copy(src, data).map_err(BackupError::io(&data.join(keys::FILE)))?;
    finish(data, &restoring)?;
    Ok(restored)
}

/// Makes the folder and notes what is restored into it.
fn begin(data: &Path, manifest: &Manifest, until: Until) -> Result<PathBuf, BackupError> {
    let restoring = data.join(RESTORING);
    let note = restoring.join("note");
    let end = manifest.end();
    let wanted = format!("{until:?} of {:?} {}\n", end.log, end.change_set);
    match fs::read_to_string(&note) {
        Ok(text) if text == wanted => return take_up(data, restoring),
        Ok(_) => return Err(BackupError::OtherRestore(data.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(BackupError::io(&note)(error)),
    }
    file::create_dir(data)?;
    let entries = fs::read_dir(data).map_err(BackupError::io(data))?;
    for entry in entries {
        let name = entry.map_err(BackupError::io(data))?.file_name();
        if name != RESTORING && name != "lost+found" {
            return Err(BackupError::Exists(data.to_owned()));
        }
    }
    file::write(&note, wanted.as_bytes())?;
    file::sync_dir(data)?;
    Ok(restoring)
}

/// Goes on with a restore that was interrupted, perhaps in its very last step.
fn take_up(data: &Path, restoring: PathBuf) -> Result<PathBuf, BackupError> {
    let (catalog, prepared) = (data.join("catalog"), restoring.join("catalog"));
    if catalog.exists() && !prepared.exists() {
        fs::rename(&catalog, &prepared).map_err(BackupError::io(&catalog))?;
    }
    Ok(restoring)
}

/// Writes the segments up to the point wanted, each checked against the manifest.
fn restore_journal(
    src: &Path,
    target: &Path,
    manifest: &Manifest,
    until: Until,
) -> Result<Point, BackupError> {
    file::create_dir(target)?;
    let source = src.join("journal");
    let mut end = Point::START;
    for (index, entry) in manifest.segments.iter().enumerate() {
        let is_last = index + 1 == manifest.segments.len();
        let mut text = source::text_in_backup(&source, entry)?;
        let path = path_of(&source, entry.first, Form::Plain);
        let wanted = |point: Point| is_wanted(until, point);
        let (length, cut) = source::whole_sets(&path, &text, end, false, &wanted)?;
        let is_whole = length == text.len();
        check_end(&path, entry, is_whole, cut)?;
        text.truncate(length);
        if length > 0 {
            write_segment(target, entry.first, &text, is_whole && !is_last)?;
        }
        end = cut;
        if !is_whole {
            break;
        }
    }
    Ok(end)
}

fn is_wanted(until: Until, point: Point) -> bool {
    match until {
        Until::End => true,
        Until::Event(last) => point.event <= last,
        Until::Moment(last) => point.at <= last,
    }
}

fn check_end(
    path: &Path,
    entry: &SegmentEntry,
    is_whole: bool,
    end: Point,
) -> Result<(), BackupError> {
    if is_whole && end != entry.end {
        return Err(BackupError::damaged(
            path,
            "it does not end where it should",
        ));
    }
    Ok(())
}

/// Writes one segment unless an interrupted restore has.
fn write_segment(
    target: &Path,
    first: u64,
    text: &[u8],
    is_closed: bool,
) -> Result<(), BackupError> {
    if is_closed {
        return match path_of(target, first, Form::Sealed).exists() {
            true => Ok(()),
            false => write_sealed(target, first, text),
        };
    }
    // The last one has the beginning of the new log behind it, once that was written.
    let path = path_of(target, first, Form::Plain);
    match path.exists() {
        true => Ok(()),
        false => file::write(&path, text),
    }
}

/// Copies a file into place; false when the backup does not have it, or has it damaged.
fn restore_file(src: &Path, data: &Path, key: Sha256) -> Result<bool, BackupError> {
    let from = place(&src.join("blobs/sha256"), key);
    let to = place(&data.join("blobs/sha256"), key);
    if to.exists() {
        return Ok(true);
    }
    match file::copy_checked(&from, &to, key) {
        Ok(copied) => {
            if copied.is_some() {
                make_read_only(&to)?;
            }
            Ok(copied.is_some())
        }
        Err(BackupError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

fn make_read_only(path: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::Permissions::from_mode(0o444);
    fs::set_permissions(path, mode).map_err(BackupError::io(path))
}

/// Moves the catalogue to its place; from here on the folder can be served.
fn finish(data: &Path, restoring: &Path) -> Result<(), BackupError> {
    let catalog = data.join("catalog");
    fs::rename(restoring.join("catalog"), &catalog).map_err(BackupError::io(&catalog))?;
    fs::remove_dir_all(restoring).map_err(BackupError::io(restoring))?;
    file::sync_dir(data)
}
