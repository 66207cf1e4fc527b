//! The folder of the search index: the live generation and, during a rebuild, the next one.
//!
//! The file `LIVE` names the folder of the live generation. It is replaced by an atomic rename, so
//! after a crash it names the old or the new generation. Other generations are left over from a
//! rebuild that did not finish; [`GenerationStore::remove_others`] deletes them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open_index::{CommitPayload, IndexError, OpenIndex, WriterSettings};
use crate::storage::catalog::{EventNumber, LogId};
use crate::telemetry::error_chain;

/// The file that names the live generation.
const LIVE: &str = "LIVE";

/// The log that the live index in `folder` was filled from, and the last event in it; `None` when
/// there is no such index or it does not tell. Changes nothing: it serves as a witness of events
/// that the catalogue has lost.
pub fn last_indexed(folder: &Path) -> Option<(LogId, EventNumber)> {
    let name = std::fs::read_to_string(folder.join(LIVE)).ok()?;
    let index = tantivy::Index::open_in_dir(folder.join(name.trim())).ok()?;
    let payload = CommitPayload::of(&index)?;
    let log = payload.log?.parse().ok()?;
    Some((log, EventNumber(payload.event)))
}

/// The folder of all generations.
#[derive(Debug, Clone)]
pub(crate) struct GenerationStore {
    folder: PathBuf,
    settings: WriterSettings,
    log: LogId,
}

impl GenerationStore {
    /// Uses a folder, which is created if it is missing, for works of the event log `log`.
    pub(crate) fn new(
        folder: &Path,
        settings: WriterSettings,
        log: LogId,
    ) -> Result<Self, IndexError> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            settings,
            log,
        })
    }

    /// Opens the live generation; `None` when there is none that can be used, and a rebuild is needed.
    pub(crate) fn open_live(&self) -> Option<OpenIndex> {
        let name = std::fs::read_to_string(self.folder.join(LIVE)).ok()?;
        match OpenIndex::open(&self.folder.join(name.trim()), self.settings, self.log) {
            Ok(index) => Some(index),
            Err(error) => {
                tracing::warn!(
                    error = error_chain(&error),
                    "the search index cannot be used and is built anew"
                );
                None
            }
        }
    }

    /// Creates an empty generation with an unused number.
    pub(crate) fn create_next(&self) -> Result<OpenIndex, IndexError> {
        let numbers = std::fs::read_dir(&self.folder)?
            .flatten()
            .filter_map(|entry| number(&entry.path()));
        let next = numbers.max().unwrap_or(0) + 1;
        OpenIndex::create(
            &self.folder.join(format!("generation-{next}")),
            self.settings,
            self.log,
        )
    }

    /// Makes a generation the live one, durably.
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

    /// Deletes every generation but the live one.
    pub(crate) fn remove_others(&self, live: &Arc<OpenIndex>) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if number(&path).is_some()
                && path != live.path()
                && let Err(error) = std::fs::remove_dir_all(&path)
            {
                tracing::warn!(
                    error = error_chain(&error),
                    "an old search index could not be removed"
                );
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
