//! A page as grey pixels.

use image::{GrayImage, imageops};

/// A page as grey pixels, 0 for black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GreyPage(pub(super) GrayImage);

impl GreyPage {
    /// Reads what `pdftoppm -gray` writes (PGM, `P5`, one byte for each pixel).
    pub(super) fn read_pgm(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"P5")?;
        let mut numbers = [0_u32; 3];
        for number in &mut numbers {
            rest = rest.trim_ascii_start();
            let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
            *number = str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
            rest = &rest[end..];
        }
        let [width, height, greatest] = numbers;
        let length = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        // One blank ends the head.
        let pixels = rest.get(1..=length)?;
        (greatest == 255).then_some(())?;
        GrayImage::from_raw(width, height, pixels.to_vec()).map(Self)
    }

    /// The bytes of a PGM file, which Tesseract reads.
    pub(super) fn to_pgm(&self) -> Vec<u8> {
        let mut bytes = format!("P5\n{} {}\n255\n", self.0.width(), self.0.height()).into_bytes();
        bytes.extend_from_slice(self.0.as_raw());
        bytes
    }

    /// Turned by quarters, clockwise.
    pub(super) fn turned(&self, quarters: u32) -> Self {
        Self(match quarters % 4 {
            1 => imageops::rotate90(&self.0),
            2 => imageops::rotate180(&self.0),
            3 => imageops::rotate270(&self.0),
            _ => self.0.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::GreyPage;

    #[test]
    fn pgm_is_read_and_written() {
        let bytes = b"P5\n3 2\n255\n\x00\x01\x02\x03\x04\xff";
        let page = GreyPage::read_pgm(bytes).unwrap();
        assert_eq!(page.0.get_pixel(2, 1).0, [255]);
        assert_eq!(page.to_pgm(), bytes);
        for cut in 0..bytes.len() {
            assert!(GreyPage::read_pgm(&bytes[..cut]).is_none(), "{cut}");
        }
        assert!(GreyPage::read_pgm(b"P5 4000000000 4000000000 255\n\0").is_none());
        assert!(GreyPage::read_pgm(b"P6 1 1 255\n\0\0\0").is_none());
    }

    #[test]
    fn a_quarter_turn_is_clockwise() {
        let page = GreyPage::read_pgm(b"P5 2 1 255 ab").unwrap();
        assert_eq!(page.turned(1).to_pgm(), b"P5\n1 2\n255\nab");
        assert_eq!(page.turned(2).to_pgm(), b"P5\n2 1\n255\nba");
    }
}
