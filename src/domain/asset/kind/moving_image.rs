//! Films and animations; an animated GIF is one too.

use super::Class;
use crate::domain::vocabulary::details::DcmiType;

pub(super) const CLASS: Class = Class {
    dcmi_type: DcmiType::MovingImage,
    takes_original,
    holds_other_works: false,
};

fn takes_original(media_type: &str) -> bool {
    media_type.starts_with("video/")
        || matches!(
            media_type,
            "image/gif" | "application/ogg" | "application/mxf"
        )
}
