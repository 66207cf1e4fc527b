//! Settings of search, given by the composition root.

use std::time::Duration;

use super::admission::AdmissionSettings;
use super::index::open_index::WriterSettings;

/// Settings of the search service.
#[derive(Debug, Clone, Copy)]
pub struct SearchSettings {
    /// Memory and threads of the index writer.
    pub writer: WriterSettings,
    /// Memory for cached document sets, in bytes.
    pub cache_bytes: usize,
    /// Longest time between a change and the commit that makes it searchable.
    pub max_commit_delay: Duration,
    /// Longest time that a request waits for an event to become searchable.
    pub freshness_wait: Duration,
    /// Time after which matching and ranking return what they have; making snippets may take the
    /// same time again.
    pub time_budget: Duration,
    /// Which requests run, wait or are refused.
    pub admission: AdmissionSettings,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            writer: WriterSettings::default(),
            cache_bytes: 64 << 20,
            max_commit_delay: Duration::from_secs(1),
            freshness_wait: Duration::from_secs(2),
            time_budget: Duration::from_secs(2),
            admission: AdmissionSettings::default(),
        }
    }
}
