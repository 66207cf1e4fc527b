//! The identity of the event log.
//!
//! Event numbers alone do not tell a reader whether its cursor still means the same: after a restore to
//! an earlier state, numbers are given again. So the log has an id, which changes whenever events that
//! a reader may have seen can be gone. A reader keeps it with the cursor.

use std::fmt;
use std::str::FromStr;

use super::Timestamp;

/// The id of a log: a UUID version 7 (RFC 9562).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogId([u8; 16]);

/// The text is not the id of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a log: {0:?}")]
pub struct InvalidLogId(pub String);

impl LogId {
    /// From 16 bytes in network order.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The moment in it: the first 48 bits are milliseconds since 1970 (RFC 9562, section 5.7).
    pub fn moment(self) -> Timestamp {
        let millis = self.0[..6]
            .iter()
            .fold(0, |millis, byte| millis << 8 | i64::from(*byte));
        Timestamp::from_millis(millis)
    }
}

impl FromStr for LogId {
    type Err = InvalidLogId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::try_parse(text)
            .map(|id| Self(id.into_bytes()))
            .map_err(|_| InvalidLogId(text.to_owned()))
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}
