//! The files of the journal: `<first seq, 20 digits>.ndjson`, and `….ndjson.zst` once sealed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::seal::Sealed;

/// One segment, open for reading. Offsets are those of the plain text, sealed or not.
#[derive(Debug)]
pub(crate) enum Segment {
    /// As it was written.
    Plain(File),
    /// Compressed into independent frames.
    Sealed(Sealed),
    /// A sealed file without its table; says why.
    Broken(String),
}

impl Segment {
    /// Opens the plain or the sealed file of a segment. A damaged one can be opened but not read,
    /// so that the others can.
    pub(crate) fn open(dir: &Path, first: u64) -> io::Result<Self> {
        match File::open(plain_path(dir, first)) {
            Ok(file) => Ok(Self::Plain(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match Sealed::open(&sealed_path(dir, first)) {
                    Err(error) if error.raw_os_error().is_none() => {
                        Ok(Self::Broken(error.to_string()))
                    }
                    sealed => sealed.map(Self::Sealed),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Length of the plain text in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        match self {
            Self::Plain(file) => file.metadata().map(|metadata| metadata.len()),
            Self::Sealed(sealed) => Ok(sealed.len()),
            Self::Broken(why) => Err(broken(why)),
        }
    }

    /// The plain text from `from` to `to`.
    pub(crate) fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(file) => {
                let length = usize::try_from(to.saturating_sub(from))
                    .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, from)?;
                Ok(bytes)
            }
            Self::Sealed(sealed) => sealed.read(from, to),
            Self::Broken(why) => Err(broken(why)),
        }
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

/// Where the plain text of a segment is.
pub(crate) fn plain_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.ndjson"))
}

/// Where the sealed form of a segment is.
pub(crate) fn sealed_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.ndjson.zst"))
}

/// The file a segment is in now.
pub(crate) fn present_path(dir: &Path, first: u64) -> PathBuf {
    let (plain, sealed) = (plain_path(dir, first), sealed_path(dir, first));
    if !plain.exists() && sealed.exists() {
        sealed
    } else {
        plain
    }
}

/// The first seq in the name of a plain or sealed segment file.
pub(crate) fn first_of(name: &str) -> Option<u64> {
    let digits = name
        .strip_suffix(".ndjson")
        .or_else(|| name.strip_suffix(".ndjson.zst"))?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}
