//! The file system as durable storage uses it.
//!
//! Everything that has to survive a crash goes through [`Disk`]: the journal and the lock of
//! the catalogue. [`LocalDisk`] is the operating system's; the simulated one of the tests
//! keeps files in memory, loses what was not synced, tears and reorders writes and returns errors.
//! sled and tantivy do their own I/O and are not behind it: both are rebuilt from what is.

mod local;
#[cfg(test)]
pub(crate) mod simulated;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use local::LocalDisk;

/// What a folder has under one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The name, with what is not UTF-8 replaced.
    pub name: String,
    /// A regular file; not a folder, link or device.
    pub is_file: bool,
}

/// A file system. Errors are those of the operating system.
pub trait Disk: Debug + Send + Sync {
    /// Opens an existing file for reading.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens an existing file for reading and writing.
    fn open_for_writing(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Creates a file for reading and writing; [`io::ErrorKind::AlreadyExists`] when there is one.
    fn create_new(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens a folder, to sync its entries with [`DiskFile::sync_all`] or to lock it.
    fn open_dir(&self, dir: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Creates a folder and its parents where they are missing.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// The entries of a folder, in no order.
    fn entries(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;

    /// The length of a file; none when there is no such file.
    fn len(&self, path: &Path) -> io::Result<Option<u64>>;

    /// Renames a file, replacing what has the new name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Makes the entries of a folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.open_dir(dir)?.sync_all()
    }
}

/// An open file.
#[expect(
    clippy::len_without_is_empty,
    reason = "nobody asks whether a file is empty"
)]
pub trait DiskFile: Debug + Send + Sync {
    /// Its length in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Fills `bytes` from `offset` on; [`io::ErrorKind::UnexpectedEof`] when the file is shorter.
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`. After an error some of them may have been written.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts or lengthens the file.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Makes the content durable, as `fdatasync` does.
    fn sync_data(&self) -> io::Result<()>;

    /// Makes content and metadata durable, as `fsync` does.
    fn sync_all(&self) -> io::Result<()>;

    /// Takes an exclusive lock that lasts until it is unlocked or the file is closed; false when
    /// somebody else holds it.
    fn try_lock(&self) -> io::Result<bool>;

    /// Frees the lock.
    fn unlock(&self) -> io::Result<()>;
}

/// The whole content of a file.
///
/// # Errors
/// Those of the file system.
pub fn read_all(file: &dyn DiskFile) -> io::Result<Vec<u8>> {
    let len = usize::try_from(file.len()?).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}
