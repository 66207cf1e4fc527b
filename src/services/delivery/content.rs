//! The bytes of an open file, or of one that was made for this response.
//!
//! Bytes in the page cache are opened and read on the calling thread (`openat2` with `RESOLVE_CACHED`;
//! [`Content::read_ready`], `preadv2` with `RWF_NOWAIT`); only reads from the disk go to the blocking pool
//! ([`Content::read`]). A switch to another thread and back costs more than copying cached bytes.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::ReadWriteFlags;

use crate::storage::blobs::{BlobError, BlobStore};
use crate::storage::blocking;
use crate::storage::catalog::BlobKey;

/// A blob that is open for reading, or bytes in memory.
pub struct Content {
    source: Source,
    key: BlobKey,
    size: u64,
}

enum Source {
    /// A file of the local disk.
    Local(File),
    /// Anywhere else.
    Store(Arc<dyn BlobStore>),
    /// Made for this response.
    Memory(Bytes),
}

impl Content {
    /// Opens a blob of `size` bytes.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Io`].
    pub async fn open(
        blobs: &Arc<dyn BlobStore>,
        key: BlobKey,
        size: u64,
    ) -> Result<Self, BlobError> {
        let source = match blobs.local_path(key) {
            None => Source::Store(Arc::clone(blobs)),
            Some(path) => Source::Local(match open_file(key, &path).await {
                Err(BlobError::Missing(_)) => {
                    // Asking for the size puts back what is in the trash.
                    blobs.size(key).await?;
                    open_file(key, &path).await?
                }
                opened => opened?,
            }),
        };
        Ok(Self { source, key, size })
    }

    /// These bytes.
    pub(super) fn of_bytes(key: BlobKey, bytes: Bytes) -> Self {
        Self {
            key,
            size: bytes.len() as u64,
            source: Source::Memory(bytes),
        }
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads cached bytes from `offset`, never waiting for the disk. Returns the number of bytes read, at
    /// least one, or `None` when [`Content::read`] is needed.
    pub fn read_ready(&self, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        let file = match &self.source {
            Source::Local(file) => file,
            Source::Memory(bytes) => return copy_from(bytes, offset, buffer),
            Source::Store(_) => return None,
        };
        let mut into = [IoSliceMut::new(buffer)];
        match rustix::io::preadv2(file, &mut into, offset, ReadWriteFlags::NOWAIT) {
            Ok(read) if read > 0 => Some(read),
            // Not cached, or the file system does not support the flag.
            _ => None,
        }
    }

    /// Reads a range within the blob, from the disk if necessary. For pieces of at most a few MiB.
    ///
    /// # Errors
    /// [`BlobError::Io`], also when the stored bytes are fewer than they should be.
    pub async fn read(self: Arc<Self>, range: Range<u64>) -> Result<Bytes, BlobError> {
        match &self.source {
            Source::Store(blobs) => blobs.read(self.key, range).await,
            Source::Memory(bytes) => {
                let (start, end) = (to_index(range.start), to_index(range.end));
                Ok(bytes.slice(start.min(bytes.len())..end.min(bytes.len())))
            }
            Source::Local(_) => blocking(move || self.read_file(&range)).await,
        }
    }

    fn read_file(&self, range: &Range<u64>) -> Result<Bytes, BlobError> {
        let Source::Local(file) = &self.source else {
            return Ok(Bytes::new());
        };
        let length = usize::try_from(range.end.saturating_sub(range.start))
            .map_err(|large| BlobError::Io(io::Error::other(large)))?;
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, range.start)
            .map_err(BlobError::Io)?;
        Ok(bytes.into())
    }
}

fn copy_from(bytes: &Bytes, offset: u64, buffer: &mut [u8]) -> Option<usize> {
    let rest = bytes.get(to_index(offset)..)?;
    let length = rest.len().min(buffer.len());
    buffer[..length].copy_from_slice(&rest[..length]);
    (length > 0).then_some(length)
}

fn to_index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

async fn open_file(key: BlobKey, path: &Path) -> Result<File, BlobError> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    // Fails when the disk would have to be read, and where the kernel does not have the call.
    if let Ok(file) = openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED) {
        return Ok(file.into());
    }
    let path = path.to_owned();
    let opened = blocking(move || File::open(path)).await;
    opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BlobError::Missing(key),
        _ => BlobError::Io(error),
    })
}
