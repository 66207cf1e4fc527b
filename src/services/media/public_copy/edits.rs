//! A copy described by its differences from the original.
//!
//! Metadata is overwritten in place where a format addresses its data by offset, and cut out where it
//! does not. Everything else is copied byte for byte.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;

/// Bytes compared or copied at a time.
pub(super) const CHUNK_BYTES: usize = 1 << 20;
/// The most differences of one copy.
const MAX_EDITS: usize = 2_000_000;

/// A file that is read at given offsets.
pub(super) struct Source {
    file: File,
    /// Its length in bytes.
    pub(super) length: u64,
}

impl Source {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }

    /// The file, for readers that seek.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// `length` bytes from `at`.
    ///
    /// # Errors
    /// [`ProcessingFailure::Damaged`] when the file ends before.
    pub(super) fn read(&self, at: u64, length: usize) -> Result<Vec<u8>, CopyError> {
        let end = at.checked_add(length as u64);
        if end.is_none_or(|end| end > self.length) {
            return Err(ProcessingFailure::Damaged.into());
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    /// At most `length` bytes from `at`: fewer at the end of the file.
    pub(super) fn read_up_to(&self, at: u64, length: usize) -> Result<Vec<u8>, CopyError> {
        let rest = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        self.read(at.min(self.length), length.min(rest))
    }
}

/// What replaces a range of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Replacement {
    /// Other bytes, of any number.
    Bytes(Vec<u8>),
    /// As many zeros.
    Zeros,
}

/// The differences of a copy from its original, in the order of the bytes.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<u64>, Replacement)>);

/// A piece of the copy.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// These bytes of the original.
    Original(Range<u64>),
    /// New bytes.
    New(Vec<u8>),
    /// This many zeros.
    Zeros(u64),
}

impl Edits {
    /// Replaces as many bytes as there are new ones.
    pub(super) fn overwrite(&mut self, at: u64, bytes: &[u8]) {
        let range = at..at + bytes.len() as u64;
        self.0.push((range, Replacement::Bytes(bytes.to_vec())));
    }

    /// Fills a range with zeros.
    pub(super) fn blank(&mut self, range: Range<u64>) {
        if !range.is_empty() {
            self.0.push((range, Replacement::Zeros));
        }
    }

    /// Cuts a range out.
    pub(super) fn remove(&mut self, range: Range<u64>) {
        if !range.is_empty() {
            self.0.push((range, Replacement::Bytes(Vec::new())));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sorts them and drops those that change nothing.
    ///
    /// # Errors
    /// [`ProcessingFailure::Damaged`] when two overlap or one is beyond the end: parts of a sound file
    /// do not overlap. [`ProcessingFailure::TooLarge`] when there are too many.
    pub(super) fn effective(mut self, source: &Source) -> Result<Self, CopyError> {
        if self.0.len() > MAX_EDITS {
            return Err(ProcessingFailure::TooLarge.into());
        }
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut end = 0;
        for (range, _) in &self.0 {
            if range.start < end || range.end > source.length {
                return Err(ProcessingFailure::Damaged.into());
            }
            end = range.end;
        }
        let mut effective = Vec::with_capacity(self.0.len());
        for (range, replacement) in self.0 {
            if changes(source, &range, &replacement)? {
                effective.push((range, replacement));
            }
        }
        Ok(Self(effective))
    }

    /// The copy, piece by piece.
    pub(super) fn pieces(self, length: u64) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(2 * self.0.len() + 1);
        let mut at = 0;
        for (range, replacement) in self.0 {
            if at < range.start {
                pieces.push(Piece::Original(at..range.start));
            }
            match replacement {
                Replacement::Bytes(bytes) if bytes.is_empty() => {}
                Replacement::Bytes(bytes) => pieces.push(Piece::New(bytes)),
                Replacement::Zeros => pieces.push(Piece::Zeros(range.end - range.start)),
            }
            at = range.end;
        }
        if at < length {
            pieces.push(Piece::Original(at..length));
        }
        pieces
    }
}

fn changes(
    source: &Source,
    range: &Range<u64>,
    replacement: &Replacement,
) -> Result<bool, CopyError> {
    if let Replacement::Bytes(bytes) = replacement {
        let is_same_length = bytes.len() as u64 == range.end - range.start;
        return Ok(!is_same_length || source.read(range.start, bytes.len())? != *bytes);
    }
    let mut at = range.start;
    while at < range.end {
        let rest = usize::try_from(range.end - at).unwrap_or(usize::MAX);
        let bytes = source.read(at, rest.min(CHUNK_BYTES))?;
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(true);
        }
        at += bytes.len() as u64;
    }
    Ok(false)
}
