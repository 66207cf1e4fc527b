//! A text that a person typed in place of what was read from a file.

use crate::domain::{Sha256, Timestamp};

/// The corrected text of a file. Who corrected it stands in the history of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextCorrection {
    /// The blob with the text: UTF-8, NFC, pages parted by form feeds.
    pub blob: Sha256,
    /// Its length in bytes.
    pub size: u64,
    /// When it was corrected.
    pub at: Timestamp,
}
