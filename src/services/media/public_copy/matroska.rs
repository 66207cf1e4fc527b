//! WebM and Matroska (RFC 9559): elements that players need stay, all others become `Void` of the same
//! length, so that no position changes.
//!
//! Tags, attachments, chapters, titles, dates and names of programs go. So do tracks other than pictures
//! and sound, with their blocks in the clusters. Checksums go because what they cover has changed.

use std::collections::HashSet;
use std::ops::Range;

use super::edits::{Edits, Source};
use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const CUES: u32 = 0x1C53_BB6B;
const TAGS: u32 = 0x1254_C367;
const ATTACHMENTS: u32 = 0x1941_A469;
const CHAPTERS: u32 = 0x1043_A770;
const VOID: u32 = 0xEC;
const TIMESTAMP_SCALE: u32 = 0x002A_D7B1;
const DURATION: u32 = 0x4489;
const MUXING_APP: u32 = 0x4D80;
const WRITING_APP: u32 = 0x5741;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const TRACK_TYPE: u32 = 0x83;
const TRACK_NAME: u32 = 0x536E;
const CRC_32: u32 = 0xBF;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const CLUSTER_TIMESTAMP: u32 = 0xE7;
const PREVIOUS_SIZE: u32 = 0xAB;
const POSITION: u32 = 0xA7;

/// Elements of the segment: where one of these begins, a cluster of unknown length has ended.
const OF_SEGMENT: [u32; 8] = [
    SEEK_HEAD,
    INFO,
    TRACKS,
    CLUSTER,
    CUES,
    TAGS,
    ATTACHMENTS,
    CHAPTERS,
];
/// Nanoseconds of a unit of time where nothing is stated.
const DEFAULT_TIMESTAMP_SCALE: u64 = 1_000_000;
/// The most elements that are read: a film of a day has about ten million blocks.
const MAX_ELEMENTS: u32 = 20_000_000;

struct Element {
    id: u32,
    at: u64,
    content: u64,
    /// `None` when its length is unknown, as in a live recording.
    end: Option<u64>,
}

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let mut walk = Walk::new(source);
    let mut at = 0;
    while let Some(element) = walk.element(at, source.length)? {
        let end = element.end.unwrap_or(source.length).min(source.length);
        match element.id {
            EBML => {}
            SEGMENT => walk.segment(element.content, end)?,
            _ => walk.drop(&element, end)?,
        }
        at = end;
    }
    walk.edits.remove(at..source.length);
    if !walk.has_tracks {
        return Err(ProcessingFailure::Damaged.into());
    }
    Ok(walk.edits)
}

/// Whether there is a track of pictures; `None` when there is no list of tracks.
pub(super) fn has_pictures(source: &Source) -> Result<Option<bool>, CopyError> {
    let mut walk = Walk::new(source);
    let Some(segment) = walk.child(0, source.length, SEGMENT)? else {
        return Ok(None);
    };
    let end = segment.end.unwrap_or(source.length).min(source.length);
    let Some(tracks) = walk.child(segment.content, end, TRACKS)? else {
        return Ok(None);
    };
    let end = walk.inside(&tracks, end)?;
    let mut has_pictures = false;
    walk.children(tracks.content, end, |walk, element, end| {
        if element.id == TRACK_ENTRY
            && let Some(kind) = walk.child(element.content, end, TRACK_TYPE)?
        {
            let kind_end = walk.inside(&kind, end)?;
            has_pictures |= walk.number(kind.content..kind_end)? == 1;
        }
        Ok(())
    })?;
    Ok(Some(has_pictures))
}

/// The stated duration in milliseconds; `None` when there is none, as in a live recording.
pub(super) fn duration_ms(source: &Source) -> Result<Option<u64>, CopyError> {
    let mut walk = Walk::new(source);
    let Some(segment) = walk.child(0, source.length, SEGMENT)? else {
        return Ok(None);
    };
    let end = segment.end.unwrap_or(source.length).min(source.length);
    let Some(info) = walk.child(segment.content, end, INFO)? else {
        return Ok(None);
    };
    let end = walk.inside(&info, end)?;
    let scale = match walk.child(info.content, end, TIMESTAMP_SCALE)? {
        Some(scale) => walk.number(scale.content..walk.inside(&scale, end)?)?,
        None => DEFAULT_TIMESTAMP_SCALE,
    };
    let Some(duration) = walk.child(info.content, end, DURATION)? else {
        return Ok(None);
    };
    let bytes = duration.content..walk.inside(&duration, end)?;
    let length = bytes.end - bytes.start;
    let bits = walk.number(bytes)?;
    let units = match length {
        4 => f64::from(f32::from_bits(bits as u32)),
        8 => f64::from_bits(bits),
        _ => return Ok(None),
    };
    let millis = (units * scale as f64 / 1e6).round();
    Ok((millis.is_finite() && millis >= 1.0).then_some(millis as u64))
}

struct Walk<'a> {
    source: &'a Source,
    edits: Edits,
    elements: u32,
    dropped_tracks: HashSet<u64>,
    has_tracks: bool,
}

impl<'a> Walk<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            edits: Edits::default(),
            elements: 0,
            dropped_tracks: HashSet::new(),
            has_tracks: false,
        }
    }

    fn segment(&mut self, from: u64, end: u64) -> Result<(), CopyError> {
        let mut at = from;
        while let Some(element) = self.element(at, end)? {
            if element.id == CLUSTER {
                at = self.cluster(element.content, element.end.unwrap_or(end).min(end))?;
                continue;
            }
            let Some(element_end) = element.end.filter(|element_end| *element_end <= end) else {
                // Cut off: the rest belongs to nothing.
                break;
            };
            match element.id {
                SEEK_HEAD | CUES => {}
                INFO => self.info(element.content, element_end)?,
                TRACKS => self.tracks(element.content, element_end)?,
                _ => self.drop(&element, element_end)?,
            }
            at = element_end;
        }
        self.void_rest(at, end);
        Ok(())
    }

    fn info(&mut self, from: u64, end: u64) -> Result<(), CopyError> {
        self.children(from, end, |walk, element, end| {
            match element.id {
                TIMESTAMP_SCALE | DURATION => {}
                // Required; spaces tell nothing.
                MUXING_APP | WRITING_APP => {
                    let length = usize::try_from(end - element.content).unwrap_or(0);
                    walk.edits.overwrite(element.content, &vec![b' '; length]);
                }
                _ => walk.drop(element, end)?,
            }
            Ok(())
        })
    }

    fn tracks(&mut self, from: u64, end: u64) -> Result<(), CopyError> {
        self.children(from, end, |walk, element, end| match element.id {
            TRACK_ENTRY => walk.track(element, end),
            _ => walk.drop(element, end),
        })
    }

    fn track(&mut self, entry: &Element, end: u64) -> Result<(), CopyError> {
        let (mut number, mut kind) = (None, None);
        let mut at = entry.content;
        while let Some(element) = self.element(at, end)? {
            let element_end = self.inside(&element, end)?;
            match element.id {
                TRACK_NUMBER => number = Some(self.number(element.content..element_end)?),
                TRACK_TYPE => kind = Some(self.number(element.content..element_end)?),
                _ => {}
            }
            at = element_end;
        }
        let number = number.ok_or(ProcessingFailure::Damaged)?;
        if !matches!(kind, Some(1 | 2)) {
            self.dropped_tracks.insert(number);
            return self.drop(entry, end);
        }
        self.has_tracks = true;
        self.children(entry.content, end, |walk, element, end| match element.id {
            TRACK_NAME | CRC_32 | VOID => walk.drop(element, end),
            _ => Ok(()),
        })
    }

    /// Returns where the cluster ends.
    fn cluster(&mut self, from: u64, end: u64) -> Result<u64, CopyError> {
        let mut at = from;
        while let Some(element) = self.element(at, end)? {
            if OF_SEGMENT.contains(&element.id) {
                break;
            }
            let Some(element_end) = element.end.filter(|element_end| *element_end <= end) else {
                break;
            };
            match element.id {
                CLUSTER_TIMESTAMP | PREVIOUS_SIZE | POSITION => {}
                SIMPLE_BLOCK => self.block(&element, &element, element_end)?,
                BLOCK_GROUP => {
                    let block = self.child(element.content, element_end, BLOCK)?;
                    let block = block.ok_or(ProcessingFailure::Damaged)?;
                    self.block(&element, &block, element_end)?;
                }
                _ => self.drop(&element, element_end)?,
            }
            at = element_end;
        }
        Ok(at)
    }

    /// Drops an element whose block is of a dropped track.
    fn block(&mut self, whole: &Element, block: &Element, end: u64) -> Result<(), CopyError> {
        if self.dropped_tracks.is_empty() {
            return Ok(());
        }
        let head = self.source.read_up_to(block.content, 8)?;
        let (track, _) = variable(&head).ok_or(ProcessingFailure::Damaged)?;
        if self.dropped_tracks.contains(&track) {
            self.drop(whole, end)?;
        }
        Ok(())
    }

    fn child(&mut self, from: u64, end: u64, id: u32) -> Result<Option<Element>, CopyError> {
        let mut at = from;
        while let Some(element) = self.element(at, end)? {
            if element.id == id {
                return Ok(Some(element));
            }
            at = self.inside(&element, end)?;
        }
        Ok(None)
    }

    fn children(
        &mut self,
        from: u64,
        end: u64,
        mut visit: impl FnMut(&mut Self, &Element, u64) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        let mut at = from;
        while let Some(element) = self.element(at, end)? {
            let element_end = self.inside(&element, end)?;
            visit(self, &element, element_end)?;
            at = element_end;
        }
        self.void_rest(at, end);
        Ok(())
    }

    fn inside(&self, element: &Element, end: u64) -> Result<u64, CopyError> {
        let inside = element.end.filter(|element_end| *element_end <= end);
        inside.ok_or(ProcessingFailure::Damaged.into())
    }

    fn number(&self, range: Range<u64>) -> Result<u64, CopyError> {
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let bytes = self.source.read(range.start, length.min(8))?;
        Ok(bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn element(&mut self, at: u64, end: u64) -> Result<Option<Element>, CopyError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(ProcessingFailure::TooLarge.into());
        }
        if at >= end {
            return Ok(None);
        }
        let head = self.source.read_up_to(at, 12)?;
        let id_length = head
            .first()
            .map_or(9, |first| first.leading_zeros() as usize + 1);
        let (Some(id), Some(rest)) = (head.get(..id_length), head.get(id_length..)) else {
            return Ok(None);
        };
        if id_length > 4 {
            return Ok(None);
        }
        let Some((size, size_length)) = variable(rest) else {
            return Ok(None);
        };
        let content = at + (id_length + size_length) as u64;
        let is_unknown = size == (1 << (7 * size_length)) - 1;
        Ok(Some(Element {
            id: id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte)),
            at,
            content,
            end: (!is_unknown).then(|| content.saturating_add(size)),
        }))
    }

    /// Turns an element into `Void`.
    fn drop(&mut self, element: &Element, end: u64) -> Result<(), CopyError> {
        let length = end - element.at;
        if length < 2 {
            return Err(ProcessingFailure::Damaged.into());
        }
        let header = void_header(length);
        let content = element.at + header.len() as u64;
        self.edits.overwrite(element.at, &header);
        self.edits.blank(content..end);
        Ok(())
    }

    /// Bytes that are no element.
    fn void_rest(&mut self, at: u64, end: u64) {
        if end > at + 1 {
            let header = void_header(end - at);
            self.edits.overwrite(at, &header);
            self.edits.blank(at + header.len() as u64..end);
        } else {
            self.edits.blank(at..end.max(at));
        }
    }
}

/// The header of a `Void` element of this length, header included.
fn void_header(length: u64) -> Vec<u8> {
    let mut header = vec![0xEC];
    if length <= 128 {
        header.push(0x80 | (length - 2) as u8);
    } else {
        header.extend(((1 << 56) | (length - 9)).to_be_bytes());
    }
    header
}

/// A number of variable length (RFC 8794, section 4) and its length.
fn variable(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let digits = bytes.get(..length).filter(|_| length <= 8)?;
    let value = digits
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    Some((value & ((1 << (7 * length)) - 1), length))
}
