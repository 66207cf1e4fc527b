//! Output of commands.

/// Prints one line on standard output. A closed pipe is not an error.
pub(super) fn print(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}
