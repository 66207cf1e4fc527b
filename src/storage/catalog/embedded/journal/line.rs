//! One line of the journal.
//!
//! `crc32c(8 lower-case hex digits) SP json LF`, the checksum over the bytes of the JSON
//! (CRC-32C, RFC 3720 appendix B.4). A change set is `of` lines with the same `seq` and `part`
//! counting from 0; it happened only if all its lines are there. The envelope only ever gains
//! optional fields; what may change with time is inside the versioned records. A line whose
//! checksum is right but whose JSON is not understood was written by a newer version: that is not
//! damage.

use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::storage::catalog::record::{EventRecord, InvalidRecord, Stored, StoredRecord};
use crate::storage::catalog::{CatalogError, Event};

/// Bytes of the checksum and the space behind it.
const PREFIX: usize = 9;

/// One write of a change set, with the event it appended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The number of the change set, from 1 without holes.
    pub(crate) seq: u64,
    /// Which of its lines, from 0.
    pub(crate) part: u32,
    /// How many lines it has.
    pub(crate) of: u32,
    /// Every change set up to this seq was durable when the line was written. So a good line
    /// proves that change sets up to here were once synced, and says nothing of those after it,
    /// which were written together with it. Lines of version 0.1 do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) synced: Option<u64>,
    /// When the change was made, in milliseconds since 1970.
    pub(crate) at_ms: i64,
    /// Who made it.
    pub(crate) by: String,
    /// Why, if the actor said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Files that leave the work with this line stay with its earlier revisions. Lines of versions
    /// before 0.3 do not have it: the bytes of files that left with them may have been swept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) keeps_former_files: bool,
    /// The event, if this sort of write has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<EventRecord>,
    /// What was written: the whole state of the thing after the change.
    pub(crate) write: StoredRecord,
}

/// Where a line stands, and what it says beside what was written and its event.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// Where it stands.
    pub(crate) place: Place,
    /// As [`Line::reason`].
    pub(crate) reason: Option<String>,
    /// As [`Line::keeps_former_files`].
    pub(crate) keeps_former_files: bool,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadLine {
    /// It does not end with a line feed.
    #[error("the line has no end")]
    Unterminated,
    /// It does not begin with a checksum and a space.
    #[error("the line does not begin with a checksum")]
    NoChecksum,
    /// The checksum is not that of the rest.
    #[error("the checksum does not match the line")]
    WrongChecksum,
    /// The checksum is right but the JSON is not a line this version can read.
    #[error("the line was written by a newer version of the archive")]
    NewerVersion,
    /// It is not the line that has to stand here.
    #[error("the line is out of order")]
    OutOfOrder,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Line {
    /// Appends the line to `buffer`.
    ///
    /// # Errors
    /// None in practice: the record is plain data, and the buffer is memory.
    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) -> serde_json::Result<()> {
        let start = buffer.len();
        buffer.extend_from_slice(b"00000000 ");
        serde_json::to_writer(&mut *buffer, self)?;
        let checksum = crc32c::crc32c(&buffer[start + PREFIX..]);
        buffer[start..start + 8].copy_from_slice(format!("{checksum:08x}").as_bytes());
        buffer.push(b'\n');
        Ok(())
    }

    /// Reads a line, its line feed included.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadLine> {
        let json = checked(bytes)?;
        // Checked at once: piece by piece took a quarter of reading a Vietnamese text.
        let json = simdutf8::basic::from_utf8(json).map_err(|_| BadLine::NewerVersion)?;
        serde_json::from_str(json).map_err(|_| BadLine::NewerVersion)
    }
}

impl Line {
    /// Its origin, when it stands at this place.
    pub(crate) fn origin(&self, place: Place) -> Origin {
        Origin {
            place,
            reason: self.reason.clone(),
            keeps_former_files: self.keeps_former_files,
        }
    }

    /// What was written, and the event.
    ///
    /// # Errors
    /// [`CatalogError::NewerVersion`] when a value is not one this version knows: the checksum
    /// was right, so the line is as it was written.
    pub(crate) fn into_parts(self) -> Result<(Stored, Option<Event>), CatalogError> {
        let seq = self.seq;
        let newer = |bad: InvalidRecord| {
            CatalogError::NewerVersion(format!("change set {seq} of the journal ({bad})"))
        };
        let stored = Stored::try_from(self.write).map_err(newer)?;
        let event = self.event.map(Event::try_from).transpose().map_err(newer)?;
        Ok((stored, event))
    }
}

/// The part of the envelope by which a line is placed, readable whatever version wrote the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Envelope {
    /// See [`Line::seq`].
    pub(crate) seq: u64,
    /// See [`Line::part`].
    pub(crate) part: u32,
    /// See [`Line::of`].
    pub(crate) of: u32,
    /// See [`Line::synced`].
    #[serde(default)]
    pub(crate) synced: Option<u64>,
}

impl Envelope {
    /// Reads the envelope of a line, its line feed included.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadLine> {
        serde_json::from_slice(checked(bytes)?).map_err(|_| BadLine::NewerVersion)
    }
}

/// The JSON of a line whose checksum is right.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn checked(bytes: &[u8]) -> Result<&[u8], BadLine> {
    let line = bytes.strip_suffix(b"\n").ok_or(BadLine::Unterminated)?;
    let (prefix, json) = line.split_at_checked(PREFIX).ok_or(BadLine::NoChecksum)?;
    let digits = prefix.strip_suffix(b" ").ok_or(BadLine::NoChecksum)?;
    let lower_hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if !digits.iter().all(lower_hex) {
        return Err(BadLine::NoChecksum);
    }
    let stated = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .ok_or(BadLine::NoChecksum)?;
    if crc32c::crc32c(json) == stated {
        Ok(json)
    } else {
        Err(BadLine::WrongChecksum)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadLine, checked};

    #[test]
    fn the_checksum_is_crc_32c() {
        // The check value of CRC-32C: crc("123456789") = e3069283 (RFC 3720, RevEng catalogue).
        assert_eq!(checked(b"e3069283 123456789\n"), Ok(&b"123456789"[..]));
        for (line, why) in [
            (&b"e3069283 123456780\n"[..], BadLine::WrongChecksum),
            (b"e3069284 123456789\n", BadLine::WrongChecksum),
            (b"E3069283 123456789\n", BadLine::NoChecksum),
            (b"e3069283_123456789\n", BadLine::NoChecksum),
            (b"e3069283 123456789", BadLine::Unterminated),
            (b"e306928\n", BadLine::NoChecksum),
            (b"\n", BadLine::NoChecksum),
            (b"", BadLine::Unterminated),
        ] {
            assert_eq!(checked(line), Err(why), "{}", line.escape_ascii());
        }
    }
}
