//! The one thread that changes anything.
//!
//! It takes what has arrived while it was busy, up to 64 change sets, plans them one after the
//! other, appends all to the journal with one sync, applies them to the index in one transaction
//! and only then answers each. A lone writer never waits for company.
//!
//! What can fail, and what is then answered:
//! - Too little space left (a reserve is kept for the index), or the append fails and is undone:
//!   [`CatalogError::Full`] or [`CatalogError::Io`], nothing has changed, the next may succeed.
//! - A sync fails: the state of the file is unknown, so the writer stops; a restart reads the
//!   journal again. Reads go on.
//! - The index fails although the journal is safe: nobody has been told, so the lines are taken
//!   back and the same is answered. The index is opened anew, from the journal, before the next
//!   commit; until then reads use what sled still has.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{mpsc, oneshot, watch};

use super::index::Index;
use super::index::row::Meta;
use super::journal::Journal;
use super::journal::append::{AppendError, Appender};
use super::leases::Leases;
use super::plan::{Plan, Planned};
use super::sealer::Sealer;
use super::session::Session;
use super::verify::{self, Verification};
use super::{Options, recovery};
use crate::storage::catalog::{CatalogError, ChangeSet, EventNumber, Receipt};

/// Change sets committed with one sync at most.
const GROUP: usize = 64;

/// What readers and the writer share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The segments.
    pub(crate) journal: Arc<Journal>,
    /// The index; none only while it is opened anew.
    pub(crate) index: RwLock<Option<Index>>,
    /// Who works on which job.
    pub(crate) leases: Leases,
    /// The last event.
    pub(crate) events: watch::Sender<EventNumber>,
}

impl Shared {
    /// Reads from the index.
    ///
    /// # Errors
    /// [`CatalogError::Closed`] when it could not be opened anew; those of `read`.
    pub(crate) fn with_index<T>(
        &self,
        read: impl FnOnce(&Index) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        read(index.as_ref().ok_or(CatalogError::Closed)?)
    }
}

/// What the writer is asked.
#[derive(Debug)]
pub(crate) enum Request {
    /// To commit.
    Commit(ChangeSet, oneshot::Sender<Result<Receipt, CatalogError>>),
    /// To compare journal and index while nothing changes.
    Verify(oneshot::Sender<Result<Verification, CatalogError>>),
}

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Writer {
    /// The folder of the catalogue.
    pub(crate) dir: PathBuf,
    /// What it shares with readers.
    pub(crate) shared: Arc<Shared>,
    /// The open end of the journal.
    pub(crate) appender: Appender,
    /// The state of the index.
    pub(crate) meta: Meta,
    /// The lock on the folder.
    pub(crate) session: Session,
    /// Compresses closed segments.
    pub(crate) sealer: Sealer,
    /// Settings.
    pub(crate) options: Options,
    /// What stops it.
    pub(crate) health: Health,
}

/// Whether it can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It can.
    Good,
    /// The index has to be opened anew first.
    IndexFailed,
    /// Not before a restart.
    Stopped,
}

type Waiting = (
    oneshot::Sender<Result<Receipt, CatalogError>>,
    Result<Receipt, CatalogError>,
);

impl Writer {
    /// Works until nobody can ask any more, then closes in order.
    pub(crate) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(first) = requests.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = requests.try_recv()
            {
                group.push(next);
            }
            self.serve(group);
        }
        self.close();
    }

    fn serve(&mut self, requests: Vec<Request>) {
        let mut commits = Vec::new();
        let mut checks = Vec::new();
        for request in requests {
            match request {
                Request::Commit(changes, answer) => commits.push((changes, answer)),
                Request::Verify(answer) => checks.push(answer),
            }
        }
        if !commits.is_empty() {
            self.commit_group(commits);
        }
        for answer in checks {
            let verified = verify::against_live(&self.dir, &self.shared, &self.options);
            let _ = answer.send(verified);
        }
    }

    fn commit_group(
        &mut self,
        commits: Vec<(ChangeSet, oneshot::Sender<Result<Receipt, CatalogError>>)>,
    ) {
        if let Err(error) = self.prepare() {
            for (_, answer) in commits {
                let _ = answer.send(Err(copy(&error)));
            }
            return;
        }
        let shared = Arc::clone(&self.shared);
        let index = shared.index.read().unwrap_or_else(PoisonError::into_inner);
        let Some(index) = index.as_ref() else { return };
        let mut plan = Plan::new(
            index,
            &shared.leases,
            self.appender.end(),
            self.meta.clone(),
        );
        let waiting: Vec<Waiting> = commits
            .into_iter()
            .map(|(changes, answer)| (answer, plan.add(changes)))
            .collect();
        let planned = plan.finish();
        let written = self.write(index, &planned);
        let used = if written.is_ok() {
            planned.used.as_slice()
        } else {
            &[]
        };
        shared.leases.settled(used);
        for (answer, result) in waiting {
            let result = match &written {
                Ok(()) => result,
                Err(error) => Err(copy(error)),
            };
            let _ = answer.send(result);
        }
    }

    /// Makes sure that a commit can succeed, as far as can be told.
    fn prepare(&mut self) -> Result<(), CatalogError> {
        if self.health == Health::Stopped {
            return Err(CatalogError::Closed);
        }
        let free = free_bytes(&self.dir).map_err(CatalogError::Io)?;
        if free < self.options.reserve_bytes {
            return Err(CatalogError::Full(io::Error::new(
                io::ErrorKind::StorageFull,
                format!(
                    "{free} bytes free, {} are kept in reserve",
                    self.options.reserve_bytes
                ),
            )));
        }
        if self.health == Health::IndexFailed {
            self.reopen_index()?;
        }
        if self.appender.end().offset >= self.options.segment_bytes {
            match self.appender.rotate() {
                Ok(closed) => self.sealer.seal(closed),
                Err(error) => tracing::warn!(%error, "the next journal segment cannot be begun"),
            }
        }
        Ok(())
    }

    fn write(&mut self, index: &Index, planned: &Planned) -> Result<(), CatalogError> {
        if planned.lines.is_empty() {
            return Ok(());
        }
        let before = self.appender.end();
        match self
            .appender
            .append(&planned.lines, planned.meta.position.seq)
        {
            Ok(()) => {}
            Err(AppendError::Undone(error)) => return Err(full_or_io(error)),
            Err(AppendError::Unknown(error)) => {
                tracing::error!(%error, "the journal is in an unknown state: restart to go on");
                self.health = Health::Stopped;
                return Err(full_or_io(error));
            }
        }
        if let Err(error) = index.apply(&planned.changes, &planned.meta) {
            tracing::error!(%error, "the index failed");
            self.health = Health::IndexFailed;
            if let Err(error) = self.appender.take_back(before) {
                tracing::error!(%error, "the journal is in an unknown state: restart to go on");
                self.health = Health::Stopped;
            }
            return Err(match error {
                CatalogError::Io(error) => full_or_io(error),
                other => other,
            });
        }
        self.meta = planned.meta.clone();
        self.shared
            .events
            .send_replace(EventNumber(self.meta.events));
        Ok(())
    }

    /// Replaces an index that has failed. Readers wait meanwhile.
    fn reopen_index(&mut self) -> Result<(), CatalogError> {
        let shared = Arc::clone(&self.shared);
        let mut index = shared.index.write().unwrap_or_else(PoisonError::into_inner);
        drop(index.take());
        let recovered = recovery::recover(&self.dir, &shared.journal, true, &self.options)?;
        *index = Some(recovered.index);
        self.meta = recovered.meta;
        self.health = Health::Good;
        Ok(())
    }

    fn close(self) {
        drop(self.sealer);
        let synced = self.shared.with_index(Index::sync);
        let ended = synced.and_then(|()| self.session.end().map_err(CatalogError::Io));
        if let Err(error) = ended {
            tracing::warn!(%error, "the catalogue could not be closed in order");
        }
        let mut index = self
            .shared
            .index
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        drop(index.take());
    }
}

/// Bytes an ordinary user can still write to the file system of `dir`.
fn free_bytes(dir: &std::path::Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn full_or_io(error: io::Error) -> CatalogError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
            CatalogError::Full(error)
        }
        _ => CatalogError::Io(error),
    }
}

/// The same error for everybody in the group.
fn copy(error: &CatalogError) -> CatalogError {
    let again = |error: &io::Error| io::Error::new(error.kind(), error.to_string());
    match error {
        CatalogError::Full(error) => CatalogError::Full(again(error)),
        CatalogError::Io(error) => CatalogError::Io(again(error)),
        CatalogError::Damaged(text) => CatalogError::Damaged(text.clone()),
        _ => CatalogError::Closed,
    }
}
