//! The bytes of a file for a decoder, which may read only so many of them at a time.
//!
//! A header can claim that its next part has gigabytes, and a decoder collects a part in memory before it looks at it.
//! What is read for one packet is therefore limited here, where no length that a file states counts. The limit is given
//! anew for each packet.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::io::MediaSource;

use crate::services::media::stop_sign::StopSign;

/// The most bytes read for the headers, or for one packet: the tables of a recording of ten hours have a tenth of it.
const ALLOWANCE_BYTES: u64 = 64 << 20;

/// How much a source may still be asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Gives the whole allowance again.
    pub(super) fn renew(&self) {
        self.0.store(ALLOWANCE_BYTES, Ordering::Relaxed);
    }

    /// Whether it was used up.
    pub(super) fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn take(&self, wanted: usize) -> usize {
        let left = self.0.load(Ordering::Relaxed);
        let taken = left.min(wanted as u64);
        self.0.store(left - taken, Ordering::Relaxed);
        usize::try_from(taken).unwrap_or(wanted)
    }
}

/// A file from a position on.
pub(super) struct SoundFile {
    file: File,
    start: u64,
    length: u64,
    allowance: Allowance,
    sign: StopSign,
}

impl SoundFile {
    /// The bytes of a file without those before `start`.
    pub(super) fn new(mut file: File, start: u64, sign: StopSign) -> io::Result<Self> {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(start.min(length)))?;
        let allowance = Allowance::default();
        allowance.renew();
        Ok(Self {
            file,
            start: start.min(length),
            length,
            allowance,
            sign,
        })
    }

    /// What limits it.
    pub(super) fn allowance(&self) -> Allowance {
        self.allowance.clone()
    }
}

impl Read for SoundFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.sign.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        let allowed = self.allowance.take(buffer.len());
        if allowed == 0 && !buffer.is_empty() {
            return Err(io::Error::other("a part of the file is too large"));
        }
        self.file.read(&mut buffer[..allowed])
    }
}

impl Seek for SoundFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let position = match position {
            SeekFrom::Start(at) => SeekFrom::Start(self.start.saturating_add(at)),
            other => other,
        };
        let at = self.file.seek(position)?;
        at.checked_sub(self.start)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
    }
}

impl MediaSource for SoundFile {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length - self.start)
    }
}
