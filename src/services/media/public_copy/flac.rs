//! FLAC (RFC 9639): the stream information, the seek table and the frames; other blocks are cut out.

use super::edits::{Edits, Source};
use super::error::CopyError;
use super::mpeg_audio::end_of_leading_tags;
use crate::domain::asset::ProcessingFailure;

const STREAM_INFORMATION: u8 = 0;
const SEEK_TABLE: u8 = 3;
const LAST_BLOCK: u8 = 0x80;
/// Blocks that are read; files have fewer than ten.
const MAX_BLOCKS: usize = 1024;

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let mut edits = Edits::default();
    let mut at = end_of_leading_tags(source)?;
    edits.remove(0..at);
    if source.read(at, 4)? != b"fLaC" {
        return Err(ProcessingFailure::Damaged.into());
    }
    at += 4;
    let mut last_kept = None;
    for _ in 0..MAX_BLOCKS {
        let header = source.read(at, 4)?;
        let (kind, is_last) = (header[0] & !LAST_BLOCK, header[0] & LAST_BLOCK != 0);
        let length = header[1..]
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let end = at + 4 + length;
        if matches!(kind, STREAM_INFORMATION | SEEK_TABLE) {
            if let Some((at, kind)) = last_kept.replace((at, kind)) {
                edits.overwrite(at, &[kind]);
            }
        } else {
            edits.remove(at..end);
        }
        at = end;
        if is_last {
            let (kept_at, kind) = last_kept.ok_or(ProcessingFailure::Damaged)?;
            edits.overwrite(kept_at, &[kind | LAST_BLOCK]);
            let tail = source.length.saturating_sub(128);
            if tail >= at && source.read_up_to(tail, 3)? == b"TAG" {
                edits.remove(tail..source.length);
            }
            return Ok(edits);
        }
    }
    Err(ProcessingFailure::Damaged.into())
}
