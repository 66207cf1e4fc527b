//! Numbers in bytes, and milliseconds from counts.

/// A number whose first byte is the least significant.
pub(super) fn little_endian(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// A number whose first byte is the most significant.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter();
    bytes.fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// How long `count` units take of which there are `per_second`, rounded; none when that is nothing.
pub(super) fn millis(count: u64, per_second: u64) -> Option<u64> {
    let per_second = Some(u128::from(per_second)).filter(|rate| *rate > 0)?;
    let millis = (u128::from(count) * 1000 + per_second / 2) / per_second;
    u64::try_from(millis).ok().filter(|millis| *millis > 0)
}
