//! MPEG transport streams (ISO/IEC 13818-1): the clock of a programme at its first and last packet that carries it.
//!
//! Clocks come at least ten times a second, so the duration is exact to a tenth. A stream cut from several recordings has
//! several clocks, which do not tell how long it is.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::bytes::{big_endian, millis};

/// How much is read at the beginning and at the end.
const WINDOW_BYTES: u64 = 2 * 1024 * 1024;
const SYNC: u8 = 0x47;
/// Length of a packet with what may be before or behind its 188 bytes, and where the packet begins in it.
const PACKETS: [(usize, usize); 3] = [(188, 0), (192, 4), (204, 0)];
/// Packets in a row that show their length.
const SIGNS: usize = 5;
/// The base of the clock has 33 bits, at 90 kHz.
const CLOCK_BITS: u32 = 33;
const CLOCK_HZ: u64 = 90_000;

/// The clock of one programme.
#[derive(Clone, Copy)]
struct Clock {
    stream: u16,
    value: u64,
}

/// The duration in milliseconds.
pub(super) fn duration_ms(path: &Path) -> Option<u64> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let head = window(&file, 0, length)?;
    let (packet, offset) = PACKETS.into_iter().find(|(packet, offset)| {
        let mut signs = head.iter().skip(*offset).step_by(*packet).take(SIGNS);
        signs.len() == SIGNS && signs.all(|sign| *sign == SYNC)
    })?;
    let packet_bytes = packet as u64;
    // The last window begins where a packet does.
    let start = length.saturating_sub(WINDOW_BYTES) / packet_bytes * packet_bytes;
    let tail = window(&file, start, length)?;
    let first = clocks(&head, packet, offset).next()?;
    let same = clocks(&tail, packet, offset).filter(|clock| clock.stream == first.stream);
    let last = same.last()?;
    let ticks = last.value.wrapping_sub(first.value) & ((1 << CLOCK_BITS) - 1);
    millis(ticks, CLOCK_HZ)
}

fn window(file: &File, start: u64, length: u64) -> Option<Vec<u8>> {
    let wanted = (length - start).min(WINDOW_BYTES + PACKETS[2].0 as u64);
    let mut bytes = vec![0; usize::try_from(wanted).ok()?];
    file.read_exact_at(&mut bytes, start).ok()?;
    Some(bytes)
}

/// The clocks in whole packets.
fn clocks(bytes: &[u8], packet: usize, offset: usize) -> impl Iterator<Item = Clock> {
    let packets = bytes
        .chunks_exact(packet)
        .map(move |packet| &packet[offset..]);
    packets.filter_map(clock)
}

/// The clock in the adaptation field of a packet (2.4.3.4).
fn clock(packet: &[u8]) -> Option<Clock> {
    let &[SYNC, high, low, control, length, flags, ref field @ ..] = packet else {
        return None;
    };
    let has_clock = control & 0x20 != 0 && length >= 7 && flags & 0x10 != 0;
    let base = big_endian(field.get(..5)?) >> 7;
    has_clock.then_some(Clock {
        stream: u16::from_be_bytes([high & 0x1F, low]),
        value: base,
    })
}
