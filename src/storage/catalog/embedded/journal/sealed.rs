//! Reading a closed segment that was compressed.
//!
//! The plain text is cut at line ends into frames of about 8 KiB, each an independent Zstandard
//! frame (RFC 8878) with its content checksum; a skippable frame at the end tells where each
//! begins (the *Zstandard Seekable Format*, version 0.1.0, of the zstd project). So a line is
//! still found by its offset in the plain text, one frame is decompressed to read it, and `zstd
//! -d` gives back the whole segment.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zstd::bulk::Decompressor;

use crate::storage::disk::DiskFile;

/// Magic number of a skippable frame whose kind is a seek table.
pub(crate) const SKIPPABLE_MAGIC: u32 = 0x184D_2A5E;
/// Magic number at the very end of the file.
pub(crate) const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
/// Bytes of the footer: number of frames, descriptor, magic number.
pub(crate) const FOOTER_BYTES: usize = 9;
/// Bytes of an entry of the table: compressed and plain length.
pub(crate) const ENTRY_BYTES: usize = 8;

thread_local! {
    /// Setting up a decoder takes as long as decompressing a frame.
    static DECODER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A sealed segment, open for reading. Caches the last frame, since neighbours are often read
/// together.
#[derive(Debug)]
pub(crate) struct Sealed {
    file: Arc<dyn DiskFile>,
    frames: Vec<Frame>,
    last_frame: Mutex<Option<(usize, Arc<Vec<u8>>)>>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Where it begins in the file.
    at: u64,
    /// Its length in the file.
    packed: u32,
    /// Where it begins in the plain text.
    plain_at: u64,
    /// Its length in the plain text.
    plain: u32,
}

impl Sealed {
    /// Opens a sealed segment by the table at its end.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] when there is no such table; those of the file system.
    pub(crate) fn open(file: Arc<dyn DiskFile>) -> io::Result<Self> {
        let frames = read_table(&*file)?;
        Ok(Self {
            file,
            frames,
            last_frame: Mutex::new(None),
        })
    }

    /// Length of the plain text.
    pub(crate) fn len(&self) -> u64 {
        self.frames
            .last()
            .map_or(0, |frame| frame.plain_at + u64::from(frame.plain))
    }

    /// Where the last frame begins in the plain text; a line begins there.
    pub(crate) fn last_frame_start(&self) -> u64 {
        self.frames.last().map_or(0, |frame| frame.plain_at)
    }

    /// The plain text from `from` to `to`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] beyond the end; a frame that does not decompress.
    pub(crate) fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        if to > self.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = Vec::new();
        let mut at = from;
        let mut index = self
            .frames
            .partition_point(|frame| frame.plain_at + u64::from(frame.plain) <= from);
        while at < to {
            let plain = self.frame(index)?;
            let begin = self.frames.get(index).map_or(0, |frame| frame.plain_at);
            let end = to.min(begin + plain.len() as u64);
            let part = plain
                .get((at - begin) as usize..(end - begin) as usize)
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            bytes.extend_from_slice(part);
            at = end;
            index += 1;
        }
        Ok(bytes)
    }

    fn frame(&self, index: usize) -> io::Result<Arc<Vec<u8>>> {
        if let Some((cached, plain)) = &*self.last_frame()
            && *cached == index
        {
            return Ok(Arc::clone(plain));
        }
        let frame = self.frames.get(index).ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut packed = vec![0; frame.packed as usize];
        self.file.read_exact_at(&mut packed, frame.at)?;
        let plain = Arc::new(unpack(&packed, frame.plain as usize)?);
        if plain.len() != frame.plain as usize {
            return Err(invalid("a frame has another length than the table says"));
        }
        *self.last_frame() = Some((index, Arc::clone(&plain)));
        Ok(plain)
    }

    fn last_frame(&self) -> MutexGuard<'_, Option<(usize, Arc<Vec<u8>>)>> {
        self.last_frame
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn unpack(packed: &[u8], plain_bytes: usize) -> io::Result<Vec<u8>> {
    DECODER.with_borrow_mut(|decoder| {
        let decoder = match decoder {
            Some(decoder) => decoder,
            None => decoder.insert(Decompressor::new()?),
        };
        decoder.decompress(packed, plain_bytes)
    })
}

fn read_table(file: &dyn DiskFile) -> io::Result<Vec<Frame>> {
    let footer_at = file
        .len()?
        .checked_sub(FOOTER_BYTES as u64)
        .ok_or_else(|| invalid("too short for a sealed segment"))?;
    let mut footer = [0; FOOTER_BYTES];
    file.read_exact_at(&mut footer, footer_at)?;
    let count = u32_at(&footer, 0)?;
    if u32_at(&footer, 5)? != SEEKABLE_MAGIC || footer[4] != 0 {
        return Err(invalid("no table at the end of the sealed segment"));
    }
    let table_bytes = count as usize * ENTRY_BYTES;
    let table_at = footer_at
        .checked_sub(table_bytes as u64)
        .ok_or_else(|| invalid("the table is longer than the sealed segment"))?;
    let mut table = vec![0; table_bytes];
    file.read_exact_at(&mut table, table_at)?;
    let (mut at, mut plain_at) = (0, 0);
    let mut frames = Vec::with_capacity(count as usize);
    for entry in table.chunks_exact(ENTRY_BYTES) {
        let (packed, plain) = (u32_at(entry, 0)?, u32_at(entry, 4)?);
        frames.push(Frame {
            at,
            packed,
            plain_at,
            plain,
        });
        at += u64::from(packed);
        plain_at += u64::from(plain);
    }
    if at > table_at {
        return Err(invalid("the table speaks of more bytes than there are"));
    }
    Ok(frames)
}

fn u32_at(bytes: &[u8], at: usize) -> io::Result<u32> {
    bytes
        .get(at..at + 4)
        .and_then(|four| four.try_into().ok())
        .map(u32::from_le_bytes)
        .ok_or_else(|| invalid("the table of the sealed segment is cut short"))
}

/// The error for content that is not a sealed segment.
pub(crate) fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
