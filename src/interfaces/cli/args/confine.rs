//! The command that the archive calls itself, to run a program of others.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// How to confine a program.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: khochung confine ./private -- /usr/bin/pdftotext in/a.pdf out/a.txt")]
pub(crate) struct Confine {
    /// Its private folder, with `in` (to read) and `out` and `tmp` (to write).
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Seconds of processor time.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) processor_seconds: u64,
    /// Bytes of address space.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    pub(crate) memory_bytes: u64,
    /// Bytes of one file.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(crate) file_bytes: u64,
    /// A further folder or file that it may read; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) readable: Vec<PathBuf>,
    /// The standard input is a pipe that the archive holds open: end when it is closed.
    #[arg(long)]
    pub(crate) lifeline: bool,
    /// Start nothing: print what confines it here.
    #[arg(long)]
    pub(crate) report: bool,
    /// The program and its arguments.
    #[arg(last = true, value_name = "PROGRAM")]
    pub(crate) command: Vec<OsString>,
}
