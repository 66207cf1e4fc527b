//! Exhibitions and packs: their content is the works that are part of them; an original is a
//! catalogue, an opening image or everything packed in one file.

use super::{Class, media_family};
use crate::domain::vocabulary::details::DcmiType;

pub(super) const CLASS: Class = Class {
    dcmi_type: DcmiType::Collection,
    takes_original,
    holds_other_works: true,
};

fn takes_original(media_type: &str) -> bool {
    media_family::is_document(media_type)
        || media_family::is_image(media_type)
        || matches!(media_type, "text/plain" | "application/zip")
}
