//! Small copies of photos, as the archive makes them: reads files, renders, writes the copies.
//!
//! `thumbnails WORKERS SIDES OUT FILE…` with sides like `400` or `1600,400,200`. Prints images,
//! wall seconds and CPU seconds. `benches/thumbnails.sh` runs it beside `vipsthumbnail`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use khochung::services::media::render::{Limits, render};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let [workers, sides, out, files @ ..] = arguments.as_slice() else {
        println!("run benches/thumbnails.sh");
        return;
    };
    let sides: Vec<u32> = sides.split(',').map(|side| side.parse().unwrap()).collect();
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..workers.parse().unwrap() {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    copies(Path::new(file), &sides, Path::new(out));
                }
            });
        }
    });
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds());
    println!("{} {wall:.3} {cpu:.3}", files.len());
}

fn copies(file: &Path, sides: &[u32], out: &Path) {
    let bytes = fs::read(file).unwrap();
    for preview in render(&bytes, "image/jpeg", sides, Limits::default()).unwrap() {
        let name = format!(
            "{}-{}.jpg",
            file.file_stem().unwrap().display(),
            preview.requested_px
        );
        fs::write(out.join(name), preview.jpeg).unwrap();
    }
}

/// User and system time of this process, from `/proc/self/stat` (clock ticks of 10 ms).
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    let ticks =
        |field: usize| -> f64 { after_name.split(' ').nth(field).unwrap().parse().unwrap() };
    (ticks(11) + ticks(12)) / 100.0
}
