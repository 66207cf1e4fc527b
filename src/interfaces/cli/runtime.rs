//! The tokio runtime that commands run in.

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;

/// The system's signal for a file that would grow over its limit (`RLIMIT_FSIZE`), by its number
/// on Linux (but MIPS), macOS and the BSDs.
const SIGXFSZ: i32 = 25;

/// Starts the runtime. From here on a write over the file size limit fails with `EFBIG`, which is
/// answered like a full disk, instead of ending the process.
///
/// # Errors
/// The system cannot start threads or register signal handlers.
pub(crate) fn start() -> Result<Runtime, Failure> {
    let runtime = Runtime::new().map_err(|error| Failure::io("tokio", error))?;
    // The handler stays for the life of the process; the signal itself is ignored.
    let over_limit = runtime.block_on(async { signal(SignalKind::from_raw(SIGXFSZ)) });
    drop(over_limit.map_err(|error| Failure::io("SIGXFSZ", error))?);
    Ok(runtime)
}
