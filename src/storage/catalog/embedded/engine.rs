//! The embedded back end of a folder: opens its catalogue, and mends it while it is closed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::catalog::EmbeddedCatalog;
use super::options::Options;
use super::recovery;
use super::salvage::discard_after_damage;
use crate::storage::catalog::{
    CatalogEngine, CatalogError, EventNumber, LogId, OwnedCatalog, Salvage,
};

/// The embedded back end of one folder.
#[derive(Debug, Clone)]
pub struct EmbeddedEngine {
    /// The folder of the catalogue.
    pub dir: PathBuf,
    /// Its settings.
    pub options: Options,
}

impl CatalogEngine for EmbeddedEngine {
    fn open(&self) -> Result<Arc<dyn OwnedCatalog>, CatalogError> {
        Ok(Arc::new(EmbeddedCatalog::open(&self.dir, self.options)?))
    }

    fn rebuild(&self) -> Result<(), CatalogError> {
        rebuild(&self.dir, self.options)
    }

    fn discard_after_damage(
        &self,
        remembered: Option<(LogId, EventNumber)>,
    ) -> Result<Salvage, CatalogError> {
        discard_after_damage(&self.dir, self.options, remembered)
    }
}

/// Deletes the index of a catalogue that is not open and builds it anew from the journal.
///
/// # Errors
/// As for [`EmbeddedCatalog::open`].
pub fn rebuild(dir: &Path, options: Options) -> Result<(), CatalogError> {
    // Opening it once tells what the index knows of the end of the journal, before it goes.
    drop(EmbeddedCatalog::open(dir, options)?);
    match fs::remove_dir_all(recovery::index_dir(dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(CatalogError::Io(error));
        }
        _ => {}
    }
    drop(EmbeddedCatalog::open(dir, options)?);
    Ok(())
}
