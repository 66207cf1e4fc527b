//! Watching and checking a catalogue while it serves.

use async_trait::async_trait;

use crate::storage::catalog::CatalogError;

/// Whether the catalogue is well.
#[async_trait]
pub trait Upkeep: Send + Sync + 'static {
    /// What it holds.
    async fn counts(&self) -> Result<Counts, CatalogError>;

    /// Whether it can do its work, as far as is known without looking.
    fn health(&self) -> Health;

    /// Reads again what is stored and does not change any more, at most so many bytes a second, and
    /// checks it. Damage is logged and reported by [`Upkeep::health`]; nothing is mended. A back end
    /// that checks its pages itself may read nothing.
    async fn scrub(&self, bytes_per_second: u64) -> Result<Scrubbed, CatalogError>;
}

/// The numbers of entries, counted without a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Works, tombstones not counted.
    pub assets: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// The number of the last event.
    pub events: u64,
    /// Jobs that wait or run.
    pub jobs_open: u64,
    /// Jobs that were given up.
    pub jobs_dead: u64,
}

/// What reading the stored log again found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scrubbed {
    /// Parts read: closed segments of the journal.
    pub parts: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Parts that are damaged or missing.
    pub damaged: u64,
}

/// Whether the catalogue can do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Changes are accepted; false after an error that only a restart can repair.
    pub is_writable: bool,
    /// What was found damaged since the start, with file and place; empty when nothing is.
    pub damage: Vec<String>,
}
