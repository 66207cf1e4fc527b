//! Recipes and purposes of renditions.
//!
//! A recipe names how a rendition was made, with a version: `preview-400/1`; of an image with redacted regions also
//! which ones they were: `redacted-0f…/preview-400/1`. What a rendition may be used for, its purposes, follows from its
//! recipe and the regions that are redacted now, and only from here: delivery never chooses a rendition by its size
//! alone, and never one that shows what is redacted.

use std::cmp::Ordering;

use crate::domain::asset::RedactionId;

/// The sizes of previews, by the longer side in pixels, from large to small.
pub const PREVIEW_SIDES_PX: [u32; 3] = [1600, 400, 200];

/// The version of the preview recipes. It is incremented when the same image would give other bytes.
pub const PREVIEW_VERSION: u32 = 1;

/// The version of the public copies of sound and film. 2: MP3 without the bytes before its first frame.
const PUBLIC_COPY_VERSION: u32 = 2;

/// The version of the texts of documents.
const TEXT_VERSION: u32 = 1;

/// The name of the recipes of texts.
pub const TEXT: &str = "text";

/// The name of the recipes of places of words.
const TEXT_LAYOUT: &str = "text-layout";

const PUBLIC_COPY_PREFIX: &str = "public-copy/";
const PREVIEW_PREFIX: &str = "preview-";
const REDACTED_PREFIX: &str = "redacted-";
const STAFF_PREFIX: &str = "staff-";
const BROADCAST_PREFIX: &str = "broadcast/";
const BROADCAST_REPORT_PREFIX: &str = "broadcast-report/";

/// The recipe of what was measured of a sound.
pub const SOUND_REPORT: &str = "sound-report/1";
/// The recipe of the shape of a sound as numbers.
pub const WAVEFORM: &str = "waveform/1";
/// The recipe of the shape of a sound as a picture.
pub const WAVEFORM_PICTURE: &str = "waveform-picture/1";

/// What a rendition may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The copy that the public downloads in place of the original.
    PublicCopy,
    /// A small copy to show in lists and on pages.
    Preview,
    /// A copy for those who may download the original.
    Staff,
    /// What a document says, for search and for those who may download the file.
    Text,
    /// Where each word of a scan stands, and with what confidence it was read.
    TextLayout,
    /// What was measured of a sound, for the archive itself.
    SoundReport,
    /// The shape of a sound as numbers, for those who get the sound.
    Waveform,
    /// The same as a picture.
    WaveformPicture,
    /// A copy for stations, for those who get the sound.
    Broadcast,
    /// What came of making one, for the archive itself.
    BroadcastReport,
}

/// The recipe of a preview of this size, with these regions redacted.
pub fn preview(side_px: u32, redaction: Option<RedactionId>) -> String {
    let redacted = redaction.map(redacted_prefix).unwrap_or_default();
    format!("{redacted}{PREVIEW_PREFIX}{side_px}/{PREVIEW_VERSION}")
}

fn redacted_prefix(redaction: RedactionId) -> String {
    format!("{REDACTED_PREFIX}{}/", redaction.to_hex())
}

/// The rest of a recipe that redacts exactly these regions.
fn with_redaction(recipe: &str, redaction: Option<RedactionId>) -> Option<&str> {
    match redaction {
        Some(redaction) => recipe.strip_prefix(&redacted_prefix(redaction)),
        None => Some(recipe),
    }
}

/// The recipe of a copy of sound or film without places and owners.
pub fn public_copy() -> String {
    format!("{PUBLIC_COPY_PREFIX}{PUBLIC_COPY_VERSION}")
}

/// The recipe of the text of a document, read by the archive or by a program: `text/1+pdftotext-22.12.0`.
pub fn text(program: Option<&str>) -> String {
    let recipe = format!("{TEXT}/{TEXT_VERSION}");
    program.map_or_else(|| recipe.clone(), |program| format!("{recipe}+{program}"))
}

/// Whether a text was recognised in images.
pub fn is_recognised(recipe: &str) -> bool {
    let is_text = recipe.split('/').next() == Some(TEXT);
    is_text && recipe.contains("+tesseract-")
}

/// The recipe of the places of words that a program recognised.
pub fn text_layout(program: &str) -> String {
    format!("{TEXT_LAYOUT}/{TEXT_VERSION}+{program}")
}

/// The recipe of a copy for stations by a profile, of which `digest` names the content.
pub fn broadcast_copy(profile: &str, digest: &str) -> String {
    format!("{BROADCAST_PREFIX}{profile}/{digest}")
}

/// The recipe of what came of making such a copy.
pub fn broadcast_report(profile: &str, digest: &str) -> String {
    format!("{BROADCAST_REPORT_PREFIX}{profile}/{digest}")
}

/// The name under which a failure is recorded: the recipe and the version of the program, because another version
/// may succeed.
pub fn attempt(recipe: &str) -> String {
    format!("{recipe} {}", env!("CARGO_PKG_VERSION"))
}

/// Whether a failure was recorded by another version than this one.
pub fn is_attempt_of_another_version(attempt: &str) -> bool {
    let version = attempt.split_once(' ').map(|(_, version)| version);
    version != Some(env!("CARGO_PKG_VERSION"))
}

/// Which of two recipes is the newer one: numbers in them count as numbers, so `24.12.0` is after `24.2.0`.
pub fn compare_versions(one: &str, other: &str) -> Ordering {
    version_parts(one).cmp(version_parts(other))
}

/// Digits without leading zeros, by their count first, and what is between them.
fn version_parts(recipe: &str) -> impl Iterator<Item = (usize, &[u8])> {
    let parts = recipe
        .as_bytes()
        .chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit());
    parts.map(|part| {
        if !part[0].is_ascii_digit() {
            return (0, part);
        }
        let zeros = part.iter().take_while(|digit| **digit == b'0').count();
        (part.len() - zeros, &part[zeros..])
    })
}

/// Whether this is the recipe of a preview of this size with these regions redacted, in any version.
pub fn is_preview_of(recipe: &str, side_px: u32, redaction: Option<RedactionId>) -> bool {
    with_redaction(recipe, redaction)
        .and_then(|recipe| recipe.strip_prefix(PREVIEW_PREFIX))
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(side, _)| side.parse() == Ok(side_px))
}

/// Whether a rendition of this recipe may be used for a purpose while these regions are redacted. A rendition of an
/// unknown recipe may not be used for anything.
pub fn serves(recipe: &str, purpose: Purpose, redaction: Option<RedactionId>) -> bool {
    with_redaction(recipe, redaction).is_some_and(|recipe| purposes(recipe).contains(&purpose))
}

/// Previews are rendered from pixels alone, so the largest is also the public copy.
fn purposes(recipe: &str) -> &'static [Purpose] {
    if recipe.starts_with(PREVIEW_PREFIX) {
        &[Purpose::PublicCopy, Purpose::Preview]
    } else if recipe.starts_with(PUBLIC_COPY_PREFIX) {
        &[Purpose::PublicCopy]
    } else if recipe.starts_with(STAFF_PREFIX) {
        &[Purpose::Staff]
    } else if recipe.split('/').next() == Some(TEXT) {
        &[Purpose::Text]
    } else if recipe.split('/').next() == Some(TEXT_LAYOUT) {
        &[Purpose::TextLayout]
    } else if recipe.starts_with(BROADCAST_PREFIX) {
        &[Purpose::Broadcast]
    } else if recipe.starts_with(BROADCAST_REPORT_PREFIX) {
        &[Purpose::BroadcastReport]
    } else {
        match recipe {
            SOUND_REPORT => &[Purpose::SoundReport],
            WAVEFORM => &[Purpose::Waveform],
            WAVEFORM_PICTURE => &[Purpose::WaveformPicture],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{PREVIEW_SIDES_PX, Purpose, compare_versions, is_preview_of, serves};
    use crate::domain::asset::{File, FileRole, MediaFacts, Region};
    use crate::domain::{LanguageMap, Sha256, Timestamp};

    #[test]
    fn purposes_follow_from_the_recipe() {
        for (recipe, public, preview, staff) in [
            ("preview-1600/1", true, true, false),
            ("preview-200/7", true, true, false),
            ("public-copy/1", true, false, false),
            ("staff-4000/1", false, false, true),
            ("watermarked-4000/1", false, false, false),
            ("", false, false, false),
        ] {
            assert_eq!(
                serves(recipe, Purpose::PublicCopy, None),
                public,
                "{recipe}"
            );
            assert_eq!(serves(recipe, Purpose::Preview, None), preview, "{recipe}");
            assert_eq!(serves(recipe, Purpose::Staff, None), staff, "{recipe}");
        }
    }

    /// What is drawn of a sound, or measured, is never sent in place of it.
    #[test]
    fn what_is_made_of_a_sound_is_no_copy_of_it() {
        for (recipe, purpose) in [
            (super::SOUND_REPORT, Purpose::SoundReport),
            (super::WAVEFORM, Purpose::Waveform),
            (super::WAVEFORM_PICTURE, Purpose::WaveformPicture),
            ("broadcast/broadcast-wav/1-0f", Purpose::Broadcast),
            (
                "broadcast-report/broadcast-wav/1-0f",
                Purpose::BroadcastReport,
            ),
        ] {
            assert!(serves(recipe, purpose, None), "{recipe}");
            for other in [Purpose::PublicCopy, Purpose::Preview, Purpose::Staff] {
                assert!(!serves(recipe, other, None), "{recipe}");
            }
        }
    }

    #[test]
    fn the_newest_recipe_is_found_by_numbers() {
        for (older, newer) in [
            ("text/1+pdftotext-24.2.0", "text/1+pdftotext-24.12.0"),
            ("text/1+pdftotext-24.02.0", "text/1+pdftotext-24.12.0"),
            ("text/9+tesseract-5.3.0-vie", "text/10+tesseract-4.1.0-vie"),
            ("text/1", "text/1+pdftotext-24.2.0"),
            ("preview-400/9", "preview-400/10"),
        ] {
            assert_eq!(compare_versions(older, newer), Ordering::Less, "{newer}");
            assert_eq!(compare_versions(newer, older), Ordering::Greater, "{newer}");
            assert_eq!(compare_versions(newer, newer), Ordering::Equal, "{newer}");
        }
    }

    #[test]
    fn a_preview_is_recognised_by_its_whole_size() {
        assert!(is_preview_of("preview-400/1", 400, None));
        assert!(is_preview_of("preview-400/12", 400, None));
        for other in [
            "preview-4000/1",
            "preview-40/1",
            "staff-400/1",
            "preview-400",
        ] {
            assert!(!is_preview_of(other, 400, None), "{other}");
        }
    }

    #[test]
    fn a_copy_is_only_used_for_the_regions_it_was_made_with() {
        let region = |x| Region {
            x,
            y: 0,
            width: 8,
            height: 8,
        };
        let file = |redacted| File {
            sha256: Sha256::from_bytes([1; 32]),
            role: FileRole::Original,
            media_type: "image/jpeg".into(),
            size: 1,
            name: "a.jpg".into(),
            title: LanguageMap::default(),
            alt: LanguageMap::default(),
            language: None,
            facts: MediaFacts::default(),
            redacted,
            text_correction: None,
            attached_at: Timestamp::from_millis(0),
        };
        let redactions =
            [vec![], vec![region(1)], vec![region(2)]].map(|regions| file(regions).redaction());
        for made_with in redactions {
            let recipe = super::preview(PREVIEW_SIDES_PX[0], made_with);
            for now in redactions {
                let is_same = made_with == now;
                assert_eq!(
                    serves(&recipe, Purpose::PublicCopy, now),
                    is_same,
                    "{recipe}"
                );
                assert_eq!(is_preview_of(&recipe, 1600, now), is_same, "{recipe}");
            }
        }
    }
}
