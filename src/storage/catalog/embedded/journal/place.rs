//! Places in the journal.

use serde::{Deserialize, Serialize};

/// Where a line stands: segment, offset in its plain text, length with the line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, u32)", into = "(u64, u64, u32)")]
pub(crate) struct Place {
    /// The first seq of the segment.
    pub(crate) segment: u64,
    /// Offset of the first byte.
    pub(crate) offset: u64,
    /// Bytes, with the line feed.
    pub(crate) length: u32,
}

impl From<(u64, u64, u32)> for Place {
    fn from((segment, offset, length): (u64, u64, u32)) -> Self {
        Self {
            segment,
            offset,
            length,
        }
    }
}

impl From<Place> for (u64, u64, u32) {
    fn from(place: Place) -> Self {
        (place.segment, place.offset, place.length)
    }
}

/// A point between two change sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The seq of the change set before it; 0 at the beginning.
    pub(crate) seq: u64,
    /// The segment.
    pub(crate) segment: u64,
    /// The offset in its plain text.
    pub(crate) offset: u64,
}

impl Position {
    /// The beginning of the segment whose first change set is `first`.
    pub(crate) const fn start_of(first: u64) -> Self {
        Self {
            seq: first - 1,
            segment: first,
            offset: 0,
        }
    }
}
