//! One segment, open for reading. Offsets are those of the plain text, sealed or not.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::names::{Form, path_of};
use super::sealed::Sealed;
use crate::storage::disk::{Disk, DiskFile};

/// An open segment.
#[derive(Debug)]
pub(crate) enum Segment {
    /// As it was written.
    Plain(Arc<dyn DiskFile>),
    /// Compressed into independent frames.
    Sealed(Sealed),
}

impl Segment {
    /// Opens a segment in the form it has.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] when a sealed one has no table; those of the file system.
    pub(crate) fn open(disk: &dyn Disk, dir: &Path, first: u64, form: Form) -> io::Result<Self> {
        let file = disk.open(&path_of(dir, first, form))?;
        match form {
            Form::Plain => Ok(Self::Plain(file)),
            Form::Sealed => Sealed::open(file).map(Self::Sealed),
        }
    }

    /// Length of the plain text in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        match self {
            Self::Plain(file) => file.len(),
            Self::Sealed(sealed) => Ok(sealed.len()),
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
        }
    }

    /// The whole plain text.
    pub(crate) fn text(&self) -> io::Result<Vec<u8>> {
        self.read(0, self.len()?)
    }

    /// The first line, with its line feed if it has one; reads no more than a few blocks of a
    /// plain segment with short lines.
    pub(crate) fn first_line(&self) -> io::Result<Vec<u8>> {
        let len = self.len()?;
        let mut step = STEP_BYTES;
        loop {
            let text = self.read(0, len.min(step))?;
            if let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                return Ok(text[..=end].to_vec());
            }
            if step >= len {
                return Ok(text);
            }
            step *= 4;
        }
    }

    /// The last line, with its line feed if it has one.
    pub(crate) fn last_line(&self) -> io::Result<Vec<u8>> {
        let len = self.len()?;
        let mut step = match self {
            Self::Plain(_) => STEP_BYTES,
            // A line begins with the frame.
            Self::Sealed(sealed) => len - sealed.last_frame_start() + 1,
        };
        loop {
            let from = len.saturating_sub(step);
            let text = self.read(from, len)?;
            let before_last = text.len().saturating_sub(1);
            let feed = text[..before_last].iter().rposition(|byte| *byte == b'\n');
            if let Some(feed) = feed {
                return Ok(text[feed + 1..].to_vec());
            }
            if from == 0 {
                return Ok(text);
            }
            step *= 4;
        }
    }
}

/// Bytes that a search for a line end begins with.
const STEP_BYTES: u64 = 16 * 1024;
