//! Compressing a closed segment. The format is that of [`super::sealed`].
//!
//! The plain file is removed only when a sealed one beside it is synced and gives back its text.
//! A sealed file that can be read is never overwritten: it may be the good one, and the plain file
//! a stale copy.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::names::{Form, path_of, set_aside};
use super::sealed::{ENTRY_BYTES, FOOTER_BYTES, SEEKABLE_MAGIC, SKIPPABLE_MAGIC, Sealed, invalid};
use crate::storage::disk::{Disk, DiskFile, read_all};

const LEVEL: i32 = 3;
/// Plain bytes after which a frame ends with the current line: a page of results reads ten lines
/// from anywhere, and frames four times as long took a tenth of a search to decompress.
const FRAME_BYTES: usize = 8 * 1024;
/// Compressed bytes that are written at once.
const WRITE_BYTES: usize = 256 * 1024;

/// Seals a closed segment. `stop` is asked between frames; a stopped sealing gives none and leaves
/// at most a `.part` file.
///
/// # Errors
/// Those of the file system; [`io::ErrorKind::InvalidData`] when a sealed file with another text
/// is there already. The plain file is then untouched.
pub(crate) fn seal(
    disk: &dyn Disk,
    dir: &Path,
    first: u64,
    stop: &dyn Fn() -> bool,
) -> io::Result<Option<Sealed>> {
    let plain_path = path_of(dir, first, Form::Plain);
    let plain = read_all(&*disk.open(&plain_path)?)?;
    let sealed = match existing(disk, dir, first)? {
        Some(sealed) => sealed,
        None => match write_sealed(disk, dir, first, &plain, stop)? {
            Some(sealed) => sealed,
            None => return Ok(None),
        },
    };
    if !has_prefix(&sealed, &plain)? {
        return Err(invalid(
            "a sealed segment with another text is there already",
        ));
    }
    disk.remove_file(&plain_path)?;
    disk.sync_dir(dir)?;
    Ok(Some(sealed))
}

/// The sealed file that is there already; an unreadable one is set aside.
fn existing(disk: &dyn Disk, dir: &Path, first: u64) -> io::Result<Option<Sealed>> {
    let target = path_of(dir, first, Form::Sealed);
    if disk.len(&target)?.is_none() {
        return Ok(None);
    }
    let sealed = Sealed::open(disk.open(&target)?);
    match sealed.and_then(|sealed| sealed.read(0, sealed.len()).map(|_| sealed)) {
        Ok(sealed) => Ok(Some(sealed)),
        Err(error) if error.raw_os_error().is_some() => Err(error),
        Err(_) => {
            set_aside(disk, &target, "superseded")?;
            Ok(None)
        }
    }
}

/// Whether the text of the sealed segment begins with `plain`.
fn has_prefix(sealed: &Sealed, plain: &[u8]) -> io::Result<bool> {
    Ok(sealed.len() >= plain.len() as u64 && sealed.read(0, plain.len() as u64)? == plain)
}

/// Writes the sealed form beside the plain one, durably. Compares it with the text before it gets
/// its name.
fn write_sealed(
    disk: &dyn Disk,
    dir: &Path,
    first: u64,
    plain: &[u8],
    stop: &dyn Fn() -> bool,
) -> io::Result<Option<Sealed>> {
    let target = path_of(dir, first, Form::Sealed);
    let part = target.with_extension("zst.part");
    if disk.len(&part)?.is_some() {
        disk.remove_file(&part)?;
    }
    let file = disk.create_new(&part)?;
    if !write_frames(&*file, plain, stop)? {
        return Ok(None);
    }
    file.sync_all()?;
    let sealed = Sealed::open(Arc::clone(&file))?;
    if sealed.read(0, sealed.len())? != plain {
        return Err(invalid(
            "the sealed segment does not give back the plain text",
        ));
    }
    disk.rename(&part, &target)?;
    disk.sync_dir(dir)?;
    Ok(Some(sealed))
}

/// Writes the sealed form of a text to an empty file; false when it was stopped.
///
/// # Errors
/// Those of the file system and of the compressor.
pub(crate) fn write_frames(
    file: &dyn DiskFile,
    plain: &[u8],
    stop: &dyn Fn() -> bool,
) -> io::Result<bool> {
    let mut packer = zstd::bulk::Compressor::new(LEVEL)?;
    packer.include_checksum(true)?;
    let mut out = Output::new(file);
    let mut table = Vec::new();
    let mut rest = plain;
    while !rest.is_empty() {
        if stop() {
            return Ok(false);
        }
        let (frame, after) = rest.split_at(frame_end(rest));
        let packed = packer.compress(frame)?;
        out.write(&packed)?;
        for length in [packed.len(), frame.len()] {
            let length = u32::try_from(length).map_err(|_| invalid("a frame over 4 GiB"))?;
            table.extend_from_slice(&length.to_le_bytes());
        }
        rest = after;
    }
    let count = (table.len() / ENTRY_BYTES) as u32;
    out.write(&SKIPPABLE_MAGIC.to_le_bytes())?;
    out.write(&((table.len() + FOOTER_BYTES) as u32).to_le_bytes())?;
    out.write(&table)?;
    out.write(&count.to_le_bytes())?;
    out.write(&[0])?;
    out.write(&SEEKABLE_MAGIC.to_le_bytes())?;
    out.flush()?;
    Ok(true)
}

/// Collects small writes.
struct Output<'a> {
    file: &'a dyn DiskFile,
    buffer: Vec<u8>,
    at: u64,
}

impl<'a> Output<'a> {
    fn new(file: &'a dyn DiskFile) -> Self {
        Self {
            file,
            buffer: Vec::with_capacity(WRITE_BYTES),
            at: 0,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.buffer, self.at)?;
        self.at += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Where the frame ends that begins the text: with the line in which it becomes long enough.
fn frame_end(text: &[u8]) -> usize {
    let enough = text.get(FRAME_BYTES..).unwrap_or_default();
    enough
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |at| FRAME_BYTES + at + 1)
}
