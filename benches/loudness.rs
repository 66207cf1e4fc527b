//! Loudness, range, true peak, sample peak, defects and waveform of a recording, as the archive measures them.
//!
//! `loudness FILE`. Prints wall seconds. `benches/loudness.sh` runs it beside ffmpeg.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::path::Path;
use std::time::Instant;

use khochung::services::media::sound::{StopSign, measure};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let file = std::env::args()
        .skip(1)
        .find(|argument| argument != "--bench");
    let Some(file) = file else {
        println!("run benches/loudness.sh");
        return;
    };
    let began = Instant::now();
    let (found, waveform) = measure(Path::new(&file), StopSign::default()).unwrap();
    let wall = began.elapsed().as_secs_f64();
    println!(
        "{wall:.3} s: {:?} LUFS, {} samples, {} pairs",
        found.loudness,
        found.samples,
        waveform.pairs.len()
    );
}
