//! From change sets to journal lines: checks what a change set expects, gives numbers to events
//! and jobs, and notes what it does to the index. Nothing is written yet.
//!
//! [`expectations`] checks what must hold; [`jobs`] says what becomes of jobs.

mod expectations;
mod jobs;

use super::effects;
use super::index::row::{AssetRow, BlobRow, Meta};
use super::index::{Changes, Index, Staged, Table, key, usage};
use super::journal::{Line, Place, Position};
use super::leases::Leases;
use crate::domain::asset::{AssetId, Revision};
use crate::domain::{SavedSearchId, Timestamp};
use crate::storage::catalog::change::Expectation;
use crate::storage::catalog::record::{
    EventRecord, HashedPictureRecord, ProcessedBlobRecord, SavedSearchRecord, Stored, StoredKeyed,
    StoredRecord,
};
use crate::storage::catalog::{
    Audit, AuditOutcome, CatalogError, ChangeSet, Event, EventKind, EventNumber, JobState, Lease,
    Receipt, RecordKey, Rendition, Subject, Usage, UsageLimit, Write,
};

/// Change sets that are committed together.
pub(crate) struct Plan<'a> {
    staged: Staged<'a>,
    leases: &'a Leases,
    start: Position,
    lines: Vec<u8>,
    used: Vec<Lease>,
}

/// What a plan comes to.
pub(crate) struct Planned {
    /// The lines to append.
    pub(crate) lines: Vec<u8>,
    /// What they do to the index.
    pub(crate) changes: Changes,
    /// The state behind them.
    pub(crate) meta: Meta,
    /// Leases used up by it.
    pub(crate) used: Vec<Lease>,
}

impl<'a> Plan<'a> {
    /// Begins behind `start`, where the index stands too.
    pub(crate) fn new(index: &'a Index, leases: &'a Leases, start: Position, meta: Meta) -> Self {
        Self {
            staged: Staged::new(index, meta),
            leases,
            start,
            lines: Vec::new(),
            used: Vec::new(),
        }
    }

    /// What it comes to.
    pub(crate) fn finish(self) -> Planned {
        let (changes, meta) = self.staged.finish();
        Planned {
            lines: self.lines,
            changes,
            meta,
            used: self.used,
        }
    }

    /// Adds a change set, which sees those before it; leaves no trace of one that is refused.
    ///
    /// # Errors
    /// Why it is refused.
    pub(crate) fn add(&mut self, changes: &ChangeSet) -> Result<Receipt, CatalogError> {
        let (lines, used) = (self.lines.len(), self.used.len());
        let receipt = self.try_add(changes);
        let receipt = receipt.and_then(|receipt| self.staged.accept().map(|()| receipt));
        if receipt.is_err() {
            self.staged.refuse();
            self.lines.truncate(lines);
            self.used.truncate(used);
        }
        receipt
    }

    fn try_add(&mut self, changes: &ChangeSet) -> Result<Receipt, CatalogError> {
        let mut used_before = Vec::new();
        for expectation in &changes.expectations {
            self.check(expectation)?;
            if let Expectation::Within(limit) = expectation {
                used_before.push((limit, usage::of(&self.staged, limit.organisation.as_str())?));
            }
        }
        let mut writes = Vec::with_capacity(changes.writes.len());
        for write in &changes.writes {
            if !self.is_noop(write)? {
                writes.push(write);
            }
        }
        let seq = self.staged.meta.position.seq + u64::from(!writes.is_empty());
        let of = u32::try_from(writes.len()).unwrap_or(u32::MAX);
        let mut jobs = Vec::new();
        for (part, write) in (0..of).zip(writes) {
            let enqueues = matches!(write, Write::Job(_));
            let (stored, subject) = self.resolve(write, changes.at)?;
            if let (true, Stored::Job(job)) = (enqueues, &stored) {
                jobs.push(job.id);
            }
            let event = subject.map(|(subject, kind)| Event {
                number: EventNumber(self.staged.meta.events + 1),
                at: changes.at,
                by: changes.by.clone(),
                subject,
                kind,
            });
            let place = Place {
                segment: self.start.segment,
                offset: self.start.offset + self.lines.len() as u64,
                length: 0,
            };
            let line = Line {
                seq,
                part,
                of,
                synced: Some(self.start.seq),
                at_ms: changes.at.as_millis(),
                by: changes.by.clone(),
                reason: changes.reason.clone(),
                keeps_former_files: matches!(stored, Stored::Asset(_)),
                event: event.clone().map(EventRecord::from),
                write: StoredRecord::from(stored.clone()),
            };
            let place = self.append(&line, place)?;
            let origin = line.origin(place);
            effects::stage(&mut self.staged, &stored, event.as_ref(), origin)?;
        }
        self.check_usage(&used_before)?;
        self.staged.meta.position = Position {
            seq,
            segment: self.start.segment,
            offset: self.start.offset + self.lines.len() as u64,
        };
        Ok(Receipt {
            last_event: EventNumber(self.staged.meta.events),
            jobs,
        })
    }

    fn append(&mut self, line: &Line, place: Place) -> Result<Place, CatalogError> {
        let before = self.lines.len();
        line.encode(&mut self.lines)
            .map_err(|error| CatalogError::Io(error.into()))?;
        let length = u32::try_from(self.lines.len() - before)
            .map_err(|_| CatalogError::Io(std::io::ErrorKind::FileTooLarge.into()))?;
        Ok(Place { length, ..place })
    }

    /// What the change set leaves is compared with the limits: it may delete and add.
    fn check_usage(&self, before: &[(&UsageLimit, Usage)]) -> Result<(), CatalogError> {
        for (limit, before) in before {
            let after = usage::of(&self.staged, limit.organisation.as_str())?;
            if let Some(excess) = limit.excess(*before, after) {
                return Err(CatalogError::Exceeds(excess));
            }
        }
        Ok(())
    }

    /// What leaves nothing behind: requeueing a job that is not there or not dead, cancelling or rescheduling
    /// one that does not wait, deleting a saved search or a record that is not there, and the hash of a picture
    /// that nothing refers to or whose hash is known.
    fn is_noop(&self, write: &Write) -> Result<bool, CatalogError> {
        match write {
            Write::Requeue(id) => {
                let job = self.job(*id)?;
                Ok(job.is_none_or(|job| job.state != JobState::Dead))
            }
            Write::Cancel(id) | Write::Reschedule(id, _) => {
                let job = self.job(*id)?;
                Ok(job.is_none_or(|job| job.state != JobState::Waiting))
            }
            Write::DropSearch(id) => Ok(self.revision_of(*id)?.is_none()),
            Write::DropRecord(key) => Ok(self.revision_of_record(key)?.is_none()),
            Write::HashedPicture(picture) => {
                let row: Option<BlobRow> = self.staged.get(Table::Blobs, picture.of.as_bytes())?;
                let record = HashedPictureRecord::from(picture.clone());
                Ok(row.is_none_or(|row| row.picture == Some(record)))
            }
            Write::Processed(processed) => {
                let row: Option<BlobRow> =
                    self.staged.get(Table::Blobs, processed.of.as_bytes())?;
                let record = ProcessedBlobRecord::from(processed.clone());
                Ok(row.is_none_or(|row| row.processed(processed.name()) == Some(&record)))
            }
            _ => Ok(false),
        }
    }

    fn revision_of(&self, id: SavedSearchId) -> Result<Option<Revision>, CatalogError> {
        let row: Option<SavedSearchRecord> = self.staged.get(Table::Searches, id.as_bytes())?;
        Ok(row.map(|row| Revision(row.revision())))
    }

    fn revision_of_record(&self, of: &RecordKey) -> Result<Option<Revision>, CatalogError> {
        let key = key::record(&of.table, &of.key);
        let row: Option<StoredKeyed> = self.staged.get(Table::Records, &key)?;
        Ok(row.map(|row| Revision(row.revision)))
    }

    /// What a write leaves behind, and the subject and kind of its event.
    fn resolve(
        &mut self,
        write: &Write,
        at: Timestamp,
    ) -> Result<(Stored, Option<(Subject, EventKind)>), CatalogError> {
        Ok(match write {
            Write::Asset(asset, kind) => {
                let subject = self.newer(asset.id, asset.revision)?;
                (Stored::Asset(asset.clone()), Some((subject, *kind)))
            }
            Write::Tombstone(tombstone) => {
                let subject = self.newer(tombstone.id, tombstone.revision)?;
                let event = (subject, EventKind::Deleted);
                (Stored::Tombstone(tombstone.clone()), Some(event))
            }
            Write::Rendition(rendition, id) => {
                let event = (self.rendered(rendition, *id)?, EventKind::Rendered);
                (Stored::Rendition(rendition.clone()), Some(event))
            }
            Write::Audit(audit) => {
                let event = (Subject::Blob(audit.blob), audit_event(audit));
                (Stored::Audit(audit.clone()), Some(event))
            }
            Write::HashedPicture(picture) => {
                let event = (Subject::Blob(picture.of), EventKind::PictureHashed);
                (Stored::HashedPicture(picture.clone()), Some(event))
            }
            Write::Processed(processed) => {
                let event = (Subject::Blob(processed.of), EventKind::Processed);
                (Stored::Processed(processed.clone()), Some(event))
            }
            Write::Job(new) => (Stored::Job(self.enqueue(new, at)?), None),
            Write::Finish(lease, outcome) => {
                (Stored::Job(self.finish_job(*lease, outcome, at)?), None)
            }
            Write::Requeue(id) => (Stored::Job(self.requeue(*id, at)?), None),
            Write::Cancel(id) => (Stored::Job(self.cancel(*id, at)?), None),
            Write::Reschedule(id, at) => (Stored::Job(self.reschedule(*id, *at)?), None),
            Write::PruneJobs(before) => (Stored::PruneJobs(*before), None),
            Write::Token(token) => (Stored::Token(token.clone()), None),
            Write::Search(search) => (Stored::Search(search.clone()), None),
            Write::DropSearch(id) => (Stored::DropSearch(*id), None),
            Write::Record(record) => (Stored::Record(record.clone()), None),
            Write::DropRecord(key) => (Stored::DropRecord(key.clone()), None),
            Write::Remember(answer) => {
                self.must_be_new(answer)?;
                (Stored::Remember(answer.clone()), None)
            }
            Write::Forget(before) => (Stored::Forget(*before), None),
        })
    }

    /// No work goes back a revision, and none comes back from the dead.
    fn newer(&self, id: AssetId, revision: Revision) -> Result<Subject, CatalogError> {
        match self.asset(id)? {
            Some(row) if !row.alive || row.revision >= revision.0 => Err(conflict(id, Some(row))),
            _ => Ok(Subject::Asset(id, revision)),
        }
    }

    /// The work must still be there, and some work must still have the source.
    fn rendered(&self, rendition: &Rendition, id: AssetId) -> Result<Subject, CatalogError> {
        let source: Option<BlobRow> = self.staged.get(Table::Blobs, rendition.of.as_bytes())?;
        match self.asset(id)? {
            Some(row) if row.alive && source.is_some() => {
                Ok(Subject::Asset(id, Revision(row.revision)))
            }
            row => Err(conflict(id, row)),
        }
    }

    fn asset(&self, id: AssetId) -> Result<Option<AssetRow>, CatalogError> {
        self.staged.get(Table::Assets, id.as_bytes())
    }
}

fn conflict(id: AssetId, row: Option<AssetRow>) -> CatalogError {
    CatalogError::Conflict {
        id,
        current: row.map(|row| Revision(row.revision)),
    }
}

fn audit_event(audit: &Audit) -> EventKind {
    match audit.outcome {
        AuditOutcome::Intact => EventKind::FixityChecked,
        AuditOutcome::Damaged | AuditOutcome::Missing => EventKind::FixityFailed,
    }
}
