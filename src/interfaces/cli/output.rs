//! Output of commands.

use crate::interfaces::messages::Language;

/// Prints one line on standard output. A closed pipe is not an error.
pub(super) fn print(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

/// The language of the terminal, by the usual variables in their usual order.
pub(super) fn terminal_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Language::of_locale(&set.unwrap_or_default())
}
