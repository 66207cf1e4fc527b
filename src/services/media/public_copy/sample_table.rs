//! Where the samples of a track are (ISO/IEC 14496-12, 8.7): ranges of the file, one for each chunk.

use std::ops::Range;

use super::edits::Source;
use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::boxes::{BoxHeader, header, u32_at};

/// The longest table that is read: an hour of a sensor with 1000 samples a second.
const MAX_TABLE_BYTES: u64 = 64 << 20;

/// The chunks of the track whose sample table this is.
pub(super) fn chunks(source: &Source, table: &BoxHeader) -> Result<Vec<Range<u64>>, CopyError> {
    let damaged = || CopyError::from(ProcessingFailure::Damaged);
    let (mut sizes, mut to_chunk, mut offsets) = (None, None, None);
    let mut at = table.content;
    while let Some(found) = header(&mut source.file(), at, table.end)? {
        match &found.name {
            b"stsz" => sizes = Some(content(source, &found)?),
            b"stsc" => to_chunk = Some(content(source, &found)?),
            b"stco" => offsets = Some(chunk_offsets(&content(source, &found)?, 4)),
            b"co64" => offsets = Some(chunk_offsets(&content(source, &found)?, 8)),
            b"stz2" => return Err(ProcessingFailure::Unsupported.into()),
            _ => {}
        }
        at = found.end;
    }
    let (Some(sizes), Some(to_chunk), Some(offsets)) = (sizes, to_chunk, offsets) else {
        return Ok(Vec::new());
    };
    let sizes = Sizes::read(sizes).ok_or_else(damaged)?;
    let mut sample = 0;
    let mut chunks = Vec::with_capacity(offsets.len());
    for (index, offset) in offsets.iter().enumerate() {
        let samples = samples_in_chunk(&to_chunk, index).ok_or_else(damaged)?;
        let last = (sample + samples).min(sizes.count);
        let length: u64 = (sample..last).map(|sample| sizes.of(sample)).sum();
        sample = last;
        let end = offset.checked_add(length).ok_or_else(damaged)?;
        chunks.push(*offset..end);
    }
    Ok(chunks)
}

fn content(source: &Source, found: &BoxHeader) -> Result<Vec<u8>, CopyError> {
    let length = found.end - found.content;
    if length > MAX_TABLE_BYTES {
        return Err(ProcessingFailure::TooLarge.into());
    }
    source.read(found.content, usize::try_from(length).unwrap_or(usize::MAX))
}

fn chunk_offsets(content: &[u8], width: usize) -> Vec<u64> {
    let count = usize::try_from(u32_at(content, 4).unwrap_or(0)).unwrap_or(0);
    let entries = content.get(8..).unwrap_or_default().chunks_exact(width);
    entries
        .take(count)
        .map(|bytes| {
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        })
        .collect()
}

/// How many samples the chunk with this index has, from 0: runs of chunks begin at a first chunk,
/// counted from 1.
fn samples_in_chunk(to_chunk: &[u8], index: usize) -> Option<usize> {
    let runs = to_chunk.get(8..)?.chunks_exact(12);
    let number = u32::try_from(index + 1).ok()?;
    let run = runs
        .take_while(|run| u32_at(run, 0).is_some_and(|first| first <= number))
        .last()?;
    usize::try_from(u32_at(run, 4)?).ok()
}

/// The sizes of samples: one for all, or a list.
struct Sizes {
    of_all: u32,
    count: usize,
    list: Vec<u8>,
}

impl Sizes {
    fn read(content: Vec<u8>) -> Option<Self> {
        let of_all = u32_at(&content, 4)?;
        let count = usize::try_from(u32_at(&content, 8)?).ok()?;
        let listed = (content.len() - 12) / 4;
        let is_whole = of_all != 0 || count <= listed;
        is_whole.then_some(Self {
            of_all,
            count,
            list: content,
        })
    }

    fn of(&self, sample: usize) -> u64 {
        match self.of_all {
            0 => u32_at(&self.list, 12 + sample * 4).map_or(0, u64::from),
            size => u64::from(size),
        }
    }
}
