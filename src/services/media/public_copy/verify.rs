//! Looks for coordinates anywhere in a file: also in the samples, where encoders write user data.

use std::path::Path;

use super::edits::{CHUNK_BYTES, Source};
use super::error::CopyError;

/// The longest pattern: `+12.345678901+123.456789012`, or the name of a property.
const OVERLAP_BYTES: usize = 64;
/// The properties of a place in XMP.
const XMP_PLACES: [&[u8]; 2] = [b"exif:GPSLatitude", b"exif:GPSLongitude"];

/// Whether coordinates by ISO 6709 (`+13.9833+108.0000`) or of XMP can be read in the file.
pub(super) fn shows_place(path: &Path) -> Result<bool, CopyError> {
    let source = Source::open(path)?;
    let mut at = 0;
    while at < source.length {
        let bytes = source.read_up_to(at, CHUNK_BYTES + OVERLAP_BYTES)?;
        if has_coordinates(&bytes) || has_property(&bytes) {
            return Ok(true);
        }
        at += CHUNK_BYTES as u64;
    }
    Ok(false)
}

fn has_property(bytes: &[u8]) -> bool {
    let mut starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'e');
    starts.any(|(at, _)| XMP_PLACES.iter().any(|name| bytes[at..].starts_with(name)))
}

/// Latitude and longitude with signs, two and three digits and at least two decimals each.
fn has_coordinates(bytes: &[u8]) -> bool {
    let mut signs = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'+' | b'-'));
    signs.any(|(at, _)| {
        let rest = &bytes[at..];
        degrees(rest, 2).is_some_and(|length| degrees(&rest[length..], 3).is_some())
    })
}

/// The length of a sign, this many digits, a point and decimals.
fn degrees(bytes: &[u8], digits: usize) -> Option<usize> {
    let (sign, rest) = bytes.split_first()?;
    let whole = rest.get(..digits)?;
    let decimals = rest.get(digits..)?.strip_prefix(b".")?;
    let count = decimals
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let is_number = matches!(sign, b'+' | b'-') && whole.iter().all(u8::is_ascii_digit);
    (is_number && count >= 2).then_some(1 + digits + 1 + count)
}
