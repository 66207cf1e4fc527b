//! MP4, M4A, MOV and 3GP (ISO/IEC 14496-12, QuickTime): boxes that players need stay, all others
//! become `free` boxes of the same length, so that no offset changes.
//!
//! Tracks other than pictures and sound (positions of a drone or action camera, time codes, embedded
//! subtitles, in which drones write coordinates) are emptied together with their samples. Dates, names of
//! handlers and encoders are overwritten with zeros.

use super::edits::{Edits, Source};
use super::error::CopyError;
use super::sample_table;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::boxes::{BoxHeader, header};

/// The most boxes that are read.
const MAX_BOXES: u32 = 200_000;
/// Where the vendor is in a sample entry, from its start; four bytes.
const VENDOR: u64 = 20;
/// Where the name of the encoder is in the sample entry of a video track; 32 bytes.
const ENCODER_NAME: u64 = 50;

/// Which box the walk is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    File,
    Movie,
    Track,
    Media,
    MediaInformation,
    SampleTable,
    Fragment,
    TrackFragment,
}

/// What happens to a box.
enum Action {
    Keep,
    Enter(Level),
    ZeroDates,
    ZeroHandlerName,
    ZeroEncoderNames,
    ZeroContent,
    Drop,
}

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let mut walk = Walk {
        source,
        edits: Edits::default(),
        boxes: 0,
        has_fragments: false,
        tracks: 0,
    };
    walk.has_fragments = walk.find(0, source.length, b"moof")?.is_some();
    walk.level(Level::File, 0, source.length)?;
    if walk.tracks == 0 {
        return Err(ProcessingFailure::Damaged.into());
    }
    Ok(walk.edits)
}

struct Walk<'a> {
    source: &'a Source,
    edits: Edits,
    boxes: u32,
    has_fragments: bool,
    /// Tracks of pictures and sound.
    tracks: u32,
}

impl Walk<'_> {
    fn level(&mut self, level: Level, from: u64, end: u64) -> Result<(), CopyError> {
        let mut at = from;
        while let Some(found) = self.header(at, end)? {
            if &found.name == b"trak" && level == Level::Movie {
                self.track(at, &found)?;
            } else {
                self.apply(&action(level, &found.name), at, &found)?;
            }
            at = found.end;
        }
        // What follows the last box is no part of the format: cameras append their own data.
        if level == Level::File {
            self.edits.remove(at..end);
        } else {
            self.edits.blank(at..end);
        }
        Ok(())
    }

    fn header(&mut self, at: u64, end: u64) -> Result<Option<BoxHeader>, CopyError> {
        self.boxes += 1;
        if self.boxes > MAX_BOXES {
            return Err(ProcessingFailure::TooLarge.into());
        }
        Ok(header(&mut self.source.file(), at, end)?)
    }

    /// The first box of this name.
    fn find(
        &mut self,
        from: u64,
        end: u64,
        name: &[u8; 4],
    ) -> Result<Option<BoxHeader>, CopyError> {
        let mut at = from;
        while let Some(found) = self.header(at, end)? {
            if &found.name == name {
                return Ok(Some(found));
            }
            at = found.end;
        }
        Ok(None)
    }

    fn apply(&mut self, action: &Action, at: u64, found: &BoxHeader) -> Result<(), CopyError> {
        match action {
            Action::Keep => {}
            Action::Enter(level) => self.level(*level, found.content, found.end)?,
            Action::ZeroDates => {
                let is_long = self.source.read(found.content, 1)? == [1];
                let dates = found.content + 4..found.content + if is_long { 20 } else { 12 };
                if dates.end > found.end {
                    return Err(ProcessingFailure::Damaged.into());
                }
                self.edits.blank(dates);
            }
            Action::ZeroHandlerName => {
                let name = (found.content + 12).min(found.end);
                self.edits.blank(name..found.end);
            }
            Action::ZeroEncoderNames => self.encoder_names(found)?,
            Action::ZeroContent => self.edits.blank(found.content..found.end),
            Action::Drop => {
                self.edits.overwrite(at + 4, b"free");
                self.edits.blank(found.content..found.end);
            }
        }
        Ok(())
    }

    /// Keeps a track of pictures or sound; empties any other with its samples.
    fn track(&mut self, at: u64, track: &BoxHeader) -> Result<(), CopyError> {
        if self.is_shown_or_heard(track)? {
            self.tracks += 1;
            return self.level(Level::Track, track.content, track.end);
        }
        if self.has_fragments {
            return Err(ProcessingFailure::Unsupported.into());
        }
        let media = self.find(track.content, track.end, b"mdia")?;
        if let Some(media) = media
            && let Some(information) = self.find(media.content, media.end, b"minf")?
            && let Some(table) = self.find(information.content, information.end, b"stbl")?
        {
            for chunk in sample_table::chunks(self.source, &table)? {
                self.edits.blank(chunk);
            }
        }
        self.apply(&Action::Drop, at, track)
    }

    fn is_shown_or_heard(&mut self, track: &BoxHeader) -> Result<bool, CopyError> {
        let Some(media) = self.find(track.content, track.end, b"mdia")? else {
            return Ok(false);
        };
        let Some(handler) = self.find(media.content, media.end, b"hdlr")? else {
            return Ok(false);
        };
        let kind = self.source.read(handler.content + 8, 4)?;
        Ok(matches!(kind.as_slice(), b"vide" | b"soun"))
    }

    /// Vendor and encoder in the descriptions of samples.
    fn encoder_names(&mut self, found: &BoxHeader) -> Result<(), CopyError> {
        let mut at = found.content + 8;
        while let Some(entry) = self.header(at, found.end)? {
            if at + VENDOR + 4 <= entry.end {
                self.edits.blank(at + VENDOR..at + VENDOR + 4);
            }
            // Entries of sound have other data in this place, which does not look like a name.
            let name = self.source.read_up_to(at + ENCODER_NAME, 32)?;
            let fits = at + ENCODER_NAME + 32 <= entry.end;
            let is_name = name.split_first().is_some_and(|(length, text)| {
                (1..=31).contains(length)
                    && text
                        .iter()
                        .take(usize::from(*length))
                        .all(|byte| *byte >= b' ')
                    && text
                        .iter()
                        .skip(usize::from(*length))
                        .all(|byte| *byte == 0)
            });
            if fits && is_name {
                self.edits.blank(at + ENCODER_NAME..at + ENCODER_NAME + 32);
            }
            at = entry.end;
        }
        Ok(())
    }
}

/// The parts that players need. Everything that is not named is dropped.
fn action(level: Level, name: &[u8; 4]) -> Action {
    match (level, name) {
        (_, b"free" | b"skip" | b"wide") => Action::ZeroContent,
        (Level::File, b"moov") => Action::Enter(Level::Movie),
        (Level::File, b"moof") => Action::Enter(Level::Fragment),
        (Level::Track, b"mdia") => Action::Enter(Level::Media),
        (Level::Media, b"minf") => Action::Enter(Level::MediaInformation),
        (Level::MediaInformation, b"stbl") => Action::Enter(Level::SampleTable),
        (Level::Fragment, b"traf") => Action::Enter(Level::TrackFragment),
        (Level::Movie, b"mvhd") | (Level::Track, b"tkhd") | (Level::Media, b"mdhd") => {
            Action::ZeroDates
        }
        (Level::Media | Level::MediaInformation, b"hdlr") => Action::ZeroHandlerName,
        (Level::SampleTable, b"stsd") => Action::ZeroEncoderNames,
        (Level::File, b"ftyp" | b"styp" | b"sidx" | b"ssix" | b"pdin" | b"mfra" | b"mdat")
        | (Level::Movie, b"mvex" | b"iods")
        | (Level::Track, b"edts" | b"tapt" | b"load" | b"clip" | b"matt")
        | (Level::Media, b"elng")
        | (Level::MediaInformation, b"vmhd" | b"smhd" | b"dinf")
        | (
            Level::SampleTable,
            b"stts" | b"ctts" | b"cslg" | b"stsc" | b"stsz" | b"stz2" | b"stco" | b"co64" | b"stss"
            | b"stps" | b"stsh" | b"sdtp" | b"sbgp" | b"sgpd" | b"subs" | b"saiz" | b"saio"
            | b"padb" | b"stdp",
        )
        | (Level::Fragment, b"mfhd")
        | (
            Level::TrackFragment,
            b"tfhd" | b"tfdt" | b"trun" | b"sdtp" | b"sbgp" | b"sgpd" | b"subs" | b"saiz" | b"saio"
            | b"senc",
        ) => Action::Keep,
        _ => Action::Drop,
    }
}
