//! Settings of the embedded catalogue.

use crate::clock::Clock;
use crate::storage::catalog::LogId;

/// Settings of the embedded catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Length at which a journal segment is closed, in bytes.
    pub segment_bytes: u64,
    /// Free space below which commits are refused, so that the index can still be written. As
    /// much again is occupied in advance, so that it can be opened on a disk that others filled.
    pub reserve_bytes: u64,
    /// Memory sled may use for its cache, in bytes.
    pub cache_bytes: u64,
    /// The id of the log, should it get one at this opening: when the catalogue is created, was
    /// copied by hand, restored, or goes on after a loss.
    pub new_log_id: LogId,
}

impl Default for Options {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            segment_bytes: 64 * MIB,
            reserve_bytes: 32 * MIB,
            cache_bytes: 64 * MIB,
            new_log_id: Clock::system().new_log_id(),
        }
    }
}
