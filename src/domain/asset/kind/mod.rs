//! The rules of the class of a work for its files.
//!
//! A kind (scheme `product-kind`) names one or more DCMI types; each type that works of this
//! archive can have is described by one file here and one line in [`CLASSES`]. A kind with several
//! types (a skit is sound or moving image) takes what any of them takes.

mod class;
mod collection;
mod media_family;
mod moving_image;
mod sound;
mod still_image;
mod text;

pub use class::Class;

use crate::domain::vocabulary::details::DcmiType;

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
