//! Making a backup, or bringing one up to date.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::file;
use super::manifest::{Manifest, Point, SegmentEntry};
use super::source;
use crate::domain::{Sha256, Timestamp};
use crate::storage::catalog::embedded::journal::names::path_of;
use crate::storage::catalog::embedded::journal::{Form, seal};
use crate::storage::disk::{Disk, LocalDisk};
use crate::storage::keys;

/// What a backup did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// What the backup holds now.
    pub manifest: Manifest,
    /// Segments copied this time.
    pub segments: u64,
    /// Files copied this time.
    pub files: u64,
    /// Files of the archive that are damaged, and so were not copied.
    pub damaged: Vec<Sha256>,
}

/// Copies the data folder `data` to `dest`, which may hold an earlier backup of it. The archive
/// may be running. `seen` is called for every file looked at.
///
/// # Errors
/// [`BackupError`]; what was copied so far stays and is not copied again, and the manifest is as
/// before.
pub fn create(
    data: &Path,
    dest: &Path,
    now: Timestamp,
    seen: &dyn Fn(u64),
) -> Result<Created, BackupError> {
    let before = open_dest(dest)?;
    let _lock = lock(dest)?;
    let source = data.join("catalog/journal");
    let (segments, copied) = copy_journal(&source, dest, before.as_ref())?;
    let files = copy_files(data, dest, seen)?;
    // After the journal: whatever account is in it has its key by then.
    keys::copy(data, dest).map_err(BackupError::io(&dest.join(keys::FILE)))?;
    let manifest = Manifest {
        made_at: now,
        segments,
        files: files.all,
        file_bytes: files.bytes,
    };
    manifest.write(dest)?;
    Ok(Created {
        manifest,
        segments: copied,
        files: files.copied,
        damaged: files.damaged,
    })
}

/// The manifest of an earlier backup. A folder that was begun and never finished has a journal
/// and no manifest.
fn open_dest(dest: &Path) -> Result<Option<Manifest>, BackupError> {
    file::create_dir(dest)?;
    let manifest = Manifest::read(dest)?;
    if manifest.is_none() {
        let entries = fs::read_dir(dest).map_err(BackupError::io(dest))?;
        let ours = [
            "journal",
            "blobs",
            "secrets",
            "lock",
            "backup.json.part",
            "lost+found",
        ];
        for entry in entries {
            let name = entry.map_err(BackupError::io(dest))?.file_name();
            if !ours.iter().any(|ours| name == *ours) {
                return Err(BackupError::NotABackup(dest.to_owned()));
            }
        }
    }
    file::create_dir(&dest.join("journal"))?;
    file::create_dir(&dest.join("blobs/sha256"))?;
    Ok(manifest)
}

fn lock(dest: &Path) -> Result<File, BackupError> {
    let path = dest.join("lock");
    let file = File::create(&path).map_err(BackupError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::InUse(dest.to_owned())),
        Err(TryLockError::Error(error)) => Err(BackupError::io(&path)(error)),
    }
}

/// Copies the segments that are not in the backup yet, in order. Gives all of them, and how many
/// were copied.
fn copy_journal(
    source: &Path,
    dest: &Path,
    before: Option<&Manifest>,
) -> Result<(Vec<SegmentEntry>, u64), BackupError> {
    let target = dest.join("journal");
    let old = before.map_or(&[][..], |manifest| &manifest.segments);
    if let Some(before) = before {
        check_continuation(source, dest, before)?;
    }
    let present = source::segments(source)?;
    let firsts: Vec<u64> = present.keys().copied().collect();
    let mut segments = Vec::with_capacity(firsts.len());
    let (mut start, mut copied) = (Point::START, 0);
    for (index, first) in firsts.iter().copied().enumerate() {
        let is_closed = index + 1 < firsts.len();
        let known = old
            .iter()
            .find(|entry| entry.first == first && entry.is_closed);
        if let Some(known) = known.filter(|known| is_there(&target, known)) {
            start = known.end;
            segments.push(known.clone());
            continue;
        }
        if first != start.change_set + 1 {
            let path = path_of(source, start.change_set + 1, Form::Plain);
            return Err(BackupError::damaged(&path, "it is not there, or cut short"));
        }
        let entry = copy_segment(source, &target, first, start, is_closed)?;
        start = entry.end;
        copied += 1;
        segments.push(entry);
    }
    Ok((segments, copied))
}

/// The archive must begin with what the backup ends with, or the two have nothing to do with each
/// other: another archive, or one that was set back and went on differently.
fn check_continuation(source: &Path, dest: &Path, before: &Manifest) -> Result<(), BackupError> {
    let Some(last) = before.segments.last() else {
        return Ok(());
    };
    let other = || match last.end.log {
        Some(log) => BackupError::OtherLog {
            folder: dest.to_owned(),
            log,
        },
        None => BackupError::NotABackup(dest.to_owned()),
    };
    let text = match source::text(source, last.first) {
        Err(BackupError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Err(other());
        }
        text => text?,
    };
    let beginning = usize::try_from(last.bytes)
        .ok()
        .and_then(|length| text.get(..length));
    match beginning {
        Some(beginning) if file::hash_of(beginning) == last.sha256 => Ok(()),
        _ => Err(other()),
    }
}

/// Whether a closed segment is in the backup, sealed, as it is left by [`copy_segment`].
fn is_there(target: &Path, entry: &SegmentEntry) -> bool {
    let path = path_of(target, entry.first, Form::Sealed);
    path.is_file()
}

fn copy_segment(
    source: &Path,
    target: &Path,
    first: u64,
    start: Point,
    is_closed: bool,
) -> Result<SegmentEntry, BackupError> {
    let mut text = source::text(source, first)?;
    let path = path_of(source, first, Form::Plain);
    let (length, end) = source::whole_sets(&path, &text, start, !is_closed, &|_| true)?;
    text.truncate(length);
    let plain = path_of(target, first, Form::Plain);
    if is_closed {
        write_sealed(target, first, &text)?;
        if plain.exists() {
            fs::remove_file(&plain).map_err(BackupError::io(&plain))?;
            file::sync_dir(target)?;
        }
    } else {
        file::write(&plain, &text)?;
    }
    Ok(SegmentEntry {
        first,
        end,
        bytes: text.len() as u64,
        sha256: file::hash_of(&text),
        is_closed,
    })
}

/// Writes a segment in its sealed form, durably and at once.
///
/// # Errors
/// Those of the file system, with the path.
pub(super) fn write_sealed(dir: &Path, first: u64, text: &[u8]) -> Result<(), BackupError> {
    let path = path_of(dir, first, Form::Sealed);
    let part = path.with_extension("zst.part");
    let write = || -> io::Result<()> {
        if part.exists() {
            fs::remove_file(&part)?;
        }
        let file = LocalDisk.create_new(&part)?;
        seal::write_frames(&*file, text, &|| false)?;
        file.sync_all()?;
        fs::rename(&part, &path)
    };
    write().map_err(BackupError::io(&path))?;
    file::sync_dir(dir)
}

#[derive(Default)]
struct CopiedFiles {
    all: u64,
    bytes: u64,
    copied: u64,
    damaged: Vec<Sha256>,
}

/// Copies the files that are not in the backup yet. Their hash is checked on the way.
fn copy_files(data: &Path, dest: &Path, seen: &dyn Fn(u64)) -> Result<CopiedFiles, BackupError> {
    let (source, target) = (data.join("blobs/sha256"), dest.join("blobs/sha256"));
    let mut files = CopiedFiles::default();
    for first in folders(&source)? {
        for second in folders(&first)? {
            for (key, path) in blobs(&second)? {
                copy_file(key, &path, &target, &mut files)?;
                seen(files.all);
            }
        }
    }
    Ok(files)
}

fn copy_file(
    key: Sha256,
    path: &Path,
    target: &Path,
    files: &mut CopiedFiles,
) -> Result<(), BackupError> {
    let copy = place(target, key);
    let length = match fs::metadata(&copy) {
        Ok(metadata) => Some(metadata.len()),
        Err(_) => match file::copy_checked(path, &copy, key) {
            // Swept or quarantined since the folder was listed.
            Err(BackupError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(());
            }
            copied => {
                let copied = copied?;
                files.copied += u64::from(copied.is_some());
                copied
            }
        },
    };
    match length {
        Some(length) => {
            files.all += 1;
            files.bytes += length;
        }
        None => files.damaged.push(key),
    }
    Ok(())
}

/// Where a file with this hash is below a folder `sha256`.
pub(super) fn place(folder: &Path, key: Sha256) -> PathBuf {
    let hex = key.to_hex();
    folder.join(&hex[..2]).join(&hex[2..4]).join(hex)
}

fn folders(dir: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut folders = paths(dir)?;
    folders.retain(|path| path.is_dir());
    Ok(folders)
}

/// The files in a folder that are named by a hash; others are none of ours.
fn blobs(dir: &Path) -> Result<Vec<(Sha256, PathBuf)>, BackupError> {
    let key = |path: PathBuf| Some((path.file_name()?.to_str()?.parse().ok()?, path));
    Ok(paths(dir)?.into_iter().filter_map(key).collect())
}

fn paths(dir: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        // A folder without a file yet, or one that went away meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(BackupError::io(dir)(error)),
    };
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(BackupError::io(dir))?;
    paths.sort_unstable();
    Ok(paths)
}
