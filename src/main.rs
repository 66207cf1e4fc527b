//! The `khochung` command.

use std::process::ExitCode;

/// Gives memory back to the system sooner than the default allocator, and is faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    khochung::memory::set_up();
    khochung::interfaces::cli::run()
}
