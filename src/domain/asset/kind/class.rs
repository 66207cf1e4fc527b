//! The rules of one DCMI type for files.

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
