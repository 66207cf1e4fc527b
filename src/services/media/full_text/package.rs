//! Reads parts of a ZIP package, up to a limit.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use ::zip::ZipArchive;
use ::zip::result::ZipError;

use super::error::TextError;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::stop_sign::StopSign;

/// Bytes that all parts of a package together may have when unpacked.
const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// Parts that a package may have, and that are read of it.
pub(super) const MAX_PARTS: usize = 20_000;

/// An office document or book.
pub(super) struct Package {
    archive: ZipArchive<BufReader<File>>,
    /// Bytes that may still be unpacked.
    budget: u64,
    /// Parts that may still be read: one part may be named many times.
    parts: usize,
    sign: StopSign,
}

impl Package {
    /// Opens a package, of which nothing is read any more once `sign` says so. Blocks.
    ///
    /// # Errors
    /// [`TextError::File`] when it is no ZIP file, [`TextError::Io`].
    pub(super) fn open(path: &Path, sign: &StopSign) -> Result<Self, TextError> {
        let file = BufReader::new(File::open(path)?);
        let archive = ZipArchive::new(file).map_err(failure)?;
        if archive.len() > MAX_PARTS {
            return Err(ProcessingFailure::TooLarge.into());
        }
        Ok(Self {
            archive,
            budget: MAX_UNPACKED_BYTES,
            parts: MAX_PARTS,
            sign: sign.clone(),
        })
    }

    /// Whether there is such a part.
    pub(super) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// The bytes of a part; none when there is no such part. Blocks.
    ///
    /// # Errors
    /// [`TextError::File`] when it is encrypted, damaged, or more than what may be read; [`TextError::Io`] when reading is
    /// stopped.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, TextError> {
        if self.sign.is_stopped() {
            return Err(TextError::Io(std::io::Error::other("stopped")));
        }
        let parts = self.parts.checked_sub(1);
        self.parts = parts.ok_or(ProcessingFailure::TooLarge)?;
        let part = match self.archive.by_name(name) {
            Ok(part) => part,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(failure(error)),
        };
        let mut bytes = Vec::new();
        let read = part.take(self.budget + 1).read_to_end(&mut bytes);
        let length = bytes.len() as u64;
        if length > self.budget {
            return Err(ProcessingFailure::TooLarge.into());
        }
        self.budget -= length;
        match read {
            Ok(_) => Ok(Some(bytes)),
            Err(_) => Err(ProcessingFailure::Damaged.into()),
        }
    }

    /// The bytes of a part that every document of its kind has.
    ///
    /// # Errors
    /// As [`Package::read`], and when it is missing.
    pub(super) fn require(&mut self, name: &str) -> Result<Vec<u8>, TextError> {
        let part = self.read(name)?;
        part.ok_or_else(|| ProcessingFailure::Damaged.into())
    }
}

fn failure(error: ZipError) -> TextError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            ProcessingFailure::Encrypted.into()
        }
        ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            TextError::Io(error)
        }
        _ => ProcessingFailure::Damaged.into(),
    }
}
