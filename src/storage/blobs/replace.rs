//! Stores a file under its key, also where other bytes are in the way.
//!
//! A blob is linked into place, which never replaces anything. When something is there already,
//! it is compared with the new file byte by byte. If they differ, the new file is hashed once
//! more; if it is what its key says, then what is stored is damaged: it is linked into the
//! quarantine, under a name nobody has, and the new file is renamed over it. A reader finds the
//! old bytes or the new ones, never none.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::folder::{remove_if_there, sync_folder};
use super::local::{Folders, KeyLock, missing};
use super::{BlobError, Hasher, Put};
use crate::storage::catalog::BlobKey;

/// Bytes compared or hashed at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Which file is at a path: its device and inode.
type FileId = (u64, u64);

impl Folders {
    /// Makes the file at `source` the blob `key` and removes it there. Durable when it returns.
    pub(super) fn store(&self, key: BlobKey, source: &Path) -> Result<Put, BlobError> {
        loop {
            let Some(existing) = self.link(&mut self.lock(key), key, source)? else {
                return Ok(Put::Stored);
            };
            // Without the lock: long files must not hold up other uploads.
            let is_same = is_same(&self.blob(key), source)?;
            if !is_same && hash_of(source).map_err(BlobError::Io)? != key {
                return Err(BlobError::Mismatch(key));
            }
            let lock = self.lock(key);
            if file_id(&self.blob(key)).ok() == Some(existing) {
                return self.settle(&lock, key, source, is_same);
            }
        }
    }

    /// Links `source` to the address of the key, or tells which file is there already.
    fn link(
        &self,
        lock: &mut KeyLock<'_>,
        key: BlobKey,
        source: &Path,
    ) -> Result<Option<FileId>, BlobError> {
        // Taking the mark away claims the bytes: the sweep starts counting its week anew.
        remove_if_there(&self.mark(key)).map_err(BlobError::Io)?;
        let target = self.blob(key);
        let folder = self.prepare_folder(lock, key).map_err(BlobError::from_io)?;
        let mut linked = fs::hard_link(source, &target);
        if linked.as_ref().is_err_and(is_not_found) {
            // Somebody removed the folder since it was made.
            self.forget_folder(lock, key);
            self.prepare_folder(lock, key).map_err(BlobError::from_io)?;
            linked = fs::hard_link(source, &target);
        }
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return file_id(&target).map(Some).map_err(BlobError::Io);
            }
            Err(error) => return Err(BlobError::from_io(error)),
        }
        remove_if_there(source).map_err(BlobError::Io)?;
        sync_folder(&folder).map_err(BlobError::from_io)?;
        Ok(None)
    }

    /// Keeps what is stored when it is the same, otherwise replaces it.
    fn settle(
        &self,
        lock: &KeyLock<'_>,
        key: BlobKey,
        source: &Path,
        is_same: bool,
    ) -> Result<Put, BlobError> {
        let target = self.blob(key);
        let put = if is_same {
            remove_if_there(source).map_err(BlobError::Io)?;
            Put::Existed
        } else {
            let kept = self.copy_to_quarantine(lock, key)?;
            fs::rename(source, &target).map_err(BlobError::from_io)?;
            tracing::error!(
                blob = %key, kept = %kept.display(),
                "a stored file was damaged; an upload of the same file replaced it: check the disk",
            );
            Put::Healed
        };
        // Also when it existed: whoever linked it may have been killed before this line.
        let folder = target.parent().unwrap_or(&target);
        sync_folder(folder).map_err(BlobError::from_io)?;
        Ok(put)
    }

    /// Gives what is stored under the key a second name, in the quarantine, which nothing has yet.
    /// A folder, which cannot have two names, is moved.
    pub(super) fn copy_to_quarantine(
        &self,
        _lock: &KeyLock<'_>,
        key: BlobKey,
    ) -> Result<PathBuf, BlobError> {
        let blob = self.blob(key);
        let damaged = fs::symlink_metadata(&blob).map_err(missing(key))?;
        for number in 1_u64.. {
            let name = match number {
                1 => key.to_hex(),
                _ => format!("{}.{number}", key.to_hex()),
            };
            let kept = self.quarantine.join(name);
            let done = if damaged.is_dir() {
                match fs::symlink_metadata(&kept) {
                    Ok(_) => continue,
                    Err(_) => fs::rename(&blob, &kept),
                }
            } else {
                fs::hard_link(&blob, &kept)
            };
            match done {
                Ok(()) => {
                    sync_folder(&self.quarantine).map_err(BlobError::from_io)?;
                    return Ok(kept);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(BlobError::from_io(error)),
            }
        }
        Err(BlobError::Io(io::ErrorKind::AlreadyExists.into()))
    }

    /// Takes a damaged blob out of service, into the quarantine.
    pub(super) fn set_aside(&self, lock: &KeyLock<'_>, key: BlobKey) -> Result<(), BlobError> {
        self.copy_to_quarantine(lock, key)?;
        let blob = self.blob(key);
        remove_if_there(&blob).map_err(BlobError::Io)?;
        sync_folder(blob.parent().unwrap_or(&blob)).map_err(BlobError::from_io)
    }

    /// Opens a blob. One that is in the trash, whoever moved it there, is put back first.
    pub(super) fn open_blob(&self, key: BlobKey) -> Result<File, BlobError> {
        match File::open(self.blob(key)) {
            Err(error) if is_not_found(&error) => {
                self.restore(key)?;
                File::open(self.blob(key)).map_err(missing(key))
            }
            opened => opened.map_err(BlobError::Io),
        }
    }

    /// Puts a blob back that is in the trash.
    pub(super) fn restore(&self, key: BlobKey) -> Result<(), BlobError> {
        let trashed = self.trashed(key);
        if !trashed.is_file() {
            return Err(BlobError::Missing(key));
        }
        match self.store(key, &trashed) {
            // Another reader has put it back in the meantime.
            Err(BlobError::Io(error)) if is_not_found(&error) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => {
                tracing::warn!(blob = %key, "a file that is needed was in the trash and was put back");
                Ok(())
            }
        }
    }
}

fn is_not_found(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn file_id(path: &Path) -> io::Result<FileId> {
    let file = fs::symlink_metadata(path)?;
    Ok((file.dev(), file.ino()))
}

/// Whether the stored file has the bytes of `new`. One that cannot be read has not.
fn is_same(stored: &Path, new: &Path) -> Result<bool, BlobError> {
    let mut new = File::open(new).map_err(BlobError::Io)?;
    let length = new.metadata().map_err(BlobError::Io)?.len();
    let unreadable = |error| {
        if tells_damage(&error) {
            Ok(false)
        } else {
            Err(BlobError::Io(error))
        }
    };
    let mut stored = match File::open(stored) {
        Ok(file) => file,
        Err(error) => return unreadable(error),
    };
    match stored.metadata() {
        Ok(metadata) if metadata.len() != length => return Ok(false),
        Ok(_) => {}
        Err(error) => return unreadable(error),
    }
    let (mut expected, mut found) = (vec![0; PIECE_BYTES], vec![0; PIECE_BYTES]);
    loop {
        let read = new.read(&mut expected).map_err(BlobError::Io)?;
        if read == 0 {
            return Ok(true);
        }
        if let Err(error) = stored.read_exact(&mut found[..read]) {
            return unreadable(error);
        }
        if expected[..read] != found[..read] {
            return Ok(false);
        }
    }
}

/// Whether the error says that what is at the path is broken, as opposed to a shortage of the
/// process or a lack of rights, which say nothing about the bytes.
fn tells_damage(error: &io::Error) -> bool {
    let damages = [
        Errno::IO,
        Errno::NOENT,
        Errno::ISDIR,
        Errno::LOOP,
        Errno::BADMSG,
        Errno::UCLEAN,
    ];
    error.kind() == io::ErrorKind::UnexpectedEof
        || Errno::from_io_error(error).is_some_and(|errno| damages.contains(&errno))
}

fn hash_of(path: &Path) -> io::Result<BlobKey> {
    let mut file = File::open(path)?;
    let mut hasher = Hasher::new();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(&piece[..read]);
    }
}
