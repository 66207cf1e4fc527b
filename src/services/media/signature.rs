//! Detects the format of bytes by their signature. The crate `infer` is named only here.

use super::text::DecodedText;
use super::text::encoding::Encoding;
use super::{broadcast, mpeg_frames, text, zip};

/// The type of unrecognised bytes.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// Binary Office documents (Compound File Binary): all look alike, so the hints choose.
const OLE_SIGNATURE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const OLE_TYPES: [&str; 3] = [
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
];

/// Formats whose signature is readable text, so that text beginning like it is meant to be it.
const TEXT_WITH_SIGNATURE: [&str; 3] = [
    "application/pdf",
    "application/rtf",
    "application/postscript",
];

/// One name for each format, where several are about.
const SYNONYMS: [(&str, &str); 10] = [
    ("audio/x-wav", "audio/wav"),
    ("audio/x-flac", "audio/flac"),
    ("audio/x-aiff", "audio/aiff"),
    ("audio/m4a", "audio/mp4"),
    ("audio/opus", "audio/ogg"),
    ("video/x-m4v", "video/mp4"),
    ("text/rtf", "application/rtf"),
    ("application/x-javascript", "text/javascript"),
    ("application/javascript", "text/javascript"),
    ("image/jpg", "image/jpeg"),
];

/// How far into a file a PDF reader looks for `%PDF-` (ISO 32000-2, annex I).
const PDF_SEARCH_BYTES: usize = 1024;

/// A media type without parameters, in lower case, under its usual name.
pub(super) fn normal(media_type: &str) -> String {
    let without_parameters = media_type.split(';').next().unwrap_or_default();
    let essence = without_parameters.trim().to_ascii_lowercase();
    SYNONYMS
        .iter()
        .find(|(synonym, _)| *synonym == essence)
        .map_or(essence, |(_, usual)| (*usual).to_owned())
}

/// Whether files can be recognised as this media type, or as one of a family (`image/*`).
pub fn can_be_recognised(pattern: &str) -> bool {
    if let Some(family) = pattern.strip_suffix('*') {
        let whole = ["image/", "audio/", "video/", "text/", "application/"];
        return whole.contains(&family) || types().any(|known| known.starts_with(family));
    }
    let is_usual_name = normal(pattern) == pattern;
    // Texts are recognised by their content, not by `infer`.
    let is_known_to_infer = !pattern.starts_with("text/") && infer::is_mime_supported(pattern);
    is_usual_name && (types().any(|known| known == pattern) || is_known_to_infer)
}

/// The usual name of a media type that is known by several.
pub fn usual_name(media_type: &str) -> Option<String> {
    let usual = normal(media_type);
    (usual != media_type && can_be_recognised(&usual)).then_some(usual)
}

/// The types that are recognised here; `infer` adds those that only it knows.
fn types() -> impl Iterator<Item = &'static str> {
    let here = ["application/pdf", "application/x-ole-storage", UNKNOWN];
    let recordings = [
        "video/ogg",
        "audio/ogg",
        "video/webm",
        "audio/webm",
        "video/x-matroska",
        "audio/x-matroska",
        "audio/quicktime",
        "audio/3gpp",
        "audio/3gpp2",
        "audio/mpeg",
        // Of files that an earlier version took in; settings may still name it.
        "application/ogg",
    ];
    let usual = SYNONYMS.iter().map(|(_, usual)| *usual);
    here.into_iter()
        .chain(recordings)
        .chain(OLE_TYPES)
        .chain(usual)
        .chain(broadcast::types())
        .chain(text::types())
        .chain(zip::types())
}

/// The media type of a file by its first bytes; of a ZIP file by the names in its directory (`entries`).
pub(super) fn recognise(
    head: &[u8],
    is_whole: bool,
    entries: &[String],
    hints: &[String],
) -> String {
    let by_signature = signature(head, hints);
    let could_be_other = by_signature.is_some() || zip::begins(head);
    if let Some(found) = text::decode(head, could_be_other, hints) {
        return match by_signature {
            Some(known) if TEXT_WITH_SIGNATURE.contains(&known.as_str()) => known,
            _ => text_type(&found, head, is_whole, hints),
        };
    }
    if zip::begins(head) {
        return zip::recognise(head, entries).to_owned();
    }
    match by_signature {
        Some(known) if known == "application/pdf" => known,
        _ if text::hides_markup(head) => "text/html".to_owned(),
        _ if hides_pdf(head) => "application/pdf".to_owned(),
        None if mpeg_frames::first_frame(head).is_some() => "audio/mpeg".to_owned(),
        known => known.unwrap_or_else(|| UNKNOWN.to_owned()),
    }
}

/// The type of a text, with its encoding unless it is UTF-8.
fn text_type(found: &DecodedText, head: &[u8], is_whole: bool, hints: &[String]) -> String {
    // Of a text of unknown encoding only a part was decoded; markup may be in the rest.
    let media_type = if found.encoding == Encoding::Unknown && text::hides_markup(head) {
        "text/html"
    } else {
        text::recognise(&found.text, is_whole, hints)
    };
    if found.encoding == Encoding::Utf8 {
        media_type.to_owned()
    } else {
        format!("{media_type}; charset={}", found.encoding.charset())
    }
}

fn signature(head: &[u8], hints: &[String]) -> Option<String> {
    if head.starts_with(OLE_SIGNATURE) {
        let hinted = OLE_TYPES
            .iter()
            .find(|known| hints.iter().any(|hint| hint == *known));
        return Some((*hinted.unwrap_or(&"application/x-ole-storage")).to_owned());
    }
    if head.starts_with(b"OggS") {
        let has_picture = head
            .windows(7)
            .take(256)
            .any(|found| found == b"\x80theora");
        return Some(
            if has_picture {
                "video/ogg"
            } else {
                "audio/ogg"
            }
            .to_owned(),
        );
    }
    if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        let is_webm = head.windows(4).take(64).any(|found| found == b"webm");
        return Some(
            if is_webm {
                "video/webm"
            } else {
                "video/x-matroska"
            }
            .to_owned(),
        );
    }
    if mpeg_frames::begins_frame(head) {
        return Some("audio/mpeg".to_owned());
    }
    // `infer` reads ZIP entries with unchecked arithmetic; they are listed in `zip` instead.
    if zip::begins(head) {
        return None;
    }
    if let Some(known) = broadcast::recognise(head) {
        return Some(known.to_owned());
    }
    infer::get(head)
        .filter(|kind| kind.matcher_type() != infer::MatcherType::Text)
        .map(|kind| normal(kind.mime_type()))
}

fn hides_pdf(head: &[u8]) -> bool {
    head.windows(5)
        .take(PDF_SEARCH_BYTES)
        .any(|found| found == b"%PDF-")
}
