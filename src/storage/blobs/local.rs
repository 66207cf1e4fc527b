//! Blobs in a folder of the local disk, each in a file named by its hash.
//!
//! ```text
//! blobs/sha256/ab/cd/abcd…   the bytes, read-only, 64 hexadecimal digits
//! quarantine/abcd…           damaged bytes, kept for whoever repairs them
//! trash/abcd…                bytes nothing has referred to for a week, kept for a month
//! trash/unreferenced/abcd…   an empty file: since its time, nothing has referred to these bytes
//! ```
//!
//! All on one file system with `staging/`, so that a blob appears by a hard link: at once, whole,
//! and never in place of another ([`super::replace`] says what happens when one is there). The
//! data folder belongs to one process. What it does to one key is done under that key's lock;
//! reading needs none, because a blob never changes.

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::entries::Entries;
use super::folder::sync_folder;
use super::{BlobError, BlobStore, Put, Staged, volume};
use crate::storage::blocking;
use crate::storage::catalog::BlobKey;

/// The blob store on a local disk. Clones share it.
#[derive(Debug, Clone)]
pub struct LocalBlobs {
    folders: Arc<Folders>,
}

/// Where things are, and the locks on them.
#[derive(Debug)]
pub(super) struct Folders {
    blobs: PathBuf,
    pub(super) quarantine: PathBuf,
    pub(super) trash: PathBuf,
    marks: PathBuf,
    pub(super) entries: Entries,
    /// One for each first byte of a key. The flags tell which second bytes have a folder
    /// that this process has made durable.
    locks: Vec<Mutex<[bool; 256]>>,
}

/// The exclusive right to put, move and mark blobs whose keys have the same first byte.
pub(super) type KeyLock<'a> = MutexGuard<'a, [bool; 256]>;

impl LocalBlobs {
    /// Opens the store under the data folder and makes the folders that are missing. Blocks.
    ///
    /// # Errors
    /// [`BlobError::Apart`] when files cannot be linked from folder to folder;
    /// [`BlobError::Io`], [`BlobError::Full`].
    pub fn open(data: &Path) -> Result<Self, BlobError> {
        let folders = Folders::open(data)?;
        Ok(Self {
            folders: Arc::new(folders),
        })
    }

    /// Runs blocking work on the folders.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folders) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let folders = Arc::clone(&self.folders);
        blocking(move || work(&folders)).await
    }
}

#[async_trait]
impl BlobStore for LocalBlobs {
    async fn put(&self, staged: Staged) -> Result<Put, BlobError> {
        self.run(move |folders| folders.store(staged.key, &staged.path))
            .await
    }

    async fn size(&self, key: BlobKey) -> Result<u64, BlobError> {
        self.run(move |folders| {
            let file = folders.open_blob(key)?;
            file.metadata()
                .map(|file| file.len())
                .map_err(BlobError::Io)
        })
        .await
    }

    async fn read(&self, key: BlobKey, range: Range<u64>) -> Result<Bytes, BlobError> {
        self.run(move |folders| {
            let file = folders.open_blob(key)?;
            let end = range.end.min(file.metadata().map_err(BlobError::Io)?.len());
            let length = usize::try_from(end.saturating_sub(range.start))
                .map_err(|large| BlobError::Io(io::Error::other(large)))?;
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, range.start)
                .map_err(BlobError::Io)?;
            Ok(bytes.into())
        })
        .await
    }

    fn local_path(&self, key: BlobKey) -> Option<PathBuf> {
        Some(self.folders.blob(key))
    }

    async fn list(&self, after: Option<BlobKey>, limit: usize) -> Result<Vec<BlobKey>, BlobError> {
        self.run(move |folders| folders.list(after, limit).map_err(BlobError::Io))
            .await
    }

    async fn quarantine(&self, key: BlobKey) -> Result<(), BlobError> {
        self.run(move |folders| {
            let lock = folders.lock(key);
            folders.set_aside(&lock, key)
        })
        .await
    }
}

impl Folders {
    pub(super) fn open(data: &Path) -> Result<Self, BlobError> {
        let folders = Self {
            blobs: data.join("blobs/sha256"),
            quarantine: data.join("quarantine"),
            trash: data.join("trash"),
            marks: data.join("trash/unreferenced"),
            entries: Entries::new(data.join("trash/unreferenced")),
            locks: (0..256).map(|_| Mutex::new([false; 256])).collect(),
        };
        folders.make(data).map_err(BlobError::from_io)?;
        let staging = data.join("staging");
        for folder in [&folders.blobs, &folders.trash, &folders.quarantine] {
            volume::check_link(&staging, folder)?;
        }
        Ok(folders)
    }

    fn make(&self, data: &Path) -> io::Result<()> {
        let staging = data.join("staging");
        for folder in [&self.blobs, &self.quarantine, &self.marks, &staging] {
            fs::create_dir_all(folder)?;
        }
        for folder in [&data.join("blobs"), &self.trash, data] {
            sync_folder(folder)?;
        }
        Ok(())
    }

    /// Where the bytes of this key are, if they are stored.
    pub(super) fn blob(&self, key: BlobKey) -> PathBuf {
        let hex = key.to_hex();
        self.blobs.join(&hex[..2]).join(&hex[2..4]).join(hex)
    }

    pub(super) fn trashed(&self, key: BlobKey) -> PathBuf {
        self.trash.join(key.to_hex())
    }

    pub(super) fn mark(&self, key: BlobKey) -> PathBuf {
        self.marks.join(key.to_hex())
    }

    pub(super) fn lock(&self, key: BlobKey) -> KeyLock<'_> {
        // What the lock guards is on the disk and in flags that only save work.
        self.locks[usize::from(key.as_bytes()[0])]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder of a key, which exists durably: once in the life of a process it is fsynced with
    /// its parents, since an earlier process may have made it and been killed.
    pub(super) fn prepare_folder(
        &self,
        lock: &mut KeyLock<'_>,
        key: BlobKey,
    ) -> io::Result<PathBuf> {
        let hex = key.to_hex();
        let parent = self.blobs.join(&hex[..2]);
        let folder = parent.join(&hex[2..4]);
        let durable = &mut lock[usize::from(key.as_bytes()[1])];
        if !*durable {
            fs::create_dir_all(&folder)?;
            sync_folder(&parent)?;
            sync_folder(&self.blobs)?;
            *durable = true;
        }
        Ok(folder)
    }

    /// The folder of a key has to be prepared again.
    pub(super) fn forget_folder(&self, lock: &mut KeyLock<'_>, key: BlobKey) {
        lock[usize::from(key.as_bytes()[1])] = false;
    }

    /// Moves a blob into the trash. Needs the key's lock.
    pub(super) fn move_to_trash(&self, _lock: &KeyLock<'_>, key: BlobKey) -> io::Result<()> {
        let from = self.blob(key);
        fs::rename(&from, self.trashed(key))?;
        sync_folder(&self.trash)?;
        sync_folder(from.parent().unwrap_or(&self.blobs))
    }

    pub(super) fn list(&self, after: Option<BlobKey>, limit: usize) -> io::Result<Vec<BlobKey>> {
        let after = after.map(|key| key.to_hex()).unwrap_or_default();
        let starts_before = |name: &String| name.as_str() < &after[..name.len().min(after.len())];
        let mut keys = Vec::new();
        for first in self.entries.shards(&self.blobs)? {
            if starts_before(&first) {
                continue;
            }
            let parent = self.blobs.join(&first);
            for second in self.entries.shards(&parent)? {
                let prefix = format!("{first}{second}");
                if starts_before(&prefix) {
                    continue;
                }
                let found = self.entries.keys(&parent.join(&second), &prefix)?;
                keys.extend(found.into_iter().filter(|key| key.to_hex() > after));
                if keys.len() >= limit {
                    keys.truncate(limit);
                    return Ok(keys);
                }
            }
        }
        Ok(keys)
    }
}

pub(super) fn missing(key: BlobKey) -> impl Fn(io::Error) -> BlobError {
    move |error| match error.kind() {
        io::ErrorKind::NotFound => BlobError::Missing(key),
        _ => BlobError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::SystemTime;

    use super::super::{BlobStore as _, Staging};
    use super::LocalBlobs;

    #[tokio::test]
    async fn a_blob_is_a_read_only_file_named_by_its_hash() {
        let data = tempfile::tempdir().unwrap();
        let staging = Staging::open(data.path(), SystemTime::now()).unwrap();
        let blobs = LocalBlobs::open(data.path()).unwrap();
        let staged = staging.stage(b"abc".to_vec()).await.unwrap();
        let key = staged.key;
        blobs.put(staged).await.unwrap();

        // SHA-256 of "abc" as FIPS 180-4 gives it.
        let path = data.path().join(
            "blobs/sha256/ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        assert_eq!(fs::read(&path).unwrap(), b"abc");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o444);
        assert_eq!(blobs.local_path(key), Some(path));
        assert_eq!(
            fs::read_dir(data.path().join("staging")).unwrap().count(),
            0
        );
    }
}
