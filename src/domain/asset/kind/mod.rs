//! What the class of a work asks of its files.
//!
//! A kind (scheme `product-kind`) names one or more DCMI types; each type that works of this
//! archive can have is described by one file here and one line in [`CLASSES`]. A kind with several
//! types (a skit is sound or moving image) takes what any of them takes.

mod collection;
mod moving_image;
mod sound;
mod still_image;
mod text;

use crate::domain::vocabulary::details::DcmiType;

/// The rules of one DCMI type.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Which type.
    pub dcmi_type: DcmiType,
    /// Whether bytes of this media type can be such a work.
    pub takes_original: fn(media_type: &str) -> bool,
    /// Whether a description alone can be published: its content is other works.
    pub holds_other_works: bool,
}

/// The registry: every class that has rules.
pub const CLASSES: [&Class; 5] = [
    &text::CLASS,
    &sound::CLASS,
    &moving_image::CLASS,
    &still_image::CLASS,
    &collection::CLASS,
];

/// Whether an original of this media type fits a kind with these types. A type without rules
/// takes everything.
pub fn takes_original(dcmi_types: &[DcmiType], media_type: &str) -> bool {
    dcmi_types
        .iter()
        .any(|wanted| class(*wanted).is_none_or(|class| (class.takes_original)(media_type)))
}

/// Whether a work with these types may be published without body and originals.
pub fn holds_other_works(dcmi_types: &[DcmiType]) -> bool {
    dcmi_types
        .iter()
        .any(|wanted| class(*wanted).is_some_and(|class| class.holds_other_works))
}

fn class(wanted: DcmiType) -> Option<&'static Class> {
    CLASSES
        .iter()
        .copied()
        .find(|class| class.dcmi_type == wanted)
}

/// Pages: print masters, scans bound into one file, word-processor files.
fn is_document(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/pdf"
            | "application/rtf"
            | "application/epub+zip"
            | "application/msword"
            | "application/vnd.ms-powerpoint"
            | "application/vnd.ms-excel"
    ) || media_type.starts_with("application/vnd.openxmlformats-officedocument.")
        || media_type.starts_with("application/vnd.oasis.opendocument.")
}

fn is_image(media_type: &str) -> bool {
    media_type.starts_with("image/")
}

#[cfg(test)]
mod tests {
    use super::takes_original;
    use crate::domain::vocabulary::details::DcmiType::{
        self, Collection, Dataset, MovingImage, Sound, StillImage, Text,
    };

    #[test]
    fn originals_fit_the_types_of_their_kind() {
        const CASES: &[(&[DcmiType], &str, bool)] = &[
            (&[Text], "application/pdf", true),
            (&[Text], "text/plain", true),
            (&[Text], "image/tiff", true),
            (&[Text], "text/vtt", true),
            (&[Text], "audio/mpeg", false),
            (&[Sound], "audio/mpeg", true),
            (&[Sound], "application/ogg", true),
            (&[Sound], "video/mp4", false),
            (&[Sound], "application/pdf", false),
            (&[MovingImage], "video/mp4", true),
            (&[MovingImage], "image/gif", true),
            (&[MovingImage], "image/jpeg", false),
            (&[StillImage], "image/jpeg", true),
            (&[StillImage], "application/pdf", true),
            (&[StillImage], "video/mp4", false),
            (&[Sound, MovingImage], "video/webm", true),
            (&[Text, Sound], "image/png", true),
            (&[Collection], "application/zip", true),
            (&[Collection], "audio/mpeg", false),
            (&[Dataset], "text/csv", true),
        ];
        for (types, media_type, fits) in CASES {
            assert_eq!(
                takes_original(types, media_type),
                *fits,
                "{types:?} {media_type}"
            );
        }
    }
}
