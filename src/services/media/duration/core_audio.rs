//! Core Audio Format (Apple, version 1): frames counted by the packet table, else by the length of the sound.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::bytes::big_endian;

/// The most chunks of a file.
const MAX_CHUNKS: usize = 10_000;

/// What the chunks say.
#[derive(Default)]
struct Facts {
    samples_per_second: f64,
    bytes_per_packet: u64,
    frames_per_packet: u64,
    /// From the packet table.
    frames: Option<u64>,
    sound_bytes: Option<u64>,
}

/// The duration in milliseconds.
pub(super) fn duration_ms(path: &Path) -> Option<u64> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut facts = Facts::default();
    let mut at = 8;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 44];
        let read = file.read_at(&mut head, at).ok()?;
        if read < 12 {
            break;
        }
        let rest = length.saturating_sub(at + 12);
        // The sound of a recording that was not finished has the length -1: it is the rest of the file.
        let size = big_endian(&head[4..12]).min(rest);
        match &head[..4] {
            b"desc" => {
                facts.samples_per_second = f64::from_bits(big_endian(&head[12..20]));
                facts.bytes_per_packet = big_endian(&head[28..32]);
                facts.frames_per_packet = big_endian(&head[32..36]);
            }
            b"pakt" => facts.frames = Some(big_endian(&head[20..28])),
            // Four bytes count the edits.
            b"data" => facts.sound_bytes = size.checked_sub(4),
            _ => {}
        }
        at += 12 + size;
    }
    facts.duration_ms()
}

impl Facts {
    fn duration_ms(&self) -> Option<u64> {
        let counted = || {
            let packets = self.sound_bytes?.checked_div(self.bytes_per_packet)?;
            packets.checked_mul(self.frames_per_packet)
        };
        let frames = self.frames.or_else(counted)?;
        let millis = (frames as f64 * 1000.0 / self.samples_per_second).round();
        (millis.is_finite() && millis >= 1.0).then_some(millis as u64)
    }
}
