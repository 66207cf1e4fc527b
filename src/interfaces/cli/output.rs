//! Output of commands. What could not be written is not reported as done: the command fails.

use std::io::{self, Write as _};
use std::sync::Mutex;
use std::sync::PoisonError;

use super::failure::Failure;
use crate::interfaces::messages::Language;

/// The first line that could not be written.
static WRITE_ERROR: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints one line on standard output. A failure is returned by [`check`].
pub(super) fn print(line: &str) {
    if let Err(error) = try_print(line) {
        let mut first = WRITE_ERROR.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(error);
    }
}

/// Prints one line on standard output. A closed pipe is not an error: the reader has seen enough.
///
/// # Errors
/// The line was not written, for example to a full disk.
pub(super) fn try_print(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let written = writeln!(output, "{line}").and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Whether every line was written.
///
/// # Errors
/// The error of the first that was not.
pub(super) fn check() -> Result<(), Failure> {
    let mut first = WRITE_ERROR.lock().unwrap_or_else(PoisonError::into_inner);
    match first.take() {
        None => Ok(()),
        Some(error) => Err(Failure::io("stdout", error)),
    }
}

/// The language of the terminal, by the usual variables in their usual order.
pub(super) fn terminal_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Language::of_locale(&set.unwrap_or_default())
}
