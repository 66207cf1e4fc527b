//! Facts of recordings in boxes: MP4, M4A, MOV (ISO/IEC 14496-12, QuickTime).
//!
//! Box headers are read one by one and contents skipped, so the length of a film costs nothing;
//! only boxes of known, small size are read. A hostile file can make at most [`MAX_BOXES`] steps.

use std::io::{self, Read, Seek, SeekFrom};

use super::boxes::{BoxHeader, content, header, u32_at};

/// Boxes looked at in one file; a film with eight tracks has about a hundred above its tables.
const MAX_BOXES: u32 = 10_000;
/// Boxes inside boxes: `moov/trak/mdia/hdlr`.
const MAX_DEPTH: u32 = 5;
/// The key of a place in Apple's metadata.
const PLACE_KEY: &[u8] = b"location.ISO6709";

/// The facts in the boxes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Movie {
    /// Duration of the presentation in milliseconds.
    pub(super) duration_ms: Option<u64>,
    /// There is a track of pictures.
    pub(super) has_pictures: bool,
    /// There is a track of sound.
    pub(super) has_sound: bool,
    /// Width and height as displayed, of the largest track.
    pub(super) size_px: Option<(u32, u32)>,
    /// The place it was made at is written in it.
    pub(super) shows_place: bool,
    boxes: u32,
}

/// Reads the facts.
///
/// # Errors
/// When the file cannot be read; damage in it only costs facts.
pub(super) fn read(file: &mut (impl Read + Seek)) -> io::Result<Movie> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut movie = Movie::default();
    movie.walk(file, 0, length, 0)?;
    Ok(movie)
}

impl Movie {
    fn walk(
        &mut self,
        file: &mut (impl Read + Seek),
        from: u64,
        end: u64,
        depth: u32,
    ) -> io::Result<()> {
        let mut at = from;
        while self.boxes < MAX_BOXES
            && let Some(found) = header(file, at, end)?
        {
            self.boxes += 1;
            match &found.name {
                b"moov" | b"trak" | b"mdia" | b"mvex" | b"udta" if depth < MAX_DEPTH => {
                    self.walk(file, found.content, found.end, depth + 1)?;
                }
                _ => self.leaf(file, &found)?,
            }
            at = found.end;
        }
        Ok(())
    }

    fn leaf(&mut self, file: &mut (impl Read + Seek), found: &BoxHeader) -> io::Result<()> {
        match &found.name {
            b"mvhd" => self.duration_ms = duration(&content(file, found)?),
            b"tkhd" => self.track_size(&content(file, found)?),
            b"hdlr" => match content(file, found)?.get(8..12) {
                Some(b"vide") => self.has_pictures = true,
                Some(b"soun") => self.has_sound = true,
                _ => {}
            },
            b"\xa9xyz" | b"loci" => self.shows_place = true,
            // Keys and values of a phone's film.
            b"meta" => {
                let content = content(file, found)?;
                self.shows_place |= content.windows(PLACE_KEY.len()).any(|w| w == PLACE_KEY);
            }
            _ => {}
        }
        Ok(())
    }

    /// A track header: size in 16.16 fixed point behind the matrix that turns it.
    fn track_size(&mut self, content: &[u8]) {
        let matrix = if content.first() == Some(&1) { 52 } else { 40 };
        let size = |at| u32_at(content, at).map(|fixed| fixed >> 16);
        let (width, height) = (size(matrix + 36), size(matrix + 40));
        let is_turned =
            u32_at(content, matrix) == Some(0) && u32_at(content, matrix + 16) == Some(0);
        if is_turned {
            self.larger(height, width);
        } else {
            self.larger(width, height);
        }
    }

    fn larger(&mut self, width: Option<u32>, height: Option<u32>) {
        let (Some(width @ 1..), Some(height @ 1..)) = (width, height) else {
            return;
        };
        let area = |(width, height)| u64::from(width) * u64::from(height);
        if self.size_px.map_or(0, area) < area((width, height)) {
            self.size_px = Some((width, height));
        }
    }
}

/// `mvhd`: milliseconds, from version 0 or 1; all ones mean unknown, 0 a film in fragments.
fn duration(content: &[u8]) -> Option<u64> {
    let (scale, length) = if *content.first()? == 1 {
        let high = u32_at(content, 24)?;
        let low = u32_at(content, 28)?;
        (u32_at(content, 20)?, u64::from(high) << 32 | u64::from(low))
    } else {
        (u32_at(content, 12)?, u64::from(u32_at(content, 16)?))
    };
    let is_told = scale > 0 && !matches!(length, 0 | 0xFFFF_FFFF | u64::MAX);
    is_told.then(|| {
        let millis = (u128::from(length) * 1000 + u128::from(scale / 2)) / u128::from(scale);
        u64::try_from(millis).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{MAX_BOXES, read};

    #[test]
    fn a_file_of_empty_boxes_is_left_after_the_limit() {
        let boxes = b"\0\0\0\x08free".repeat(MAX_BOXES as usize * 2);
        let movie = read(&mut Cursor::new(boxes)).unwrap();
        assert_eq!(movie.boxes, MAX_BOXES);
    }

    #[test]
    fn boxes_with_a_wrong_size_end_the_walk() {
        let nested = b"\0\0\0\x10moov\0\0\0\x7fmvhd".as_slice();
        let too_small = b"\0\0\0\x07moov\0\0\0\0";
        let overflowing = b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff";
        for bytes in [nested, too_small, overflowing, b"\0\0", b""] {
            let movie = read(&mut Cursor::new(bytes)).unwrap();
            assert_eq!((movie.duration_ms, movie.size_px), (None, None));
        }
    }

    #[test]
    fn endless_nesting_ends() {
        // A `moov` that runs to the end of the file and holds the same again, and again.
        let nested = b"\0\0\0\0moov".repeat(10_000);
        assert!(read(&mut Cursor::new(nested)).unwrap().boxes <= 10);
    }
}
