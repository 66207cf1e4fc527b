//! WAV (RIFF, RF64, BW64) and AVI: chunks that players need stay, all others become `JUNK` of the same
//! length (EBU Tech 3285 and 3306, ITU-R BS.2088).

use super::edits::{Edits, Source};
use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;

/// The most chunks that are read.
const MAX_CHUNKS: u32 = 100_000;
/// Lists in lists: `RIFF/hdrl/strl`.
const MAX_DEPTH: u32 = 4;

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let mut walk = Walk {
        source,
        edits: Edits::default(),
        chunks: 0,
    };
    let mut at = 0;
    // A long AVI is several RIFF files behind each other.
    while at + 12 <= source.length {
        let head = source.read(at, 12)?;
        if !matches!(&head[..4], b"RIFF" | b"RF64" | b"BW64") {
            break;
        }
        let size = little_endian(&head[4..8]);
        let is_unfinished = matches!(size, 0 | 0xFFFF_FFFF);
        let end = if is_unfinished || at + 8 + size > source.length {
            source.length
        } else {
            at + 8 + size + size % 2
        };
        walk.chunks(at + 12, end.min(source.length), 0)?;
        at = end;
    }
    if at == 0 {
        return Err(ProcessingFailure::Damaged.into());
    }
    walk.edits.remove(at.min(source.length)..source.length);
    Ok(walk.edits)
}

struct Walk<'a> {
    source: &'a Source,
    edits: Edits,
    chunks: u32,
}

impl Walk<'_> {
    fn chunks(&mut self, from: u64, end: u64, depth: u32) -> Result<(), CopyError> {
        let mut at = from;
        while at + 8 <= end {
            self.chunks += 1;
            if self.chunks > MAX_CHUNKS || depth > MAX_DEPTH {
                return Err(ProcessingFailure::TooLarge.into());
            }
            let head = self.source.read(at, 8)?;
            let (content, size) = (at + 8, little_endian(&head[4..]));
            let mut chunk_end = content.saturating_add(size);
            let is_sound = &head[..4] == b"data";
            // The length of a recording of more than 4 GiB is elsewhere, that of an interrupted one nowhere.
            if is_sound && (matches!(size, 0 | 0xFFFF_FFFF) || chunk_end > end) {
                chunk_end = self.end_of_sound(content, size, end)?;
            }
            if chunk_end > end {
                return Err(ProcessingFailure::Damaged.into());
            }
            self.chunk(at, &head[..4], content..chunk_end, depth)?;
            at = (chunk_end + size % 2).min(end);
        }
        self.edits.blank(at.min(end)..end);
        Ok(())
    }

    /// From the `ds64` chunk, which is the first of the file; else the rest is sound.
    fn end_of_sound(&self, content: u64, size: u64, end: u64) -> Result<u64, CopyError> {
        let first = self.source.read_up_to(12, 24)?;
        if size == 0xFFFF_FFFF && first.starts_with(b"ds64") && first.len() == 24 {
            let length = little_endian(&first[16..24]);
            return Ok(content.saturating_add(length).min(end));
        }
        Ok(end)
    }

    fn chunk(
        &mut self,
        at: u64,
        name: &[u8],
        content: std::ops::Range<u64>,
        depth: u32,
    ) -> Result<(), CopyError> {
        match name {
            b"fmt " | b"data" | b"fact" | b"ds64" | b"avih" | b"strh" | b"strf" | b"idx1"
            | b"vprp" | b"dmlh" | b"indx" => {}
            b"LIST" if content.end - content.start >= 4 => {
                let kind = self.source.read(content.start, 4)?;
                match kind.as_slice() {
                    b"movi" => {}
                    b"hdrl" | b"strl" | b"odml" => {
                        self.chunks(content.start + 4, content.end, depth + 1)?;
                    }
                    _ => self.drop(at, content),
                }
            }
            _ => self.drop(at, content),
        }
        Ok(())
    }

    fn drop(&mut self, at: u64, content: std::ops::Range<u64>) {
        self.edits.overwrite(at, b"JUNK");
        self.edits.blank(content);
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
