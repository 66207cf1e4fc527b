//! The files that a program is given, and those that it writes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{OFlags, ioctl_ficlone};

use super::error::ProgramError;
use super::private_folder::{INPUT, OUTPUT, PrivateFolder};
use crate::storage::blocking;

/// Files up to this length are copied: it takes no longer than linking them.
const COPIED_BYTES: u64 = 4 << 20;

/// A private folder for one or more runs of programs, in which they find their input and leave their output.
/// Deleted when it is dropped and no program runs in it any more.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub(super) folder: Arc<PrivateFolder>,
    /// Whether programs cannot write to files in `in/`, even if they are links to files elsewhere.
    pub(super) protects_input: bool,
}

impl Workspace {
    /// Gives programs the file at `source` as `in/NAME`. It is cloned where the volume can, else linked where programs
    /// cannot write to it, else copied.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn give(&self, name: &str, source: &Path) -> Result<(), ProgramError> {
        let (target, source) = (self.input(name)?, source.to_owned());
        let may_link = self.protects_input;
        blocking(move || give(&source, &target, may_link))
            .await
            .map_err(ProgramError::Folder)
    }

    /// Gives programs bytes as `in/NAME`.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn give_bytes(&self, name: &str, bytes: Vec<u8>) -> Result<(), ProgramError> {
        let target = self.input(name)?;
        blocking(move || new_file(&target)?.write_all(&bytes))
            .await
            .map_err(ProgramError::Folder)
    }

    /// Opens `out/NAME`, which must be a plain file of its own: no link, no pipe.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn open(&self, name: &str) -> Result<File, ProgramError> {
        let path = self.output(name)?;
        blocking(move || open_plain(&path))
            .await
            .map_err(ProgramError::Folder)
    }

    /// Reads `out/NAME`, at most this many bytes of it.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, ProgramError> {
        let path = self.output(name)?;
        let read = move || {
            let mut bytes = Vec::new();
            open_plain(&path)?.take(limit).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        blocking(read).await.map_err(ProgramError::Folder)
    }

    /// Makes a file that a program wrote the input of the next one: `out/FROM` becomes `in/TO`.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn pass_on(&self, from: &str, to: &str) -> Result<(), ProgramError> {
        let (from, to) = (self.output(from)?, self.input(to)?);
        let pass = move || open_plain(&from).and_then(|_| fs::rename(from, to));
        blocking(pass).await.map_err(ProgramError::Folder)
    }

    /// Deletes `out/NAME`, so that it no longer counts.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn discard(&self, name: &str) -> Result<(), ProgramError> {
        let path = self.output(name)?;
        blocking(move || fs::remove_file(path))
            .await
            .map_err(ProgramError::Folder)
    }

    fn input(&self, name: &str) -> Result<PathBuf, ProgramError> {
        plain_name(name).map(|name| self.folder.path().join(INPUT).join(name))
    }

    pub(super) fn output(&self, name: &str) -> Result<PathBuf, ProgramError> {
        plain_name(name).map(|name| self.folder.path().join(OUTPUT).join(name))
    }
}

/// The name, if it names a file in a folder and nothing outside it.
fn plain_name(name: &str) -> Result<&str, ProgramError> {
    let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    let wrong = || ProgramError::Folder(io::ErrorKind::InvalidFilename.into());
    is_plain.then_some(name).ok_or_else(wrong)
}

fn give(source: &Path, target: &Path, may_link: bool) -> io::Result<()> {
    let original = File::open(source)?;
    let copy = new_file(target)?;
    if ioctl_ficlone(&copy, &original).is_ok() {
        return Ok(());
    }
    if may_link && original.metadata()?.len() > COPIED_BYTES {
        fs::remove_file(target)?;
        if fs::hard_link(source, target).is_ok() {
            return Ok(());
        }
        return copy_bytes(original, new_file(target)?);
    }
    copy_bytes(original, copy)
}

fn copy_bytes(mut original: File, mut copy: File) -> io::Result<()> {
    io::copy(&mut original, &mut copy).map(drop)
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o400).open(path)
}

fn open_plain(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.nlink() == 1 {
        Ok(file)
    } else {
        Err(io::Error::from(io::ErrorKind::InvalidData))
    }
}
