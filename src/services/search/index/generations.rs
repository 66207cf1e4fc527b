//! The folder of the index: one live generation, at times the next one beside it.
//!
//! `LIVE` names the folder of the live index and is replaced by renaming, so a crash leaves the
//! old or the new one, never none. Everything else in the folder is left over from a build that
//! did not finish and is removed on start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open_index::IndexError;
use super::open_index::OpenIndex;
use super::open_index::WriterSettings;

/// File that names the live generation.
const LIVE: &str = "LIVE";

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
    settings: WriterSettings,
}

impl Store {
    /// Takes a folder, which is made if it is missing.
    pub(crate) fn new(folder: &Path, settings: WriterSettings) -> Result<Self, IndexError> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            settings,
        })
    }

    /// Opens the live index. An index that cannot be used is not an error but `None`: it is
    /// built anew.
    pub(crate) fn open_live(&self) -> Option<OpenIndex> {
        let name = std::fs::read_to_string(self.folder.join(LIVE)).ok()?;
        match OpenIndex::open(&self.folder.join(name.trim()), self.settings) {
            Ok(index) => Some(index),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the search index cannot be used and is built anew"
                );
                None
            }
        }
    }

    /// Makes an empty generation under a name not used before.
    pub(crate) fn create_next(&self) -> Result<OpenIndex, IndexError> {
        let numbers = std::fs::read_dir(&self.folder)?
            .flatten()
            .filter_map(|entry| number(&entry.path()));
        let next = numbers.max().unwrap_or(0) + 1;
        OpenIndex::create(
            &self.folder.join(format!("generation-{next}")),
            self.settings,
        )
    }

    /// Makes a generation the live one and removes the others, except one that is still open.
    pub(crate) fn make_live(&self, index: &OpenIndex) -> Result<(), IndexError> {
        let name = index
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let temporary = self.folder.join("LIVE.new");
        std::fs::write(&temporary, &name)?;
        std::fs::File::open(&temporary)?.sync_all()?;
        std::fs::rename(&temporary, self.folder.join(LIVE))?;
        std::fs::File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    /// Removes every generation but this one.
    pub(crate) fn remove_others(&self, live: &Arc<OpenIndex>) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if number(&path).is_some()
                && path != live.path()
                && let Err(error) = std::fs::remove_dir_all(&path)
            {
                tracing::warn!(%error, "an old search index could not be removed");
            }
        }
    }
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?
        .to_str()?
        .strip_prefix("generation-")?
        .parse()
        .ok()
}
