//! Works for listening.

use super::Class;
use crate::domain::vocabulary::details::DcmiType;

pub(super) const CLASS: Class = Class {
    dcmi_type: DcmiType::Sound,
    takes_original,
    holds_other_works: false,
};

fn takes_original(media_type: &str) -> bool {
    media_type.starts_with("audio/") || media_type == "application/ogg"
}
