//! Closed segments, compressed.
//!
//! The plain text is cut at line ends into frames of about 8 KiB, each an independent Zstandard
//! frame (RFC 8878) with its content checksum; a skippable frame at the end tells where each
//! begins (the *Zstandard Seekable Format*, version 0.1.0, of the zstd project). So a line is
//! still found by its offset in the plain text, one frame is decompressed to read it, and `zstd
//! -d` gives back the whole segment.
//!
//! The plain file is removed only after the sealed one is complete, synced and compared with it.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zstd::bulk::Decompressor;

use super::segment::{plain_path, sealed_path};
use super::sync_dir;

const SKIPPABLE_MAGIC: u32 = 0x184D_2A5E;
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
const FOOTER_BYTES: usize = 9;
const ENTRY_BYTES: usize = 8;
const LEVEL: i32 = 3;
/// Plain bytes after which a frame ends with the current line: a page of found works is ten frames
/// somewhere, and unpacking four times as much for each took a tenth of a search.
const FRAME_BYTES: usize = 8 * 1024;

thread_local! {
    /// Making the tables of a decoder anew takes as long as unpacking a frame.
    static DECODER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A sealed segment, open for reading. Keeps the frame read last, since neighbours are often
/// read together.
#[derive(Debug)]
pub(crate) struct Sealed {
    file: File,
    frames: Vec<Frame>,
    last_read: Mutex<Option<(usize, Arc<Vec<u8>>)>>,
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
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let frames = read_table(&file)?;
        Ok(Self {
            file,
            frames,
            last_read: Mutex::new(None),
        })
    }

    /// Length of the plain text.
    pub(crate) fn len(&self) -> u64 {
        self.frames
            .last()
            .map_or(0, |frame| frame.plain_at + u64::from(frame.plain))
    }

    /// The plain text from `from` to `to`.
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
        if let Some((known, plain)) = &*self.last_read()
            && *known == index
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
        *self.last_read() = Some((index, Arc::clone(&plain)));
        Ok(plain)
    }

    fn last_read(&self) -> MutexGuard<'_, Option<(usize, Arc<Vec<u8>>)>> {
        self.last_read
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

fn read_table(file: &File) -> io::Result<Vec<Frame>> {
    let length = file.metadata()?.len();
    let footer_at = length
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
    Ok(frames)
}

/// Seals a closed segment: compresses it, compares, and puts the sealed file in the place of the
/// plain one. `stop` is asked between frames; a stopped sealing leaves only a `.part` file.
///
/// # Errors
/// Those of the file system; the plain file is then untouched.
pub(crate) fn seal(dir: &Path, first: u64, stop: &dyn Fn() -> bool) -> io::Result<Option<Sealed>> {
    let plain = fs::read(plain_path(dir, first))?;
    let target = sealed_path(dir, first);
    let part = target.with_extension("zst.part");
    if !write_frames(&plain, &part, stop)? {
        return Ok(None);
    }
    let sealed = Sealed::open(&part)?;
    if sealed.read(0, sealed.len())? != plain {
        return Err(invalid(
            "the sealed segment does not give back the plain text",
        ));
    }
    fs::rename(&part, &target)?;
    sync_dir(dir)?;
    fs::remove_file(plain_path(dir, first))?;
    sync_dir(dir)?;
    Ok(Some(sealed))
}

fn write_frames(plain: &[u8], part: &Path, stop: &dyn Fn() -> bool) -> io::Result<bool> {
    let mut packer = zstd::bulk::Compressor::new(LEVEL)?;
    packer.include_checksum(true)?;
    let mut out = BufWriter::new(File::create(part)?);
    let mut table = Vec::new();
    let mut rest = plain;
    while !rest.is_empty() {
        if stop() {
            return Ok(false);
        }
        let (frame, after) = rest.split_at(frame_end(rest));
        let packed = packer.compress(frame)?;
        out.write_all(&packed)?;
        for length in [packed.len(), frame.len()] {
            let length = u32::try_from(length).map_err(|_| invalid("a frame over 4 GiB"))?;
            table.extend_from_slice(&length.to_le_bytes());
        }
        rest = after;
    }
    let count = (table.len() / ENTRY_BYTES) as u32;
    out.write_all(&SKIPPABLE_MAGIC.to_le_bytes())?;
    out.write_all(&((table.len() + FOOTER_BYTES) as u32).to_le_bytes())?;
    out.write_all(&table)?;
    out.write_all(&count.to_le_bytes())?;
    out.write_all(&[0])?;
    out.write_all(&SEEKABLE_MAGIC.to_le_bytes())?;
    out.into_inner().map_err(|e| e.into_error())?.sync_all()?;
    Ok(true)
}

/// Where the frame ends that begins the text: with the line in which it becomes long enough.
fn frame_end(text: &[u8]) -> usize {
    let enough = text.get(FRAME_BYTES..).unwrap_or_default();
    enough
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |at| FRAME_BYTES + at + 1)
}

fn u32_at(bytes: &[u8], at: usize) -> io::Result<u32> {
    bytes
        .get(at..at + 4)
        .and_then(|four| four.try_into().ok())
        .map(u32::from_le_bytes)
        .ok_or_else(|| invalid("the table of the sealed segment is cut short"))
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
