//! The beginnings of the event log: why it has the id it has ([`LogId`]).

use crate::domain::LogId;

/// The beginning of a log, or its going on under another id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The id from here on.
    pub id: LogId,
    /// Why it is a new one.
    pub start: LogStart,
}

/// Why a log got a new id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStart {
    /// The catalogue was created.
    Created,
    /// A version that knew no ids wrote it before.
    Upgraded,
    /// It was copied by hand to where it is, perhaps not to its end.
    Copied,
    /// The operator went on although changes were lost.
    LossAccepted,
    /// It was restored from a backup, perhaps not to its end.
    Restored,
}

impl LogStart {
    /// Every value with its stored name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("created", Self::Created),
        ("upgraded", Self::Upgraded),
        ("copied", Self::Copied),
        ("loss-accepted", Self::LossAccepted),
        ("restored", Self::Restored),
    ];
}
