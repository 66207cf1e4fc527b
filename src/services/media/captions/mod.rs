//! Captions: read from WebVTT, SubRip and TTML, checked line by line, and written as WebVTT, which every player reads.
//!
//! What cannot be read is left out and reported with its line and reason; the rest is shown. A file of another kind has no
//! cues. Entities that a TTML document defines are not replaced, and its styles are dropped: they may name other files.
//!
//! Standards: WebVTT (W3C), TTML 2 (W3C); SubRip as players read it.

mod blocks;
mod cue;
mod ttml;
mod write;

pub use cue::{CaptionFault, CaptionProblem, Captions, Cue};

/// The most bytes of captions that are read: more than a day of speech.
const MAX_BYTES: u64 = 4 << 20;

/// Whether captions can be read from files of this media type, without its parameters, and this size.
pub fn can_read(media_type: &str, size: u64) -> bool {
    let is_known = matches!(
        media_type,
        "text/vtt" | "application/x-subrip" | "application/ttml+xml"
    );
    is_known && size <= MAX_BYTES
}

/// Reads captions of a media type that [`can_read`].
pub fn read(text: &str, media_type: &str) -> Captions {
    match media_type {
        "application/ttml+xml" => ttml::read(text),
        "text/vtt" => blocks::read_webvtt(text),
        _ => blocks::read_subrip(text),
    }
}
