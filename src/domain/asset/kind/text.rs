//! Words for reading: text files, documents, and scans of their pages.

use super::{Class, media_family};
use crate::domain::vocabulary::details::DcmiType;

pub(super) const CLASS: Class = Class {
    dcmi_type: DcmiType::Text,
    takes_original,
    holds_other_works: false,
};

fn takes_original(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_family::is_document(media_type)
        || media_family::is_image(media_type)
}
