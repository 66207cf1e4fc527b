//! Files of a backup: written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::error::BackupError;
use crate::domain::Sha256;
use crate::storage::blobs::Hasher;

/// Bytes read and written at once.
const CHUNK: usize = 1024 * 1024;

/// Writes a file durably under its name, replacing what has the name.
///
/// # Errors
/// Those of the file system, with the path.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let part = part_of(path)?;
    File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(BackupError::io(&part))?;
    put(&part, path)
}

/// Copies a file durably if its bytes have the hash `expected`; gives their number, or none when
/// they have another hash.
///
/// # Errors
/// Those of the file system, with the path.
pub(super) fn copy_checked(
    from: &Path,
    to: &Path,
    expected: Sha256,
) -> Result<Option<u64>, BackupError> {
    let part = part_of(to)?;
    let mut source = File::open(from).map_err(BackupError::io(from))?;
    let mut target = File::create(&part).map_err(BackupError::io(&part))?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let count = read_some(&mut source, &mut buffer).map_err(BackupError::io(from))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        let written = target.write_all(&buffer[..count]);
        written.map_err(BackupError::io(&part))?;
        length += count as u64;
    }
    if hasher.finish() != expected {
        fs::remove_file(&part).map_err(BackupError::io(&part))?;
        return Ok(None);
    }
    target.sync_all().map_err(BackupError::io(&part))?;
    put(&part, to)?;
    Ok(Some(length))
}

/// The hash and length of a file.
///
/// # Errors
/// Those of the file system, with the path.
pub(super) fn hash(path: &Path) -> Result<(Sha256, u64), BackupError> {
    let mut file = File::open(path).map_err(BackupError::io(path))?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let count = read_some(&mut file, &mut buffer).map_err(BackupError::io(path))?;
        if count == 0 {
            return Ok((hasher.finish(), length));
        }
        hasher.update(&buffer[..count]);
        length += count as u64;
    }
}

/// The hash of bytes in memory.
pub(super) fn hash_of(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// Those of the file system, with the path.
pub(super) fn sync_dir(dir: &Path) -> Result<(), BackupError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(BackupError::io(dir))
}

/// Creates a folder with its parents.
///
/// # Errors
/// Those of the file system, with the path.
pub(super) fn create_dir(dir: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(dir).map_err(BackupError::io(dir))
}

fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            count => return count,
        }
    }
}

/// The temporary name beside `path`, whose folder exists after this.
fn part_of(path: &Path) -> Result<std::path::PathBuf, BackupError> {
    create_dir(path.parent().unwrap_or(path))?;
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    Ok(name.into())
}

fn put(part: &Path, path: &Path) -> Result<(), BackupError> {
    fs::rename(part, path).map_err(BackupError::io(path))?;
    sync_dir(path.parent().unwrap_or(path))
}
