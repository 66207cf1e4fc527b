//! Ogg (RFC 3533) with Vorbis, Opus, FLAC, Theora or Speex: the comments of every stream are replaced by
//! empty ones of the same length, and the checksums of their pages are computed anew.

use std::collections::HashMap;

use super::edits::{Edits, Source};
use super::error::CopyError;
use crate::domain::asset::ProcessingFailure;

/// The most pages that are read: a day of sound.
const MAX_PAGES: u32 = 20_000_000;
/// The longest comments with covers.
const MAX_COMMENT_BYTES: usize = 64 << 20;
/// Pages with headers have no end of a packet with sound.
const BEGINNING_OF_STREAM: u8 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Codec {
    Vorbis,
    Opus,
    Flac,
    Theora,
    Speex,
}

/// A logical stream until its comments have been read.
struct Stream {
    codec: Codec,
    /// Whole packets seen.
    packets: usize,
    /// Bytes of the present header packet, and where each is in the file.
    packet: Vec<u8>,
    places: Vec<u64>,
    is_done: bool,
}

struct Page {
    at: u64,
    header: Vec<u8>,
    body: Vec<u8>,
}

pub(super) fn edits(source: &Source) -> Result<Edits, CopyError> {
    let mut streams: HashMap<Vec<u8>, Stream> = HashMap::new();
    // Changed bytes by their place, and the pages that hold headers.
    let mut changed: Vec<(u64, u8)> = Vec::new();
    let mut header_pages = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_PAGES {
        let Some(page) = page(source, at)? else {
            break;
        };
        let end = at + (page.header.len() + page.body.len()) as u64;
        let serial = page.header[14..18].to_vec();
        if page.header[5] & BEGINNING_OF_STREAM != 0 {
            let codec = codec(&page.body).ok_or(ProcessingFailure::Unsupported)?;
            streams.insert(serial, Stream::new(codec));
        } else {
            let stream = streams.get_mut(&serial).ok_or(ProcessingFailure::Damaged)?;
            if !stream.is_done {
                changed.extend(stream.take(&page)?);
                header_pages.push(page);
            }
        }
        at = end;
    }
    if streams.is_empty() || streams.values().any(|stream| !stream.is_done) {
        return Err(ProcessingFailure::Damaged.into());
    }
    let mut edits = page_edits(header_pages, changed);
    edits.remove(at..source.length);
    Ok(edits)
}

impl Stream {
    fn new(codec: Codec) -> Self {
        Self {
            codec,
            packets: 1,
            packet: Vec::new(),
            places: Vec::new(),
            is_done: false,
        }
    }

    /// Adds the segments of a page; gives the changed bytes of packets that end in it.
    fn take(&mut self, page: &Page) -> Result<Vec<(u64, u8)>, CopyError> {
        let mut changed = Vec::new();
        let body_at = page.at + page.header.len() as u64;
        let mut from = 0;
        for lacing in &page.header[27..] {
            let end = from + usize::from(*lacing);
            self.packet.extend(&page.body[from..end]);
            self.places
                .extend((from..end).map(|index| body_at + index as u64));
            if self.packet.len() > MAX_COMMENT_BYTES {
                return Err(ProcessingFailure::TooLarge.into());
            }
            from = end;
            if *lacing < 255 && !self.is_done {
                let packet = std::mem::take(&mut self.packet);
                let places = std::mem::take(&mut self.places);
                let emptied = self.emptied(&packet)?;
                self.packets += 1;
                if let Some(emptied) = emptied {
                    changed.extend(places.into_iter().zip(emptied));
                }
            }
        }
        Ok(changed)
    }

    /// The header packet without what it tells; `None` when it stays.
    fn emptied(&mut self, packet: &[u8]) -> Result<Option<Vec<u8>>, CopyError> {
        let is_comment = self.packets == 1;
        let damaged = ProcessingFailure::Damaged;
        let (magic, end): (&[u8], &[u8]) = match self.codec {
            Codec::Vorbis => (b"\x03vorbis", &[1]),
            Codec::Opus => (b"OpusTags", &[]),
            Codec::Theora => (b"\x81theora", &[]),
            Codec::Speex => (b"", &[]),
            Codec::Flac => return self.emptied_flac(packet),
        };
        self.is_done = true;
        if !is_comment || !packet.starts_with(magic) {
            return Err(damaged.into());
        }
        let comments = empty_comments(packet.len(), magic, end).ok_or(damaged)?;
        Ok(Some(comments))
    }

    /// FLAC in Ogg: one packet for each metadata block, comments first (RFC 9639, section 10.1).
    fn emptied_flac(&mut self, packet: &[u8]) -> Result<Option<Vec<u8>>, CopyError> {
        const PADDING: u8 = 1;
        let &[kind, a, b, c, ..] = packet else {
            return Err(ProcessingFailure::Damaged.into());
        };
        // A frame begins with its synchronisation code.
        if kind == 0xFF {
            self.is_done = true;
            return Ok(None);
        }
        self.is_done = kind & 0x80 != 0;
        match kind & 0x7F {
            4 => {
                let magic = [kind, a, b, c];
                let comments = empty_comments(packet.len(), &magic, &[]);
                Ok(Some(comments.ok_or(ProcessingFailure::Damaged)?))
            }
            0 | 3 => Ok(None),
            _ => {
                let mut padding = vec![0; packet.len()];
                padding[..4].copy_from_slice(&[kind & 0x80 | PADDING, a, b, c]);
                Ok(Some(padding))
            }
        }
    }
}

/// A comment header of this length without comments: the vendor string is spaces.
fn empty_comments(length: usize, magic: &[u8], end: &[u8]) -> Option<Vec<u8>> {
    let spaces = length.checked_sub(magic.len() + 8 + end.len())?;
    let mut comments = magic.to_vec();
    comments.extend(u32::try_from(spaces).ok()?.to_le_bytes());
    comments.resize(comments.len() + spaces, b' ');
    comments.extend([0; 4]);
    comments.extend(end);
    Some(comments)
}

fn codec(first_packet: &[u8]) -> Option<Codec> {
    let codecs: [(&[u8], Codec); 5] = [
        (b"\x01vorbis", Codec::Vorbis),
        (b"OpusHead", Codec::Opus),
        (b"\x7fFLAC", Codec::Flac),
        (b"\x80theora", Codec::Theora),
        (b"Speex   ", Codec::Speex),
    ];
    let mut codecs = codecs.into_iter();
    codecs
        .find(|(magic, _)| first_packet.starts_with(magic))
        .map(|(_, codec)| codec)
}

fn page(source: &Source, at: u64) -> Result<Option<Page>, CopyError> {
    let head = source.read_up_to(at, 27)?;
    if head.len() < 27 || !head.starts_with(b"OggS") {
        return Ok(None);
    }
    let header = source.read_up_to(at, 27 + usize::from(head[26]))?;
    let length = header
        .iter()
        .skip(27)
        .map(|lacing| usize::from(*lacing))
        .sum();
    let body = source.read_up_to(at + header.len() as u64, length)?;
    // A page that is cut off belongs to an interrupted recording.
    let is_whole = header.len() == 27 + usize::from(head[26]) && body.len() == length;
    Ok(is_whole.then_some(Page { at, header, body }))
}

fn page_edits(pages: Vec<Page>, changed: Vec<(u64, u8)>) -> Edits {
    let changed: HashMap<u64, u8> = changed.into_iter().collect();
    let mut edits = Edits::default();
    for mut page in pages {
        let body_at = page.at + page.header.len() as u64;
        let mut is_changed = false;
        for (index, byte) in page.body.iter_mut().enumerate() {
            if let Some(new) = changed.get(&(body_at + index as u64)) {
                is_changed |= byte != new;
                *byte = *new;
            }
        }
        if is_changed {
            page.header[22..26].fill(0);
            let checksum = checksum(&page.header, &page.body);
            page.header[22..26].copy_from_slice(&checksum.to_le_bytes());
            edits.overwrite(page.at, &[page.header, page.body].concat());
        }
    }
    edits
}

/// The checksum of a page: polynomial 0x04c11db7, not reflected, from zero.
fn checksum(header: &[u8], body: &[u8]) -> u32 {
    let bytes = header.iter().chain(body);
    bytes.fold(0, |checksum, byte| {
        (0..8).fold(checksum ^ u32::from(*byte) << 24, |sum, _| {
            sum << 1
                ^ if sum & 0x8000_0000 == 0 {
                    0
                } else {
                    0x04C1_1DB7
                }
        })
    })
}
