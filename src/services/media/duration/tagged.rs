//! Formats that the crate `lofty` reads, which is named only here.
//!
//! AIFF, FLAC and Ogg (Vorbis, Opus, Speex) state their length exactly; MP3 does so with a Xing
//! or VBRI header, otherwise it follows from bit rate and file size, as `ffprobe` does it too.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile as _, FileType};

/// The duration in milliseconds, if the format states it.
pub(super) fn duration_ms(path: &Path, media_type: &str) -> Option<u64> {
    let file_type = match media_type {
        "audio/mpeg" => Some(FileType::Mpeg),
        "audio/aiff" => Some(FileType::Aiff),
        "audio/flac" => Some(FileType::Flac),
        "audio/aac" => Some(FileType::Aac),
        // Which codec is inside decides how it is measured.
        "audio/ogg" => None,
        _ => return None,
    };
    let options = ParseOptions::new()
        .read_tags(false)
        .read_cover_art(false)
        .parsing_mode(ParsingMode::Relaxed);
    let reader = BufReader::new(File::open(path).ok()?);
    let probe = match file_type {
        Some(known) => lofty::probe::Probe::with_file_type(reader, known),
        None => lofty::probe::Probe::new(reader).guess_file_type().ok()?,
    };
    let measured = probe.options(options).read().ok()?;
    let millis = measured.properties().duration().as_millis();
    u64::try_from(millis).ok().filter(|millis| *millis > 0)
}
