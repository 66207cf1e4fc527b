//! Is the end of the journal torn, or damaged?
//!
//! A write that was never synced, and so never acknowledged, can be cut short by `kill -9` (a
//! prefix of it is there) or by a loss of power (blocks are missing or full of zeros). Such a
//! tail is cut off in silence. Acknowledged data must never be: so the tail counts as torn only
//! if everything from the first bad line on looks like that, and as damage otherwise:
//!
//! - any later line with a right checksum: something was written after it, so it was synced once;
//! - a complete line with a wrong checksum and no run of zeros in it: an unsynced write tears by
//!   missing or zero bytes, not by other bytes; a changed byte looks like this;
//! - a last line without a line feed that is right but for its last byte: the line feed was
//!   changed.

use super::line::checked;

/// A zeroed block shows at least this many zero bytes in a row; a changed byte does not.
const ZERO_RUN: usize = 16;

/// Whether what follows the last good change set, beginning with its first bad line, was never
/// acknowledged.
pub(crate) fn is_torn(rest: &[u8]) -> bool {
    rest.split_inclusive(|byte| *byte == b'\n')
        .all(|line| match line.split_last() {
            Some((b'\n', _)) => checked(line).is_err() && has_zero_run(line),
            Some((_, all_but_last)) => {
                let with_line_feed = [all_but_last, b"\n"].concat();
                checked(&with_line_feed).is_err()
            }
            None => true,
        })
}

fn has_zero_run(line: &[u8]) -> bool {
    line.windows(ZERO_RUN)
        .any(|run| run.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests {
    use super::is_torn;

    /// A line with a right checksum: the check value of CRC-32C.
    const GOOD: &str = "e3069283 123456789\n";

    #[test]
    fn only_short_or_zeroed_tails_are_torn() {
        let zeros = "\0".repeat(16);
        for (rest, torn) in [
            (String::new(), true),
            ("e306".into(), true),
            ("e3069283 123456789".into(), true),
            (format!("e306{zeros}\n"), true),
            (zeros.clone(), true),
            (format!("e306{zeros}\ne30"), true),
            // A changed byte in the text, in the checksum, and in the line feed.
            ("e3069283 123456780\n".into(), false),
            ("f3069283 123456789\n".into(), false),
            ("e3069283 123456789\u{b}".into(), false),
            ("e3069283 12345\08789\n".into(), false),
            // Anything good after it.
            (format!("e3069283 123456780\n{GOOD}"), false),
            (format!("{zeros}\n{GOOD}"), false),
            ("e3069283 123456780\ne30".into(), false),
        ] {
            assert_eq!(is_torn(rest.as_bytes()), torn, "{rest:?}");
        }
    }
}
