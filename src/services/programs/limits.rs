//! What a program may use.

use std::time::Duration;

/// What one run of a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Processor time, of all its threads together.
    pub processor_time: Duration,
    /// Time by the clock on the wall.
    pub time: Duration,
    /// Address space. The libraries of ffmpeg alone take 300 MiB of it, those of poppler 100.
    pub memory_bytes: u64,
    /// Bytes of all files that it writes.
    pub output_bytes: u64,
    /// Number of files that it writes.
    pub output_files: u64,
    /// Bytes that are kept of what it prints.
    pub printed_bytes: usize,
}

impl Default for Limits {
    /// A minute of processor time within three minutes, 1 GiB of memory, 256 MiB in 1,000 files, 1 MiB printed.
    fn default() -> Self {
        Self {
            processor_time: Duration::from_secs(60),
            time: Duration::from_secs(180),
            memory_bytes: 1 << 30,
            output_bytes: 256 << 20,
            output_files: 1000,
            printed_bytes: 1 << 20,
        }
    }
}
