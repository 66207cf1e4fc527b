//! Files attached to a work.

use super::file_name::extension_of;
use super::redaction::{RedactionId, Region};
use super::text_correction::TextCorrection;
use crate::domain::{LanguageMap, LanguageTag, Sha256, Timestamp};

/// One attached file. Its identity is the SHA-256 of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// SHA-256 of the bytes; unique within an asset.
    pub sha256: Sha256,
    /// What the file is to the work.
    pub role: FileRole,
    /// Media type as recognised from the bytes, e.g. `image/jpeg`; of a text that is not UTF-8 with its
    /// `charset` parameter.
    pub media_type: String,
    /// Length in bytes.
    pub size: u64,
    /// Cleaned file name as deposited: no path, no control characters, NFC.
    pub name: String,
    /// Caption of this file.
    pub title: LanguageMap,
    /// Text alternative for those who cannot see it.
    pub alt: LanguageMap,
    /// Language spoken or written in the file.
    pub language: Option<LanguageTag>,
    /// What was read from the bytes.
    pub facts: MediaFacts,
    /// Regions of an image that its copies do not show, in ascending order.
    pub redacted: Vec<Region>,
    /// The text that counts in place of what was read from it.
    pub text_correction: Option<TextCorrection>,
    /// When it was attached.
    pub attached_at: Timestamp,
}

/// A media type without parameters.
pub fn essence_of(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default()
}

/// The encoding that a media type of a text names.
pub fn charset_of(media_type: &str) -> Option<&str> {
    let parts = media_type.split_once("; charset=");
    parts.map(|(_, charset)| charset)
}

impl File {
    /// The name of its redacted regions; `None` when it has none.
    pub fn redaction(&self) -> Option<RedactionId> {
        (!self.redacted.is_empty()).then(|| RedactionId::of(&self.redacted))
    }

    /// The media type without parameters.
    pub fn essence(&self) -> &str {
        essence_of(&self.media_type)
    }

    /// The encoding of a text that is not UTF-8.
    pub fn charset(&self) -> Option<&str> {
        charset_of(&self.media_type)
    }

    /// A name that reveals nothing about who made the file: for images the beginning of the hash, as
    /// cameras and their owners write themselves into names; for others the name as deposited.
    pub fn neutral_name(&self) -> String {
        if !self.media_type.starts_with("image/") {
            return self.name.clone();
        }
        let extension = extension_of(&self.media_type);
        format!("{}.{extension}", &self.sha256.to_hex()[..16])
    }
}

/// What a file is to its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FileRole {
    /// The work itself.
    #[default]
    Original,
    /// A transcript of the speech in it, with or without times.
    Transcript,
    /// Subtitles for the deaf and hard of hearing.
    Captions,
    /// A version for persons with disabilities: large print, audio description.
    Accessible,
    /// Any other accompanying file.
    Attachment,
}

impl FileRole {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("original", Self::Original),
        ("transcript", Self::Transcript),
        ("captions", Self::Captions),
        ("accessible", Self::Accessible),
        ("attachment", Self::Attachment),
    ];
}

/// Technical facts read from the bytes; absent when the format does not state them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MediaFacts {
    /// Width in pixels, as displayed.
    pub width_px: Option<u32>,
    /// Height in pixels, as displayed.
    pub height_px: Option<u32>,
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
}
