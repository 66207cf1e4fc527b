//! Regions of an image that its copies for others do not show: faces of people who did not agree.
//!
//! Who draws them is an editor; nothing looks for faces. The original stays as it is and is delivered only to
//! those who may download originals.

use sha2::{Digest, Sha256};

use crate::domain::hex;

/// A rectangle in pixels of the image as it is displayed, from its upper left corner. It has at least one pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// Pixels from the left.
    pub x: u32,
    /// Pixels from the top.
    pub y: u32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl Region {
    /// Whether it lies within an image of this size and is not empty.
    pub fn fits(&self, width_px: u32, height_px: u32) -> bool {
        let is_within = |from: u32, length: u32, limit: u32| {
            length > 0 && from.checked_add(length).is_some_and(|end| end <= limit)
        };
        is_within(self.x, self.width, width_px) && is_within(self.y, self.height, height_px)
    }

    pub(super) fn contains(&self, inner: &Self) -> bool {
        let spans = |from: u32, length: u32, inner_from: u32, inner_length: u32| {
            from <= inner_from
                && u64::from(inner_from) + u64::from(inner_length)
                    <= u64::from(from) + u64::from(length)
        };
        spans(self.x, self.width, inner.x, inner.width)
            && spans(self.y, self.height, inner.y, inner.height)
    }
}

/// Names a set of redacted regions: copies that were made with other regions are not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RedactionId([u8; 16]);

impl RedactionId {
    /// In hexadecimal.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    pub(super) fn of(regions: &[Region]) -> Self {
        let mut hash = Sha256::new();
        for Region {
            x,
            y,
            width,
            height,
        } in regions
        {
            for number in [x, y, width, height] {
                hash.update(number.to_be_bytes());
            }
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        Self(id)
    }
}

#[cfg(test)]
mod tests {
    use super::{RedactionId, Region};

    const fn region(x: u32, y: u32, width: u32, height: u32) -> Region {
        Region {
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn a_region_fits_within_the_edges() {
        for (given, fits) in [
            (region(0, 0, 40, 30), true),
            (region(39, 29, 1, 1), true),
            (region(0, 0, 41, 30), false),
            (region(10, 1, 30, 30), false),
            (region(10, 10, 0, 5), false),
            (region(u32::MAX, 0, 2, 2), false),
        ] {
            assert_eq!(given.fits(40, 30), fits, "{given:?}");
        }
    }

    #[test]
    fn a_region_contains_what_lies_within_it() {
        let wide = region(10, 10, 20, 20);
        assert!(wide.contains(&wide));
        assert!(wide.contains(&region(15, 29, 5, 1)));
        assert!(!wide.contains(&region(15, 29, 5, 2)));
        assert!(!wide.contains(&region(9, 15, 5, 5)));
    }

    #[test]
    fn other_regions_have_another_name() {
        let of = |regions: &[Region]| RedactionId::of(regions);
        assert_ne!(of(&[region(1, 2, 3, 4)]), of(&[region(1, 2, 4, 3)]));
        assert_ne!(of(&[region(1, 2, 3, 4)]), of(&[region(1, 2, 3, 4); 2]));
        assert_eq!(of(&[region(1, 2, 3, 4)]).to_hex().len(), 32);
    }
}
