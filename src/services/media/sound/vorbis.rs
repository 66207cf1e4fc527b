//! How much memory the codebooks of a Vorbis stream would take.
//!
//! A few bytes describe a codebook of 16 MiB, and a header may have 256 of them (Vorbis I, 3.2.1). The decoder limits
//! each one, not their sum. Every codebook begins with a sign of 24 bits at any bit, so the sum over all such signs is
//! at least that over all codebooks.

/// The sign at the beginning of a codebook.
const SIGN: u64 = 0x56_4342;
const SIGN_BITS: u32 = 24;
/// Sign, dimensions and entries.
const HEAD_BITS: u32 = SIGN_BITS + 16 + 24;
/// Bytes of an entry beside its vector: its word, its length and its place in the tree.
const ENTRY_BYTES: u64 = 24;
/// The most memory. Codebooks of usual encoders take less than 2 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// Whether the codebooks in these headers fit into memory.
pub(super) fn codebooks_fit(headers: &[u8]) -> bool {
    let mut window = 0_u64;
    let mut sum = 0_u64;
    for (index, byte) in headers.iter().enumerate() {
        for bit in 0..8 {
            // Bits are written from the least significant one on (Vorbis I, 2.1).
            window = window >> 1 | u64::from(byte >> bit & 1) << 63;
            let seen = index as u64 * 8 + bit + 1;
            if seen >= u64::from(HEAD_BITS) && window & ((1 << SIGN_BITS) - 1) == SIGN {
                let dimensions = window >> SIGN_BITS & 0xFFFF;
                let entries = window >> (SIGN_BITS + 16);
                sum = sum.saturating_add(entries * (dimensions * 4 + ENTRY_BYTES));
            }
        }
    }
    sum <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::codebooks_fit;

    /// Codebooks of this many dimensions and entries, each followed by so many bits of padding.
    fn headers(codebooks: usize, dimensions: u64, entries: u64, padding: usize) -> Vec<u8> {
        let mut bits: Vec<bool> = Vec::new();
        for _ in 0..codebooks {
            let head = 0x56_4342 | dimensions << 24 | entries << 40;
            bits.extend((0..64).map(|bit| head >> bit & 1 == 1));
            bits.extend(std::iter::repeat_n(false, padding));
        }
        let byte = |bits: &[bool]| {
            let bits = bits.iter().enumerate();
            bits.fold(0, |byte, (at, bit)| byte | u8::from(*bit) << at)
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn the_sum_of_the_codebooks_is_limited_wherever_they_begin() {
        for padding in [0, 3, 5, 17] {
            // 32 dimensions x 4 bytes x 131,072 entries are 16 MiB each.
            assert!(codebooks_fit(&headers(3, 32, 131_072, padding)));
            assert!(!codebooks_fit(&headers(5, 32, 131_072, padding)));
            assert!(codebooks_fit(&headers(200, 8, 256, padding)));
        }
        assert!(codebooks_fit(&[]));
    }
}
