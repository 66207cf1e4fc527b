//! The folder in which bytes arrive before anything refers to them; [`super::incoming`] receives
//! them.
//!
//! Dropping an `Incoming` or a `Staged` at any time deletes its file. What a killed process leaves
//! behind is removed after a day, when the folder is next opened. After a failed write or fsync the
//! file is lost: the kernel may have dropped the pages already, so a second fsync that succeeds
//! would mean nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::hash::Hasher;
use super::{BlobError, Discarded, Staged, head_of};
use crate::domain::Sha256;
use crate::storage::blocking;

/// How the names of staged files begin.
const UPLOAD: &str = "upload-";

/// Staged files of this age belong to nobody any more.
pub(super) const STALE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder in which bytes arrive, on the volume of the blob store.
#[derive(Debug, Clone)]
pub struct Staging {
    dir: Arc<Path>,
    next: Arc<AtomicU64>,
}

/// What is known of bytes before they arrive.
#[derive(Debug, Clone, Copy, Default)]
pub struct Announced {
    /// Their number.
    pub length: Option<u64>,
    /// Their hash.
    pub sha256: Option<Sha256>,
}

/// Why bytes were not staged. Nothing of them is left.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// More bytes than allowed, announced or counted.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The greatest number allowed.
        limit: u64,
    },
    /// Another number of bytes than announced.
    #[error("{announced} bytes were announced and {received} received")]
    WrongLength {
        /// The number announced.
        announced: u64,
        /// The number received, so far when it is the greater one.
        received: u64,
    },
    /// The bytes have another hash than announced.
    #[error("the bytes hash to {received}, announced was {announced}")]
    WrongDigest {
        /// The hash announced.
        announced: Sha256,
        /// The hash of what was received.
        received: Sha256,
    },
    /// The device is full or failed.
    #[error(transparent)]
    Store(#[from] BlobError),
}

impl Staging {
    /// Opens the folder `staging` under the data folder, makes it where it is missing, and
    /// removes what has been lying in it for a day. Blocks.
    ///
    /// # Errors
    /// [`BlobError::Io`], [`BlobError::Full`].
    pub fn open(data: &Path, now: SystemTime) -> Result<Self, BlobError> {
        let dir = data.join("staging");
        fs::create_dir_all(&dir).map_err(BlobError::from_io)?;
        remove_stale(&dir, now).map_err(BlobError::from_io)?;
        Ok(Self {
            dir: dir.into(),
            next: Arc::default(),
        })
    }

    /// Stages bytes that are in memory, such as a derived copy.
    ///
    /// # Errors
    /// [`BlobError::Full`], [`BlobError::Io`].
    pub async fn stage(&self, bytes: Vec<u8>) -> Result<Staged, BlobError> {
        let staging = self.clone();
        blocking(move || staging.write_at_once(&bytes)).await
    }

    pub(super) fn write_at_once(&self, bytes: &[u8]) -> Result<Staged, BlobError> {
        let (guard, mut file) = self.create()?;
        file.write_all(bytes).map_err(BlobError::from_io)?;
        seal(&file)?;
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        Ok(Staged {
            path: guard.path().to_owned(),
            key: hasher.finish(),
            size: bytes.len() as u64,
            head: head_of(bytes),
            _guard: guard,
        })
    }

    /// A new file that nobody else has (`O_EXCL`), and the guard that deletes it.
    pub(super) fn create(&self) -> Result<(Discarded, File), BlobError> {
        self.with_new_name(|path| OpenOptions::new().write(true).create_new(true).open(path))
    }

    /// A second name in this folder for a file of the same volume: the guard that deletes the name.
    pub(super) fn link(&self, file: &Path) -> Result<Discarded, BlobError> {
        let (guard, ()) = self.with_new_name(|path| fs::hard_link(file, path))?;
        Ok(guard)
    }

    fn with_new_name<T>(
        &self,
        make: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<(Discarded, T), BlobError> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.dir.join(format!("{UPLOAD}{number}"));
            match make(&path) {
                Ok(made) => return Ok((Discarded::when_dropped(path), made)),
                // Left behind by an earlier process and not yet a day old.
                Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(BlobError::from_io(error)),
            }
        }
    }
}

/// Removes uploads of a day's age. Whatever else lies in the folder is left alone.
fn remove_stale(dir: &Path, now: SystemTime) -> io::Result<()> {
    let mut is_reported = false;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let reason = match remove_if_stale(&entry, now) {
            Ok(true) => continue,
            Ok(false) => "not made by the archive".to_owned(),
            Err(error) => error.to_string(),
        };
        if !is_reported {
            let path = entry.path();
            tracing::warn!(path = %path.display(), reason, "skipped in the staging folder");
        }
        is_reported = true;
    }
    Ok(())
}

/// Gives false when the entry is not an upload.
fn remove_if_stale(entry: &fs::DirEntry, now: SystemTime) -> io::Result<bool> {
    let name = entry.file_name();
    let is_upload = name.to_str().is_some_and(|name| name.starts_with(UPLOAD));
    if !is_upload || !entry.file_type()?.is_file() {
        return Ok(false);
    }
    match now.duration_since(entry.metadata()?.modified()?) {
        Ok(age) if age >= STALE_AFTER => fs::remove_file(entry.path())?,
        Ok(_) => {}
        // It arrived under a wrong clock, and would stay until that moment.
        Err(_) => File::open(entry.path())?.set_modified(now)?,
    }
    Ok(true)
}

/// Read-only from now on, and durable.
pub(super) fn seal(file: &File) -> Result<(), BlobError> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o444))
        .and_then(|()| file.sync_all())
        .map_err(BlobError::from_io)
}
