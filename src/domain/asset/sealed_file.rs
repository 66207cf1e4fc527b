//! Sealed files: the papers that prove a consent, such as signed forms and recordings. They are no part of the files of a work, in no exit of
//! it, and have no name, because the names of such files are those of people.

use super::file_name::extension_of;
use crate::domain::{Sha256, Timestamp};

/// One sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// SHA-256 of the bytes; unique within a work.
    pub sha256: Sha256,
    /// Media type as recognised from the bytes.
    pub media_type: String,
    /// Length in bytes.
    pub size: u64,
    /// When it was added.
    pub added_at: Timestamp,
}

impl SealedFile {
    /// The name for a download: the beginning of the hash.
    pub fn file_name(&self) -> String {
        let extension = extension_of(&self.media_type);
        format!("sealed-{}.{extension}", &self.sha256.to_hex()[..8])
    }
}
