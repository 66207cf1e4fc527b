//! Which samples of a recording in boxes are played (ISO/IEC 14496-12, 8.6.6).
//!
//! Encoders put samples before the first one of the recording and fill up the last packet. The edit list of the track
//! says where the recording begins, and the duration of its media where it ends.

use std::io::{self, Read, Seek, SeekFrom};

use crate::services::media::boxes::{BoxHeader, content, header, u32_at};

/// Boxes looked at.
const MAX_BOXES: u32 = 10_000;
/// `moov/trak/mdia/mdhd`.
const MAX_DEPTH: u32 = 4;

/// The samples that are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Played {
    /// Samples a second in which they are counted.
    pub(super) rate_hz: u32,
    /// Samples to leave out at the beginning.
    pub(super) skipped: u64,
    /// Samples after that; what follows is left out.
    pub(super) length: u64,
}

/// What boxes say of the first track of sound.
#[derive(Default)]
struct BoxScan {
    boxes: u32,
    movie_scale: u32,
    track: Track,
    sound: Option<Track>,
}

#[derive(Default, Clone)]
struct Track {
    is_sound: bool,
    scale: u32,
    length: u64,
    /// Duration in the scale of the movie, and first time in the scale of the media.
    edits: Vec<(u64, i64)>,
}

/// The samples that are played; `None` when the file does not say, or in a way that players read differently.
///
/// # Errors
/// When the file cannot be read; damage in it gives `None`.
pub(super) fn read(file: &mut (impl Read + Seek)) -> io::Result<Option<Played>> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut found = BoxScan::default();
    found.walk(file, 0..length, 0)?;
    let movie_scale = found.movie_scale;
    Ok(found.sound.and_then(|track| track.played(movie_scale)))
}

impl BoxScan {
    fn walk(
        &mut self,
        file: &mut (impl Read + Seek),
        range: std::ops::Range<u64>,
        depth: u32,
    ) -> io::Result<()> {
        let mut at = range.start;
        while self.boxes < MAX_BOXES
            && let Some(found) = header(file, at, range.end)?
        {
            self.boxes += 1;
            match &found.name {
                b"trak" if depth < MAX_DEPTH => {
                    self.track = Track::default();
                    self.walk(file, found.content..found.end, depth + 1)?;
                    if self.sound.is_none() && self.track.is_sound {
                        self.sound = Some(self.track.clone());
                    }
                }
                b"moov" | b"mdia" | b"edts" if depth < MAX_DEPTH => {
                    self.walk(file, found.content..found.end, depth + 1)?;
                }
                b"mvhd" | b"mdhd" | b"hdlr" | b"elst" => self.leaf(file, &found)?,
                _ => {}
            }
            at = found.end;
        }
        Ok(())
    }

    fn leaf(&mut self, file: &mut (impl Read + Seek), found: &BoxHeader) -> io::Result<()> {
        let content = content(file, found)?;
        match &found.name {
            b"mvhd" => self.movie_scale = scale_and_length(&content).map_or(0, |(scale, _)| scale),
            b"mdhd" => {
                (self.track.scale, self.track.length) =
                    scale_and_length(&content).unwrap_or_default();
            }
            b"hdlr" => self.track.is_sound |= content.get(8..12) == Some(b"soun"),
            _ => self.track.edits = edits(&content),
        }
        Ok(())
    }
}

impl Track {
    fn played(&self, movie_scale: u32) -> Option<Played> {
        // An empty edit only delays the sound beside the pictures.
        let mut edits = self.edits.iter().filter(|(_, time)| *time >= 0);
        let (segment, skipped) = match (edits.next(), edits.next()) {
            (None, _) => (0, 0),
            (Some((segment, time)), None) => (*segment, u64::try_from(*time).ok()?),
            // Cut from several parts.
            (Some(_), Some(_)) => return None,
        };
        let rest = self.length.checked_sub(skipped).filter(|rest| *rest > 0)?;
        let scale = u64::from(movie_scale).max(1);
        let in_samples = |ticks: u64| {
            let samples = u128::from(ticks) * u128::from(self.scale) + u128::from(scale / 2);
            u64::try_from(samples / u128::from(scale)).unwrap_or(u64::MAX)
        };
        // The scale of the movie is coarser; only an edit that is really shorter ends earlier.
        let length = match in_samples(segment) {
            0 => rest,
            segment if segment.saturating_add(in_samples(1)) >= rest => rest,
            segment => segment,
        };
        Some(Played {
            rate_hz: self.scale,
            skipped,
            length,
        })
    }
}

/// Of `mvhd` and `mdhd`, version 0 or 1.
fn scale_and_length(content: &[u8]) -> Option<(u32, u64)> {
    let (scale, length) = if *content.first()? == 1 {
        let length = u64::from(u32_at(content, 24)?) << 32 | u64::from(u32_at(content, 28)?);
        (u32_at(content, 20)?, length)
    } else {
        (u32_at(content, 12)?, u64::from(u32_at(content, 16)?))
    };
    let is_known = scale > 0 && !matches!(length, 0xFFFF_FFFF | u64::MAX);
    is_known.then_some((scale, length))
}

/// The entries of an edit list, version 0 or 1.
fn edits(content: &[u8]) -> Vec<(u64, i64)> {
    let is_long = content.first() == Some(&1);
    let entries = content.get(8..).unwrap_or_default();
    let number = |bytes: &[u8]| {
        let number = bytes
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        match bytes.len() {
            // A time of four bytes has a sign, too.
            4 => (number, i64::from(number as u32 as i32)),
            _ => (number, number as i64),
        }
    };
    let width = if is_long { 8 } else { 4 };
    let entries = entries.chunks_exact(2 * width + 4);
    let edit = |entry: &[u8]| {
        (
            number(&entry[..width]).0,
            number(&entry[width..2 * width]).1,
        )
    };
    entries.map(edit).collect()
}

#[cfg(test)]
mod tests {
    use super::{Played, Track, edits};

    fn track(length: u64, edits: &[(u64, i64)]) -> Track {
        Track {
            is_sound: true,
            scale: 48_000,
            length,
            edits: edits.to_vec(),
        }
    }

    #[test]
    fn the_recording_is_what_the_edit_plays() {
        for (length, edits, expected) in [
            // ffmpeg: 1024 samples before the recording, its length in milliseconds.
            (1024 + 48_001, &[(1_000, 1024)][..], Some((1024, 48_001))),
            // Other encoders count what fills the last packet to the media.
            (2112 + 49_152, &[(1_000, 2112)], Some((2112, 48_000))),
            (48_000, &[(0, 0)], Some((0, 48_000))),
            (48_000, &[], Some((0, 48_000))),
            // A delay.
            (48_000, &[(40, -1), (1_000, 0)], Some((0, 48_000))),
            (48_000, &[(500, 0), (500, 24_000)], None),
            (48_000, &[(500, 48_000)], None),
            (0, &[(500, 0)], None),
        ] {
            let expected = expected.map(|(skipped, length)| Played {
                rate_hz: 48_000,
                skipped,
                length,
            });
            assert_eq!(track(length, edits).played(1_000), expected, "{edits:?}");
        }
    }

    #[test]
    fn entries_of_both_versions_are_read() {
        let short = [
            &[0, 0, 0, 0, 0, 0, 0, 1][..],
            &1_000_u32.to_be_bytes(),
            &(-1_i32).to_be_bytes(),
            &[0, 1, 0, 0],
        ];
        assert_eq!(edits(&short.concat()), [(1_000, -1)]);
        let long = [
            &[1, 0, 0, 0, 0, 0, 0, 1][..],
            &1_000_u64.to_be_bytes(),
            &1_024_i64.to_be_bytes(),
            &[0, 1, 0, 0],
        ];
        assert_eq!(edits(&long.concat()), [(1_000, 1_024)]);
        assert_eq!(edits(&[0; 13]), []);
    }
}
