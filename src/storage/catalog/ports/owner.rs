//! The catalogue as its owner has it: opened, checked, mended and closed.
//!
//! Services get narrower ports, none of which can close the catalogue.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::Catalog;
use crate::storage::catalog::{CatalogError, EventNumber, LogId};

/// A catalogue that can be checked and closed.
#[async_trait]
pub trait OwnedCatalog: Catalog {
    /// Reads everything that is stored and compares it with what is derived from it. Commits wait meanwhile.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] naming the first damaged place; the device.
    async fn verify(&self) -> Result<Verification, CatalogError>;

    /// Finishes the commits under way. Calls after this answer [`CatalogError::Closed`].
    async fn close(&self);
}

/// A back end with its settings, which opens the catalogue, and mends it while nobody has it open. Calls block.
pub trait CatalogEngine: Send + Sync + 'static {
    /// Opens the catalogue, which is made if it is missing.
    ///
    /// # Errors
    /// [`CatalogError::Io`] with [`ResourceBusy`](std::io::ErrorKind::ResourceBusy) when another process has it open;
    /// [`CatalogError::Damaged`], [`CatalogError::Lost`], [`CatalogError::NewerVersion`]; the device.
    fn open(&self) -> Result<Arc<dyn OwnedCatalog>, CatalogError>;

    /// Builds anew what is derived from the stored truth.
    ///
    /// # Errors
    /// As for [`Self::open`].
    fn rebuild(&self) -> Result<(), CatalogError>;

    /// Keeps what is stored before the first damage, sets the rest aside, and goes on under a new log id if
    /// anything is lost. `remembered` is the last event that somebody outside the catalogue knows of.
    ///
    /// # Errors
    /// As for [`Self::open`].
    fn discard_after_damage(
        &self,
        remembered: Option<(LogId, EventNumber)>,
    ) -> Result<Salvage, CatalogError>;
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Change sets read.
    pub change_sets: u64,
    /// Rows compared.
    pub rows: u64,
    /// Rows that differ, as `table: key in hexadecimal`, at most [`Verification::MAX_NAMED`].
    pub differences: Vec<String>,
}

impl Verification {
    /// Differences that are named; more are not looked for.
    pub const MAX_NAMED: usize = 100;

    /// Whether nothing differs.
    pub fn is_sound(&self) -> bool {
        self.differences.is_empty()
    }
}

/// What was kept and what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Change sets kept.
    pub kept: u64,
    /// Change sets behind those that are remembered and that are nowhere any more.
    pub missing: u64,
    /// Files that hold what was set aside; empty when nothing was damaged.
    pub set_aside: Vec<PathBuf>,
}
