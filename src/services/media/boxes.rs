//! Boxes of the ISO base media file format (ISO/IEC 14496-12): a length, a name, a content.

use std::io::{self, Read, Seek, SeekFrom};

/// The most bytes of a box that are read; all facts are within them.
const MAX_CONTENT_BYTES: u64 = 64 * 1024;

/// Where a box is.
pub(super) struct BoxHeader {
    /// Four characters.
    pub(super) name: [u8; 4],
    /// Where its content begins.
    pub(super) content: u64,
    /// Where it ends.
    pub(super) end: u64,
}

/// The header at `at`; nothing where no box fits before `end`.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn header(
    file: &mut (impl Read + Seek),
    at: u64,
    end: u64,
) -> io::Result<Option<BoxHeader>> {
    let room = end.saturating_sub(at);
    if room < 8 {
        return Ok(None);
    }
    let mut bytes = [0; 16];
    let wanted = usize::try_from(room.min(16)).unwrap_or(16);
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes[..wanted])?;
    let [s0, s1, s2, s3, n0, n1, n2, n3, long @ ..] = bytes;
    let (size, header) = match u32::from_be_bytes([s0, s1, s2, s3]) {
        0 => (room, 8),
        1 => (u64::from_be_bytes(long), 16),
        size => (u64::from(size), 8),
    };
    let fits = (header..=room).contains(&size);
    Ok(fits.then_some(BoxHeader {
        name: [n0, n1, n2, n3],
        content: at + header,
        end: at + size,
    }))
}

/// What is in a box, as far as [`MAX_CONTENT_BYTES`] go.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn content(file: &mut (impl Read + Seek), found: &BoxHeader) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(found.content))?;
    let length = (found.end - found.content).min(MAX_CONTENT_BYTES);
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The number at `at`, if there are four bytes.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// The number at `at`, if there are two bytes.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes([two[0], two[1]]))
}
