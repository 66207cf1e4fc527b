//! Frames of MP2 and MP3 (ISO/IEC 11172-3, 13818-3): where they begin in a file that begins with something else.
//!
//! Recorders and editors leave padding, parts of tags or other junk before the first frame, and players skip it. Eleven
//! set bits are too weak a sign; the header says how long its frame is, so the next must begin there.

/// Frames in a row that make a recording.
const FRAMES: usize = 3;

/// Bit rates in kbit/s by the index of the header: MPEG-1 layer II, layer III, and MPEG-2 both.
const RATES_LAYER_2: [usize; 15] = [
    0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
];
const RATES_LAYER_3: [usize; 15] = [
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const RATES_MPEG_2: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Samples a second of MPEG-1; MPEG-2 has half of them, MPEG-2.5 a quarter.
const SAMPLING_RATES: [usize; 3] = [44_100, 48_000, 32_000];

/// Whether a frame begins here, as far as its header tells.
pub(super) fn begins_frame(bytes: &[u8]) -> bool {
    frame_length(bytes).is_some()
}

/// Where the first of several frames in a row begins.
pub(super) fn first_frame(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).find(|start| {
        let mut at = *start;
        (0..FRAMES).all(|_| {
            let length = bytes.get(at..).and_then(frame_length);
            at += length.unwrap_or_default();
            length.is_some()
        })
    })
}

/// The length of the frame whose header this is; none where there is no header.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let &[0xFF, version_and_layer, rates, ..] = bytes else {
        return None;
    };
    if version_and_layer < 0xE0 {
        return None;
    }
    let divisor = match version_and_layer >> 3 & 0b11 {
        0b11 => 1,
        0b10 => 2,
        0b00 => 4,
        _ => return None,
    };
    let is_layer_2 = match version_and_layer >> 1 & 0b11 {
        0b10 => true,
        0b01 => false,
        _ => return None,
    };
    let table = match (divisor, is_layer_2) {
        (1, true) => RATES_LAYER_2,
        (1, false) => RATES_LAYER_3,
        _ => RATES_MPEG_2,
    };
    let rate = *table
        .get(usize::from(rates >> 4))
        .filter(|rate| **rate > 0)?;
    let sampling = SAMPLING_RATES.get(usize::from(rates >> 2 & 0b11))? / divisor;
    let samples = if divisor == 1 || is_layer_2 {
        1152
    } else {
        576
    };
    let padding = usize::from(rates >> 1 & 1);
    Some(samples / 8 * rate * 1000 / sampling + padding)
}
