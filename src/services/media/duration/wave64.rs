//! Sony Wave64: RIFF with GUIDs for names and lengths of 64 bits, which count the head of the chunk as well.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::bytes::{little_endian, millis};

/// Name and length of a chunk.
const HEAD_BYTES: u64 = 24;
/// Where the first chunk is: behind the head of the file and its form.
const FIRST_CHUNK: u64 = 40;
/// The most chunks before the sound.
const MAX_CHUNKS: usize = 10_000;

/// The duration in milliseconds.
pub(super) fn duration_ms(path: &Path) -> Option<u64> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut bytes_per_second = None;
    let mut at = FIRST_CHUNK;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 40];
        let read = file.read_at(&mut head, at).ok()?;
        if read < 24 {
            return None;
        }
        let size = little_endian(&head[16..24]);
        match &head[..4] {
            b"fmt " => bytes_per_second = Some(little_endian(&head[32..36])),
            b"data" => {
                let rest = length.saturating_sub(at + HEAD_BYTES);
                // An unfinished file states nothing or too much.
                let stated = size.checked_sub(HEAD_BYTES).filter(|stated| *stated > 0);
                return millis(stated.unwrap_or(rest).min(rest), bytes_per_second?);
            }
            _ => {}
        }
        // Chunks begin at multiples of eight bytes.
        at = at.checked_add(size.max(HEAD_BYTES).checked_next_multiple_of(8)?)?;
    }
    None
}
