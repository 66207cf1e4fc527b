//! Photos, posters, paintings: images, and print masters as documents.

use super::{Class, media_family};
use crate::domain::vocabulary::details::DcmiType;

pub(super) const CLASS: Class = Class {
    dcmi_type: DcmiType::StillImage,
    takes_original,
    holds_other_works: false,
};

fn takes_original(media_type: &str) -> bool {
    media_family::is_image(media_type) || media_type == "application/pdf"
}
