//! How long a WAV is, also when its header was never finished: a recorder that lost power, or a program
//! that wrote to a pipe, leaves the length of the sound out. RF64 has it in a chunk of its own.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::bytes::{little_endian, millis};

/// The most chunks before the sound.
const MAX_CHUNKS: usize = 10_000;

/// The duration in milliseconds.
pub(super) fn duration_ms(path: &Path) -> Option<u64> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut bytes_per_second = None;
    let mut long_size = None;
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 32];
        let read = file.read_at(&mut head, at).ok()?;
        if read < 8 {
            return None;
        }
        let number = |at: usize| head.get(at..at + 4).map(little_endian);
        let size = number(4)?;
        match &head[..4] {
            b"ds64" => long_size = Some(number(16)? | number(20)? << 32),
            b"fmt " => bytes_per_second = number(16).filter(|rate| *rate > 0),
            b"data" => {
                let rest = length.saturating_sub(at + 8);
                let size = match size {
                    0xFFFF_FFFF => long_size.unwrap_or(rest),
                    0 => rest,
                    size => size,
                };
                return millis(size.min(rest), bytes_per_second?);
            }
            _ => {}
        }
        at = at.checked_add(8 + size + size % 2)?;
    }
    None
}
