//! The one thread that changes anything.
//!
//! It takes what has arrived while it was busy, up to 64 change sets, plans them one after the
//! other, appends all to the journal with one sync, applies them to the index in one transaction
//! and only then answers each. A lone writer never waits for company.
//!
//! What can fail, and what is then answered:
//! - Too little space left (a reserve is kept for the index and for change sets that only take works
//!   away), or the append fails and is undone: [`CatalogError::Full`] or [`CatalogError::Io`], nothing has
//!   changed, the next may succeed.
//! - A sync fails: the state of the file is unknown, so the writer stops; a restart reads the
//!   journal again. Reads go on.
//! - The index fails although the journal is safe: it is opened again, which replays the lines, and
//!   the commit has succeeded. If it cannot be opened with them, the lines are taken back, for
//!   no caller has been answered, and the same is answered.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::ballast::free_bytes;
use super::error::full_or_io;
use super::index::Index;
use super::index::row::Meta;
use super::journal::{AppendError, Appender, Position};
use super::live::Shared;
use super::opening::Opened;
use super::plan::{Plan, Planned};
use super::recovery::session::{Durable, Session};
use super::sealer::Sealer;
use super::verify;
use crate::storage::catalog::{CatalogError, ChangeSet, Entry, EventNumber, Receipt, Verification};
use crate::telemetry::error_chain;

/// Change sets committed with one sync at most.
const GROUP: usize = 64;

/// Groups after which the lock notes how far the journal is durable: often enough to prove a loss,
/// rarely enough to cost nothing.
const NOTE_EVERY: u32 = 32;

/// A request to the writer.
#[derive(Debug)]
pub(crate) enum Request {
    /// Commit a change set.
    Commit(ChangeSet, oneshot::Sender<Result<Receipt, CatalogError>>),
    /// Compare journal and index while nothing changes.
    Verify(oneshot::Sender<Result<Verification, CatalogError>>),
}

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Writer {
    /// What it shares with readers.
    pub(crate) shared: Arc<Shared>,
    /// The open end of the journal.
    appender: Appender,
    /// The state behind the last commit.
    meta: Meta,
    /// The lock on the folder.
    session: Session,
    /// Compresses closed segments; none when somebody else does.
    sealer: Option<Sealer>,
    /// Groups committed since the lock was written.
    since_note: u32,
}

impl Writer {
    /// Of a catalogue that was just opened.
    pub(crate) fn new(opened: Opened, sealer: Option<Sealer>) -> Self {
        Self {
            shared: opened.shared,
            appender: opened.appender,
            meta: opened.meta,
            session: opened.session,
            sealer,
            since_note: 0,
        }
    }

    /// Works until nobody can send requests any more, then closes in order.
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
            let verified = verify::against_live(&self.shared);
            let _ = answer.send(verified);
        }
    }

    fn commit_group(
        &mut self,
        commits: Vec<(ChangeSet, oneshot::Sender<Result<Receipt, CatalogError>>)>,
    ) {
        let (changes, answers): (Vec<_>, Vec<_>) = commits.into_iter().unzip();
        for (answer, result) in answers.into_iter().zip(self.commit_all(&changes)) {
            let _ = answer.send(result);
        }
    }

    /// Commits change sets together, with one sync; gives one result each.
    pub(crate) fn commit_all(&mut self, sets: &[ChangeSet]) -> Vec<Result<Receipt, CatalogError>> {
        let prepared = self.prepare();
        let Err(CatalogError::Full(full)) = &prepared else {
            let written = prepared.and_then(|()| self.commit_together(sets));
            return written
                .unwrap_or_else(|error| sets.iter().map(|_| Err(copy(&error))).collect());
        };
        // Taking works away must be possible also now, and is what makes room.
        let present = |id| match self.shared.entries(&[id]).ok()?.pop()?? {
            Entry::Asset(asset) => Some(*asset),
            Entry::Tombstone(_) => None,
        };
        let take_away: Vec<bool> = sets
            .iter()
            .map(|set| set.only_takes_away(present))
            .collect();
        let reducing = sets.iter().zip(&take_away);
        let reducing: Vec<ChangeSet> = reducing
            .filter(|(_, takes_away)| **takes_away)
            .map(|(set, _)| set.clone())
            .collect();
        let refused = || {
            Err(copy(&CatalogError::Full(io::Error::new(
                full.kind(),
                full.to_string(),
            ))))
        };
        if reducing.is_empty() {
            return sets.iter().map(|_| refused()).collect();
        }
        self.shared.ballast.release();
        let written = self.commit_together(&reducing);
        let written =
            written.unwrap_or_else(|error| reducing.iter().map(|_| Err(copy(&error))).collect());
        let mut written = written.into_iter();
        let result = |takes_away: bool| {
            let used_reserve = takes_away.then(|| written.next()).flatten();
            used_reserve.unwrap_or_else(refused)
        };
        take_away.into_iter().map(result).collect()
    }

    /// Makes sure that a commit can succeed, as far as can be known.
    fn prepare(&mut self) -> Result<(), CatalogError> {
        if !self.shared.is_writable.load(Ordering::Relaxed) {
            return Err(CatalogError::Closed);
        }
        let reserve = self.shared.options.reserve_bytes;
        let free = free_bytes(&self.shared.dir).map_err(CatalogError::Io)?;
        if free < reserve {
            return Err(CatalogError::Full(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("{free} bytes free, {reserve} are kept in reserve"),
            )));
        }
        self.shared.ballast.hold(free);
        if self.appender.end().offset >= self.shared.options.segment_bytes {
            match self.appender.rotate() {
                Ok(closed) => self.after_rotation(closed),
                Err(error) => tracing::warn!(%error, "the next journal segment cannot be begun"),
            }
        }
        Ok(())
    }

    fn after_rotation(&mut self, closed: u64) {
        self.note_durable();
        if let Some(sealer) = &self.sealer {
            sealer.seal(closed);
        }
    }

    fn note_durable(&mut self) {
        self.since_note = 0;
        if let Err(error) = self.session.note(self.durable()) {
            tracing::warn!(%error, "the lock could not be written");
        }
    }

    /// Up to where the journal is durable.
    fn durable(&self) -> Durable {
        Durable {
            seq: self.appender.end().seq,
            log: self.meta.log_id(),
        }
    }

    /// Commits what is not refused; gives one result each, or the failure of all.
    fn commit_together(
        &mut self,
        sets: &[ChangeSet],
    ) -> Result<Vec<Result<Receipt, CatalogError>>, CatalogError> {
        let shared = Arc::clone(&self.shared);
        let (start, meta) = (self.appender.end(), self.meta.clone());
        let (results, planned) = shared.with_index(|index| {
            let mut plan = Plan::new(index, &shared.leases, start, meta.clone());
            let results = sets.iter().map(|set| plan.add(set)).collect();
            if index.has_failed() {
                shared.leases.settled(&[]);
                return Err(CatalogError::Closed);
            }
            Ok((results, plan.finish()))
        })?;
        let written = self.write(&planned);
        let used = written.as_ref().map_or(&[][..], |()| &planned.used);
        shared.leases.settled(used);
        written.map(|()| results)
    }

    fn write(&mut self, planned: &Planned) -> Result<(), CatalogError> {
        if planned.lines.is_empty() {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let committing = shared.committing.lock();
        let _committing = committing.unwrap_or_else(PoisonError::into_inner);
        let before = self.appender.end();
        match self
            .appender
            .append(&planned.lines, planned.meta.position.seq)
        {
            Ok(()) => {}
            Err(AppendError::Undone(error)) => return Err(full_or_io(error)),
            Err(AppendError::Unknown(error)) => return Err(self.stop(error)),
        }
        if let Err(error) = shared.apply(planned) {
            self.take_back(before);
            return Err(error);
        }
        self.meta = planned.meta.clone();
        shared.events.send_replace(EventNumber(self.meta.events));
        self.since_note += 1;
        if self.since_note >= NOTE_EVERY {
            self.note_durable();
        }
        Ok(())
    }

    /// Takes lines back that the index could not apply. Its files may have them all the same.
    fn take_back(&mut self, to: Position) {
        let taken_back = self
            .appender
            .take_back(to)
            .and_then(|()| self.session.note_undoing(self.durable()));
        if let Err(error) = taken_back {
            self.stop(error);
        }
    }

    fn stop(&mut self, error: io::Error) -> CatalogError {
        tracing::error!(%error, "the journal is in an unknown state: restart to go on");
        self.shared.is_writable.store(false, Ordering::Relaxed);
        full_or_io(error)
    }

    /// Syncs the index and notes that everything was closed in order.
    pub(crate) fn close(mut self) {
        drop(self.sealer.take());
        let synced = self.shared.with_index(Index::sync);
        self.shared.close();
        let durable = self.durable();
        let ended = synced.and_then(|()| self.session.end(durable).map_err(CatalogError::Io));
        let unlocked = self.shared.journal.unlock().map_err(CatalogError::Io);
        if let Err(error) = ended.and(unlocked) {
            tracing::warn!(
                error = error_chain(&error),
                "the catalogue could not be closed in order"
            );
        }
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
