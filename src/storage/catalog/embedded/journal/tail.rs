//! Is the end of the journal torn, or damaged?
//!
//! A write that was never synced, and so never acknowledged, can be cut short by `kill -9` (a
//! prefix of it is there) or by a loss of power (blocks are missing or full of zeros, whichever
//! of them: later blocks may be there without earlier ones). Such a tail is cut off. Acknowledged
//! data must never be: so the tail counts as torn only if nothing in it proves a sync, and as
//! damage otherwise. These prove one:
//!
//! - a later line with a right checksum that was written when the first bad change set was
//!   durable already ([`Line::synced`](super::Line::synced)); lines of the same group do not;
//! - a complete line with a wrong checksum and no run of zeros in it: an unsynced write tears by
//!   missing or zero bytes, not by other bytes; a changed byte looks like this. A few zeros are
//!   enough where the first line begins just before the end of a block;
//! - a last line without a line feed that is right but for its last byte: the line feed was
//!   changed.

use super::line::{BadLine, Envelope, checked};

/// A zeroed block shows at least this many zero bytes in a row; a changed byte does not.
const ZERO_RUN: usize = 16;
/// Blocks are written whole; the smallest there are.
const BLOCK: usize = 512;

/// Whether what follows the last good change set was never acknowledged. `rest` begins with its
/// first bad line, at `offset` in the file, which belongs to the change set `seq` or a later one of
/// its group.
pub(crate) fn is_torn(rest: &[u8], offset: usize, seq: u64) -> bool {
    let begins_in_zeroed_block = begins_in_zeroed_block(rest, offset);
    rest.split_inclusive(|byte| *byte == b'\n')
        .enumerate()
        .all(|(index, line)| match line.split_last() {
            Some((b'\n', _)) => match Envelope::decode(line) {
                Ok(envelope) => envelope.synced.is_some_and(|synced| synced < seq),
                Err(BadLine::NewerVersion) => false,
                Err(_) => has_zero_run(line) || (index == 0 && begins_in_zeroed_block),
            },
            Some((_, all_but_last)) => {
                let with_line_feed = [all_but_last, b"\n"].concat();
                checked(&with_line_feed).is_err()
            }
            None => true,
        })
}

/// Whether the text is zeros up to the end of a block: that block was not written, the next was.
fn begins_in_zeroed_block(text: &[u8], offset: usize) -> bool {
    let zeros = text.iter().take_while(|byte| **byte == 0).count();
    zeros > 0 && (offset + zeros).is_multiple_of(BLOCK)
}

fn has_zero_run(line: &[u8]) -> bool {
    line.windows(ZERO_RUN)
        .any(|run| run.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests {
    use super::is_torn;

    /// A line with a right checksum that is not an envelope: the check value of CRC-32C.
    const FOREIGN: &str = "e3069283 123456789\n";

    fn line(seq: u64, synced: Option<u64>) -> String {
        let synced = synced.map_or_else(String::new, |synced| format!(",\"synced\":{synced}"));
        let json = format!("{{\"seq\":{seq},\"part\":0,\"of\":1{synced}}}");
        format!("{:08x} {json}\n", crc32c::crc32c(json.as_bytes()))
    }

    #[test]
    fn only_tails_that_prove_no_sync_are_torn() {
        let zeros = "\0".repeat(16);
        // The bad change set is number 8; 7 was durable when its group was written.
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
            ("e3069283 123456780\ne30".into(), false),
            // A good line after a zeroed one: of the same group, of a later one, of an old
            // version, of a newer one.
            (format!("{zeros}\n{}", line(9, Some(7))), true),
            (format!("{zeros}\n{}", line(9, Some(8))), false),
            (format!("{zeros}\n{}", line(9, None)), false),
            (format!("{zeros}\n{FOREIGN}"), false),
            (format!("e3069283 123456780\n{}", line(9, Some(7))), false),
        ] {
            assert_eq!(is_torn(rest.as_bytes(), 0, 8), torn, "{rest:?}");
        }
    }

    #[test]
    fn a_few_zeros_are_a_torn_block_only_up_to_its_end() {
        let rest = format!("\0\0\0{}", &FOREIGN[3..]);
        assert!(is_torn(rest.as_bytes(), 4096 - 3, 8));
        assert!(!is_torn(rest.as_bytes(), 4096 - 4, 8));
        let changed = format!("{}\0{}", &FOREIGN[..2], &FOREIGN[3..]);
        assert!(!is_torn(changed.as_bytes(), 4096 - 3, 8));
    }
}
