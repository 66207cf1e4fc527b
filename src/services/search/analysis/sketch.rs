//! MinHash sketches of texts, for finding near-duplicates.
//!
//! A text is the set of its runs of four words (shingles). The share of equal values among sixteen
//! minimum hashes of two sets (Broder 1997) estimates their Jaccard similarity. Two hashes at a time
//! form a band (locality-sensitive hashing); texts that share a band are candidates, which the index
//! finds by a term query.

use super::{Spelling, WordSplitter};

/// Hashes in a sketch.
pub(crate) const HASHES: usize = 16;
/// Words in a shingle.
const SHINGLE: usize = 4;
/// Texts with fewer words are too short to be compared.
const MIN_WORDS: usize = 12;
/// Bits of the hash of a band.
const BAND_BITS: u32 = 24;
/// Fewest equal hashes of near-duplicates: about 55 % of all shingles in common.
const MIN_EQUAL_HASHES: usize = 9;

/// The sketch of a text; texts of a few words have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sketch(pub(crate) [u64; HASHES]);

impl Sketch {
    /// Computes the sketch from the folded words; none for a text that is too short.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut window = [0_u64; SHINGLE];
        let mut minima = [u64::MAX; HASHES];
        let mut spelling = Spelling::default();
        let mut words = 0;
        for word in WordSplitter::new(text).filter(|word| !word.is_document_number) {
            spelling.fill(&text[word.span]);
            window.rotate_left(1);
            window[SHINGLE - 1] = hash(spelling.folded().as_bytes());
            words += 1;
            if words >= SHINGLE {
                keep_minima(shingle(&window), &mut minima);
            }
        }
        (words >= MIN_WORDS).then_some(Self(minima))
    }

    /// Index terms for finding candidates: the number of the band, followed by a short hash of its
    /// rows. More bits would only enlarge the dictionary, since candidates are compared anyway.
    pub(crate) fn bands(&self) -> impl Iterator<Item = u64> + '_ {
        let hashed = |rows: &[u64]| mix(rows[0] ^ rows[1].rotate_left(21)) >> (64 - BAND_BITS);
        let bands = self.0.chunks_exact(2).zip(0_u64..);
        bands.map(move |(rows, band)| band << BAND_BITS | hashed(rows))
    }

    /// The short sketch that the index stores.
    pub(crate) fn short(&self) -> ShortSketch {
        let bytes = self.0.map(|hash| hash as u8);
        ShortSketch(u128::from_be_bytes(bytes))
    }
}

/// The lowest byte of each hash of a sketch (b-bit minwise hashing, Li and König 2010). Two different
/// hashes agree in it once in 256, which is good enough to recognise near-duplicates, and it is small
/// enough to be stored for every work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortSketch(u128);

impl ShortSketch {
    /// Builds a sketch from its halves, higher first.
    pub(crate) fn from_halves(high: u64, low: u64) -> Self {
        Self(u128::from(high) << 64 | u128::from(low))
    }

    /// Its halves, higher first.
    pub(crate) fn halves(self) -> (u64, u64) {
        ((self.0 >> 64) as u64, self.0 as u64)
    }

    /// Whether two texts are near-duplicates.
    pub(crate) fn is_near_duplicate(self, other: Self) -> bool {
        let differing = (self.0 ^ other.0).to_be_bytes();
        differing.iter().filter(|byte| **byte == 0).count() >= MIN_EQUAL_HASHES
    }
}

fn shingle(window: &[u64; SHINGLE]) -> u64 {
    window
        .iter()
        .fold(0, |all, word| mix(all.rotate_left(5) ^ word))
}

fn keep_minima(shingle: u64, minima: &mut [u64; HASHES]) {
    for (minimum, salt) in minima.iter_mut().zip(1_u64..) {
        *minimum = (*minimum).min(mix(shingle ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// The finisher of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::{ShortSketch, Sketch};

    const RELEASE: &str = "Sáng nay, tại thành phố Pleiku, Ủy ban nhân dân tỉnh Gia Lai tổ chức hội nghị \
        tập huấn công tác truyền thông về quyền con người cho cán bộ, công chức các sở, ngành và địa phương \
        trên địa bàn tỉnh. Hơn hai trăm đại biểu đã nghe giới thiệu các nội dung cơ bản của Luật Tiếp cận thông tin.";

    #[test]
    fn a_reprint_is_near_duplicate_and_another_text_is_not() {
        let original = Sketch::of(RELEASE).unwrap();
        let reprint = format!("(GLO) - {RELEASE} Tin, ảnh: cộng tác viên.");
        let reprint = Sketch::of(&reprint).unwrap();
        assert!(original.short().is_near_duplicate(reprint.short()));
        let shared = original
            .bands()
            .filter(|b| reprint.bands().any(|o| o == *b));
        assert!(shared.count() > 0);
        let other = "Đội bóng đá nữ của trường giành chiến thắng trong trận chung kết toàn quốc diễn ra \
            chiều qua trên sân vận động trung tâm với tỷ số cách biệt ba bàn không gỡ.";
        let other = Sketch::of(other).unwrap().short();
        assert!(!original.short().is_near_duplicate(other));
        let (high, low) = other.halves();
        assert_eq!(ShortSketch::from_halves(high, low), other);
        assert!(Sketch::of("quá ngắn").is_none());
    }
}
