//! Files that arrive in parts, over hours and restarts: resumable uploads.
//!
//! ```text
//! partial/NAME            what has arrived, from the first byte on
//! partial/NAME.verified   how much of it counts, as text; only for files that arrive in parts with checksums
//! ```
//!
//! The length of a partial file is the number of bytes that have arrived; they are durable before that number is
//! given to anybody. A file that is not there has arrived with no bytes. A part that breaks off keeps what arrived of it.
//! Which partial files there should be, only the catalogue knows; it also says when they expire.
//!
//! A file has one writer at a time: whoever appends, cuts, stages or removes sees to that. What is staged is a second name
//! of the file, so a complete file must not be written any more.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{remove_if_there, sync_folder};
use super::hash::{DigestAlgorithm, Hasher};
use super::pipeline::{BUFFER_BYTES, Destination, Pipeline, Written};
use super::staging::{Staging, seal};
use super::{BlobError, Staged, head_of, volume};
use crate::storage::blocking;

/// What the name of a record of verified bytes ends with.
const VERIFIED: &str = ".verified";

/// The folder of partial files, on the volume of the blob store. Clones share it.
#[derive(Debug, Clone)]
pub struct PartialFiles {
    dir: Arc<Path>,
}

/// What has arrived of a file, durably.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    /// The number of bytes.
    pub length: u64,
    /// The hash of them so far; `None` when it has to be made from the file.
    pub hasher: Option<Hasher>,
}

impl Arrived {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Self {
            length: 0,
            hasher: Some(Hasher::new()),
        }
    }
}

impl PartialFiles {
    /// Opens the folder `partial` under the data folder, and makes it where it is missing. Blocks.
    ///
    /// # Errors
    /// [`BlobError::Apart`] when files cannot be linked from it to the staging folder; [`BlobError::Io`],
    /// [`BlobError::Full`].
    pub fn open(data: &Path) -> Result<Self, BlobError> {
        let dir = data.join("partial");
        fs::create_dir_all(&dir)
            .and_then(|()| sync_folder(data))
            .map_err(BlobError::from_io)?;
        volume::check_link(&dir, &data.join("staging"))?;
        Ok(Self { dir: dir.into() })
    }

    /// What has arrived of a file: made durable, and cut back to what is verified if the process was killed during a part
    /// with a checksum. `name` is of ASCII letters, digits and `-`.
    ///
    /// # Errors
    /// [`BlobError::Io`], [`BlobError::Full`].
    pub async fn arrived(&self, name: &str) -> Result<Arrived, BlobError> {
        let (path, mark) = (self.path(name), self.mark(name));
        blocking(move || measure(&path, &mark))
            .await
            .map_err(BlobError::from_io)
    }

    /// Appends a part to a file of which `arrived` is there. The file takes at most `length` bytes.
    pub fn append(&self, name: &str, arrived: Arrived, length: u64) -> Appending {
        Appending {
            path: self.path(name),
            dir: Arc::clone(&self.dir),
            start: arrived.length,
            length,
            hasher: arrived.hasher,
            received: 0,
            buffer: Vec::new(),
            pipeline: None,
        }
    }

    /// From now on only the first `length` bytes count, until this is called again: before and after a part with a
    /// checksum. Durable when it returns.
    ///
    /// # Errors
    /// [`BlobError::Io`], [`BlobError::Full`].
    pub async fn mark_verified(&self, name: &str, length: u64) -> Result<(), BlobError> {
        let (dir, mark) = (Arc::clone(&self.dir), self.mark(name));
        blocking(move || write_mark(&dir, &mark, length))
            .await
            .map_err(BlobError::from_io)
    }

    /// All bytes count from now on: before a part without a checksum. Durable when it returns.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn count_all(&self, name: &str) -> Result<(), BlobError> {
        let (dir, mark) = (Arc::clone(&self.dir), self.mark(name));
        let remove = move || match fs::remove_file(mark) {
            Ok(()) => sync_folder(&dir),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        blocking(remove).await.map_err(BlobError::from_io)
    }

    /// The digest of a file from the byte `start` on.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn digest(
        &self,
        name: &str,
        start: u64,
        algorithm: DigestAlgorithm,
    ) -> Result<Vec<u8>, BlobError> {
        let path = self.path(name);
        let digest = move || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(start))?;
            algorithm.digest(file)
        };
        blocking(digest).await.map_err(BlobError::from_io)
    }

    /// Cuts a file back to `length` bytes, durably.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn cut(&self, name: &str, length: u64) -> Result<(), BlobError> {
        let path = self.path(name);
        let cut = move || match OpenOptions::new().write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            opened => opened.and_then(|file| {
                file.set_len(length)?;
                file.sync_data()
            }),
        };
        blocking(cut).await.map_err(BlobError::from_io)
    }

    /// Stages a file that has arrived completely, without copying it; it is read only when its hash is not known. The
    /// partial file stays until it is removed, so that a crash before the commit loses nothing.
    ///
    /// # Errors
    /// [`BlobError::Io`], [`BlobError::Full`].
    pub async fn stage(
        &self,
        name: &str,
        hasher: Option<Hasher>,
        staging: &Staging,
    ) -> Result<Staged, BlobError> {
        let (path, staging) = (self.path(name), staging.clone());
        blocking(move || stage(&path, hasher, &staging)).await
    }

    /// Where a file is, to be read.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path(name)
    }

    /// Deletes a file; it need not be there.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn remove(&self, name: &str) -> Result<(), BlobError> {
        let (path, mark) = (self.path(name), self.mark(name));
        // In this order: a file without its mark would count as a whole.
        blocking(move || remove_if_there(&path).and_then(|()| remove_if_there(&mark)))
            .await
            .map_err(BlobError::Io)
    }

    /// The names of all files. Whatever else lies in the folder is left alone.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn all(&self) -> Result<Vec<String>, BlobError> {
        let dir = Arc::clone(&self.dir);
        let list = move || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(dir)? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let name = name.strip_suffix(VERIFIED).unwrap_or(&name);
                if is_name(name) && entry.file_type()?.is_file() {
                    names.push(name.to_owned());
                }
            }
            names.sort_unstable();
            names.dedup();
            Ok(names)
        };
        blocking(list).await.map_err(BlobError::Io)
    }

    fn path(&self, name: &str) -> PathBuf {
        debug_assert!(is_name(name), "{name}");
        self.dir.join(name)
    }

    fn mark(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}{VERIFIED}"))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A part on its way in. Unless it is finished, nobody knows how much of it is written.
#[derive(Debug)]
pub struct Appending {
    path: PathBuf,
    dir: Arc<Path>,
    /// The length of the file before this part.
    start: u64,
    /// The length of the whole file.
    length: u64,
    hasher: Option<Hasher>,
    received: u64,
    buffer: Vec<u8>,
    pipeline: Option<Pipeline<()>>,
}

impl Appending {
    /// How many more bytes the file takes.
    pub const fn room(&self) -> u64 {
        (self.length - self.start).saturating_sub(self.received)
    }

    /// Takes in the next bytes, at most [`Appending::room`]; the rest is dropped. Waits while the disk is behind. A call
    /// that is dropped at its await may lose up to a buffer of the part, from its end.
    ///
    /// # Errors
    /// [`BlobError::Full`], [`BlobError::Io`]. The file has to be cut back then.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), BlobError> {
        let room = usize::try_from(self.room()).unwrap_or(usize::MAX);
        let mut chunk = &chunk[..chunk.len().min(room)];
        self.received += chunk.len() as u64;
        loop {
            let room = BUFFER_BYTES - self.buffer.len();
            let (fitting, rest) = chunk.split_at(chunk.len().min(room));
            self.buffer.extend_from_slice(fitting);
            if rest.is_empty() {
                return Ok(());
            }
            self.pass_on_buffer().await?;
            chunk = rest;
        }
    }

    /// Waits until everything that was taken in is written and durable.
    ///
    /// # Errors
    /// [`BlobError::Full`], [`BlobError::Io`]. The file has to be cut back then.
    pub async fn finish(mut self) -> Result<Arrived, BlobError> {
        let last = std::mem::take(&mut self.buffer);
        let start = self.start;
        // Without the hash of what was there before, that of the part says nothing.
        let is_whole = start == 0 || self.hasher.is_some();
        let (bytes, hasher) = match self.pipeline.take() {
            Some(pipeline) => {
                let Written { hasher, bytes, .. } = pipeline.finish(last).await?;
                (bytes, hasher)
            }
            None => {
                let hasher = self.hasher.take().unwrap_or_default();
                if last.is_empty() {
                    (0, hasher)
                } else {
                    let (dir, path) = (self.dir, self.path);
                    blocking(move || write_at_once(&dir, &path, start, hasher, &last)).await?
                }
            }
        };
        Ok(Arrived {
            length: start + bytes,
            hasher: is_whole.then_some(hasher),
        })
    }

    async fn pass_on_buffer(&mut self) -> Result<(), BlobError> {
        let full = std::mem::take(&mut self.buffer);
        let pipeline = match &mut self.pipeline {
            Some(running) => running,
            none => {
                let (dir, path) = (Arc::clone(&self.dir), self.path.clone());
                let (offset, length) = (self.start, Some(self.length));
                let hasher = self.hasher.clone().unwrap_or_default();
                none.insert(Pipeline::start(move || {
                    Ok(Destination {
                        file: open_at(&dir, &path, offset)?,
                        offset,
                        length,
                        hasher,
                        sync,
                        guard: (),
                    })
                }))
            }
        };
        self.buffer = pipeline.exchange(full).await?;
        Ok(())
    }
}

/// The file, to be written from this offset on: what lies behind it was never acknowledged.
fn open_at(dir: &Path, path: &Path, offset: u64) -> Result<File, BlobError> {
    let open = || {
        let is_new = !path.exists();
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(offset == 0).open(path)?;
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        if is_new {
            sync_folder(dir)?;
        }
        Ok(file)
    };
    open().map_err(BlobError::from_io)
}

/// Gives back the space that was allocated ahead, and makes the bytes durable.
fn sync(file: &File) -> Result<(), BlobError> {
    file.metadata()
        .and_then(|metadata| file.set_len(metadata.len()))
        .and_then(|()| file.sync_data())
        .map_err(BlobError::from_io)
}

fn write_at_once(
    dir: &Path,
    path: &Path,
    offset: u64,
    mut hasher: Hasher,
    bytes: &[u8],
) -> Result<(u64, Hasher), BlobError> {
    let mut file = open_at(dir, path, offset)?;
    file.write_all(bytes).map_err(BlobError::from_io)?;
    file.sync_data().map_err(BlobError::from_io)?;
    hasher.update(bytes);
    Ok((bytes.len() as u64, hasher))
}

fn measure(path: &Path, mark: &Path) -> io::Result<Arrived> {
    let file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arrived::nothing()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let verified = match fs::read_to_string(mark) {
        // A mark that cannot be read was being written for the first time.
        Ok(text) => text.trim_end().parse().unwrap_or(0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => length,
        Err(error) => return Err(error),
    };
    if verified < length {
        OpenOptions::new()
            .write(true)
            .open(path)?
            .set_len(verified)?;
    }
    file.sync_data()?;
    Ok(Arrived {
        length: length.min(verified),
        hasher: None,
    })
}

/// Twenty digits, so that one write replaces the number before whole.
fn write_mark(dir: &Path, mark: &Path, length: u64) -> io::Result<()> {
    let is_new = !mark.exists();
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(mark)?;
    file.write_all(format!("{length:020}\n").as_bytes())?;
    file.sync_data()?;
    if is_new { sync_folder(dir) } else { Ok(()) }
}

fn stage(path: &Path, hasher: Option<Hasher>, staging: &Staging) -> Result<Staged, BlobError> {
    let guard = match staging.link(path) {
        // A file without bytes was never written.
        Err(BlobError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            return staging.write_at_once(&[]);
        }
        linked => linked?,
    };
    let file = File::open(guard.path()).map_err(BlobError::from_io)?;
    seal(&file)?;
    let (hasher, head, size) = read(&file, hasher).map_err(BlobError::from_io)?;
    Ok(Staged {
        path: guard.path().to_owned(),
        key: hasher.finish(),
        size,
        head: head_of(&head),
        _guard: guard,
    })
}

/// The hash of a file, unless it is known, its first bytes, and its length.
fn read(mut file: &File, hasher: Option<Hasher>) -> io::Result<(Hasher, Vec<u8>, u64)> {
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    io::Read::by_ref(&mut file)
        .take(BUFFER_BYTES as u64)
        .read_to_end(&mut head)?;
    if let Some(hasher) = hasher {
        return Ok((hasher, head, size));
    }
    let mut hasher = Hasher::new();
    hasher.update(&head);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hasher, head, size)),
            read => hasher.update(&buffer[..read]),
        }
    }
}
