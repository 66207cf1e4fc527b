//! MP3, MP2 and ADTS: the frames without the tags before and behind them (ID3v2, ID3v1, APE, Lyrics3), and of MP3 and
//! MP2 without anything else before the first frame.

use super::edits::{Edits, Source};
use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::mpeg_frames;

/// How far behind the tags the first frame is looked for.
const JUNK_BYTES: usize = 64 * 1024;

/// Tags behind each other that are looked for.
const MAX_TAGS: usize = 64;

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let start = end_of_leading_tags(source)?;
    let head = source.read_up_to(start, JUNK_BYTES)?;
    let start = start + mpeg_frames::first_frame(&head).unwrap_or(0) as u64;
    let mut end = source.length;
    for _ in 0..MAX_TAGS {
        match trailing_tag(source, start, end)? {
            Some(tag) => end = tag,
            None => break,
        }
    }
    if start >= end {
        return Err(ProcessingFailure::Damaged.into());
    }
    let mut edits = Edits::default();
    edits.remove(0..start);
    edits.remove(end..source.length);
    Ok(edits)
}

/// Where the bytes after all ID3v2 tags at the beginning of the file are.
pub(super) fn end_of_leading_tags(source: &Source) -> Result<u64, CopyError> {
    let mut at = 0;
    for _ in 0..MAX_TAGS {
        let head = source.read_up_to(at, 10)?;
        let Some(length) = id3v2_length(&head) else {
            break;
        };
        at = (at + length).min(source.length);
    }
    Ok(at)
}

/// The length of an ID3v2 tag with its header, and its footer if it has one (ID3v2.4, section 3).
fn id3v2_length(head: &[u8]) -> Option<u64> {
    let &[b'I', b'D', b'3', _, _, flags, a, b, c, d] = head else {
        return None;
    };
    let digits = [a, b, c, d];
    if digits.iter().any(|digit| *digit > 127) {
        return None;
    }
    let size = digits
        .iter()
        .fold(0, |size, digit| size << 7 | u64::from(*digit));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// Where the tag that ends at `end` begins.
fn trailing_tag(source: &Source, start: u64, end: u64) -> Result<Option<u64>, CopyError> {
    let room = end - start;
    let before = |length: u64| (length <= room).then(|| end - length);
    if let Some(at) = before(128)
        && source.read(at, 3)? == b"TAG"
    {
        // The longer form stands before the usual one.
        let long = before(128 + 227);
        let has_long = matches!(long, Some(at) if source.read(at, 4)? == b"TAG+");
        return Ok(if has_long { long } else { Some(at) });
    }
    if let Some(at) = before(32) {
        let footer = source.read(at, 32)?;
        if footer.starts_with(b"APETAGEX") {
            let number = |at: usize| {
                let bytes = footer.get(at..at + 4).unwrap_or_default();
                bytes
                    .iter()
                    .rev()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
            };
            let header = if number(20) & 0x8000_0000 == 0 { 0 } else { 32 };
            return Ok(before(number(12) + header));
        }
    }
    if let Some(at) = before(15) {
        let tail = source.read(at, 15)?;
        if tail.ends_with(b"LYRICS200") {
            let size = std::str::from_utf8(&tail[..6]).ok();
            let size: Option<u64> = size.and_then(|digits| digits.parse().ok());
            return Ok(size.and_then(|size| before(size + 15)));
        }
        if tail.ends_with(b"LYRICSEND") {
            return Err(ProcessingFailure::Unsupported.into());
        }
    }
    if let Some(at) = before(10) {
        let footer = source.read(at, 10)?;
        if let Some(rest) = footer.strip_prefix(b"3DI") {
            let head = [b"ID3".as_slice(), rest].concat();
            return Ok(id3v2_length(&head).and_then(before));
        }
    }
    Ok(None)
}
