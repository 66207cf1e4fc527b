//! Progress bars, on terminals only.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts to `total`; invisible when standard error is no terminal.
pub(crate) fn bar(total: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta}");
    let bar = ProgressBar::new(total).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A counter without an end.
pub(crate) fn spinner(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    match ProgressStyle::with_template("{spinner} {msg} {pos}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
