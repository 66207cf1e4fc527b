//! The index as readers and the writer share it, and how it comes back when sled fails.
//!
//! After an I/O error (a full disk above all) sled refuses everything, reads too, until it is
//! opened again. So whoever meets the failure, reader or writer, closes it, frees the [`Ballast`]
//! and lets it catch up with the journal again; the read is then tried once more.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::watch;

use super::ballast::Ballast;
use super::index::Index;
use super::journal::{Journal, Line, Place};
use super::leases::Leases;
use super::options::Options;
use super::plan::Planned;
use super::recovery;
use crate::storage::catalog::{CatalogError, EventNumber, Health, LogId};

/// Places of damage that are remembered.
const MAX_DAMAGE: usize = 20;

/// What readers and the writer share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The folder of the catalogue.
    pub(crate) dir: PathBuf,
    /// Settings.
    pub(crate) options: Options,
    /// The segments.
    pub(crate) journal: Arc<Journal>,
    /// Who works on which job.
    pub(crate) leases: Leases,
    /// The last event.
    pub(crate) events: watch::Sender<EventNumber>,
    /// Space kept for the index.
    pub(crate) ballast: Ballast,
    /// The identity of the log.
    pub(crate) log: LogId,
    /// Changes are taken; false once the state of the journal is unknown.
    pub(crate) is_writable: AtomicBool,
    /// What was found damaged since the start.
    pub(crate) damage: Mutex<BTreeSet<String>>,
    /// Held while the journal has lines that the index has not: no reopening then.
    pub(crate) committing: Mutex<()>,
    /// The index.
    pub(crate) live: RwLock<Live>,
}

/// The index, or why there is none.
#[derive(Debug)]
pub(crate) struct Live {
    index: Option<Index>,
    openings: u64,
    is_closed: bool,
}

impl Live {
    /// With an index that has caught up with the journal.
    pub(crate) fn new(index: Index) -> Self {
        Self {
            index: Some(index),
            openings: 1,
            is_closed: false,
        }
    }
}

impl Shared {
    /// Reads from the index, a second time if it had to be opened again.
    ///
    /// # Errors
    /// Those of `read`; [`CatalogError::Closed`] after closing.
    pub(crate) fn with_index<T>(
        &self,
        read: impl Fn(&Index) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let (answer, openings) = self.try_with_index(&read);
        if let Some(answer) = answer {
            return answer;
        }
        {
            let committing = self.committing.lock();
            let _committing = committing.unwrap_or_else(PoisonError::into_inner);
            self.reopen(openings)?;
        }
        let (again, _) = self.try_with_index(&read);
        again.unwrap_or(Err(CatalogError::Closed))
    }

    /// The answer, or none if the index has failed; and which opening of it that was.
    fn try_with_index<T>(
        &self,
        read: &impl Fn(&Index) -> Result<T, CatalogError>,
    ) -> (Option<Result<T, CatalogError>>, u64) {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let answer = match &live.index {
            _ if live.is_closed => Some(Err(CatalogError::Closed)),
            None => None,
            Some(index) => match read(index) {
                Err(_) if index.has_failed() => None,
                answer => Some(answer),
            },
        };
        (answer, live.openings)
    }

    /// Opens the index again unless somebody else already has. The caller holds `committing`.
    /// Readers wait.
    ///
    /// # Errors
    /// When it cannot be opened; there is no index then, and the next to need it tries again.
    fn reopen(&self, failed_opening: u64) -> Result<(), CatalogError> {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.is_closed {
            return Err(CatalogError::Closed);
        }
        if live.openings != failed_opening && live.index.is_some() {
            return Ok(());
        }
        tracing::error!("the index failed and is opened again");
        drop(live.index.take());
        self.ballast.release();
        let recovered = recovery::reopen(&self.dir, &self.journal, &self.options)?;
        live.index = Some(recovered.index);
        live.openings += 1;
        Ok(())
    }

    /// Applies what is already in the journal; an index that fails over it is opened again, which
    /// replays it. The caller holds `committing`.
    ///
    /// # Errors
    /// When it cannot be opened again: the lines have to be taken back from the journal.
    pub(crate) fn apply(&self, planned: &Planned) -> Result<(), CatalogError> {
        let (applied, openings) =
            self.try_with_index(&|index: &Index| index.apply(&planned.changes, &planned.meta));
        applied.unwrap_or_else(|| self.reopen(openings))
    }

    /// The line at a place. Damage is noted.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub(crate) fn read_line(&self, place: Place) -> Result<Line, CatalogError> {
        let line = self.journal.read(place);
        if let Err(CatalogError::Damaged(damage)) = &line {
            self.note_damage(damage);
        }
        line
    }

    /// Remembers damage and logs it, once.
    pub(crate) fn note_damage(&self, damage: &str) {
        let mut all = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_DAMAGE && all.insert(damage.to_owned()) {
            tracing::error!(damage, "the journal is damaged");
        }
    }

    /// Whether the catalogue can do its work, as far as is known.
    pub(crate) fn health(&self) -> Health {
        let damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        Health {
            is_writable: self.is_writable.load(Ordering::Relaxed),
            damage: damage.iter().cloned().collect(),
        }
    }

    /// Closes the index for good.
    pub(crate) fn close(&self) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.is_closed = true;
        drop(live.index.take());
    }
}
