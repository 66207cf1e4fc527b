//! AIFF and AIFF-C: the common chunk and the sound; other chunks are cut out.

use super::edits::{Edits, Source};
use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::boxes::u32_at;

/// The most chunks that are read.
const MAX_CHUNKS: usize = 10_000;

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let mut edits = Edits::default();
    if !source.read(0, 4)?.starts_with(b"FORM") {
        return Err(ProcessingFailure::Damaged.into());
    }
    let mut at = 12;
    let mut kept = 4;
    for _ in 0..MAX_CHUNKS {
        let head = source.read_up_to(at, 8)?;
        if head.len() < 8 {
            break;
        }
        let size = u64::from(u32_at(&head, 4).unwrap_or(0));
        let end = (at + 8 + size + size % 2).min(source.length);
        if matches!(&head[..4], b"COMM" | b"SSND" | b"FVER") {
            kept += end - at;
        } else {
            edits.remove(at..end);
        }
        at = end;
    }
    edits.remove(at..source.length);
    let size = u32::try_from(kept).map_err(|_| ProcessingFailure::TooLarge)?;
    edits.overwrite(4, &size.to_be_bytes());
    Ok(edits)
}
