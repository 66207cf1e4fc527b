//! Perceptual hashes of pictures: 64 bits, of which few differ between copies of one picture.
//!
//! They recognise copies of one picture and nothing else: no faces, no persons, no objects. Two photos of
//! the same person are two different pictures.

use std::fmt;
use std::str::FromStr;

/// A perceptual hash, shown as 16 lower-case hexadecimal digits. Its recipe defines how it is
/// computed and how far apart the hashes of copies may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureHash(u64);

/// The text is not 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a hash of a picture in hexadecimal: {0:?}")]
pub struct InvalidPictureHash(pub String);

impl PictureHash {
    /// From its bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// In how many bits the two differ (Hamming distance): 0 to 64.
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

impl FromStr for PictureHash {
    type Err = InvalidPictureHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let bits = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        bits.map(Self)
            .ok_or_else(|| InvalidPictureHash(text.to_owned()))
    }
}

impl fmt::Display for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PictureHash({self})")
    }
}
