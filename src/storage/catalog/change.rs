//! Change sets: what one commit writes.

use super::{
    Audit, EventKind, EventNumber, HashedPicture, JobId, KeyedRecord, Lease, NewJob, Outcome,
    ProcessedBlob, RecordKey, Rendition, TokenRecord, UsageLimit,
};
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId, Identifier, Revision, Tombstone};
use crate::domain::{SavedSearch, SavedSearchId, Sha256, Timestamp};

/// Everything that one commit writes, and its expectations. Built by the services, committed by
/// [`super::Commits::commit`].
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeSet {
    /// The actor, as written into events.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the words of the actor; kept with the revisions that this commit makes.
    pub reason: Option<String>,
    /// The expectations; checked before anything is written.
    pub expectations: Vec<Expectation>,
    /// The writes, in order.
    pub writes: Vec<Write>,
}

/// A condition on the state before the commit; [`Expectation::Within`] on that after it, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The work is alive and at this revision.
    Revision(AssetId, Revision),
    /// No work and no tombstone has this id.
    Absent(AssetId),
    /// No work carries this identifier.
    Unused(Identifier, Vec<AssetId>),
    /// The saved search is there and at this revision.
    Search(SavedSearchId, Revision),
    /// The keyed record is at this revision; none: it is not there.
    Record(RecordKey, Option<Revision>),
    /// After the commit the organisation uses no more than this, or no more than before it.
    Within(UsageLimit),
}

/// One write of a commit. A variant that changes a work has its event, so a change without an event cannot
/// be expressed.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A work at a new revision, greater than that before. A deleted work never comes back.
    Asset(Box<Asset>, EventKind),
    /// A deleted work; its event is [`EventKind::Deleted`].
    Tombstone(Tombstone),
    /// A copy derived from a blob, with the work it was made for; its event is
    /// [`EventKind::Rendered`]. Refused as a conflict when the work is gone or no work has the
    /// source any more. Kept as long as a work, or an earlier revision of a work that is not
    /// deleted, has the source.
    Rendition(Rendition, AssetId),
    /// An audit of a blob; its event is [`EventKind::FixityChecked`] or
    /// [`EventKind::FixityFailed`].
    Audit(Audit),
    /// What a picture looks like; its event is [`EventKind::PictureHashed`]. Without effect and
    /// without event when nothing refers to the blob before this change set, or when the very
    /// same is known of it already. Kept until nothing refers to the blob any more.
    HashedPicture(HashedPicture),
    /// What processing a blob came to; its event is [`EventKind::Processed`]. Without effect and
    /// without event when nothing refers to the blob before this change set, or when the same is
    /// recorded already. Kept until nothing refers to the blob any more.
    Processed(ProcessedBlob),
    /// A job to do later.
    Job(NewJob),
    /// The outcome of a leased job. Fails the commit when the lease was lost.
    Finish(Lease, Outcome),
    /// A dead job gets another set of attempts; no effect on a job that is not dead.
    Requeue(JobId),
    /// Gives up a job that waits or runs; nothing happens to any other.
    Cancel(JobId),
    /// A waiting job becomes due at this moment; no effect on a job that does not wait.
    Reschedule(JobId, Timestamp),
    /// Finished jobs older than this are forgotten.
    PruneJobs(Timestamp),
    /// A token, new or changed.
    Token(TokenRecord),
    /// A saved search, new or changed. It is not a work: it appends no event.
    Search(SavedSearch),
    /// Deletes a saved search without a tombstone; no effect when there is none.
    DropSearch(SavedSearchId),
    /// A keyed record at its next revision. It appends no event.
    Record(KeyedRecord),
    /// Deletes a keyed record; no effect when there is none.
    DropRecord(RecordKey),
    /// The answer to a request that may be repeated. Fails the commit when the key is known.
    Remember(Idempotent),
    /// Remembered answers older than this are forgotten.
    Forget(Timestamp),
}

/// A key chosen by a client for one request, within the scope of its token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey {
    /// The token (or `anonymous`) that used it.
    pub scope: String,
    /// 1 to 255 visible ASCII characters.
    pub key: String,
}

/// The result of a request with an idempotency key, for repeated requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotent {
    /// The key.
    pub key: IdempotencyKey,
    /// SHA-256 over method, path and body: the same key with another request is an error.
    pub request: Sha256,
    /// What the request made or changed.
    pub made: Made,
    /// Its revision then.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
}

/// What a request made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// A work.
    Asset(AssetId),
    /// A saved search.
    Search(SavedSearchId),
}

/// The result of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the last event in the log after this commit.
    pub last_event: EventNumber,
    /// The ids of the jobs enqueued, in order; for a superfluous one that of the job that waits.
    pub jobs: Vec<JobId>,
}

impl ChangeSet {
    /// Starts a change set.
    pub fn by(actor: &Actor, at: Timestamp) -> Self {
        Self {
            by: actor.to_string(),
            at,
            reason: None,
            expectations: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// With a reason, if the actor gave one.
    #[must_use]
    pub fn because(self, reason: Option<&str>) -> Self {
        Self {
            reason: reason.map(str::to_owned),
            ..self
        }
    }

    /// The work must be at this revision.
    #[must_use]
    pub fn expect(mut self, id: AssetId, revision: Revision) -> Self {
        self.expectations.push(Expectation::Revision(id, revision));
        self
    }

    /// The id must be new.
    #[must_use]
    pub fn expect_absent(mut self, id: AssetId) -> Self {
        self.expectations.push(Expectation::Absent(id));
        self
    }

    /// Whether the set only withdraws, deletes, revokes or narrows who may see a work, so that it may use the space kept in
    /// reserve. `present` gives a work as it is.
    pub fn only_takes_away(&self, present: impl Fn(AssetId) -> Option<Asset>) -> bool {
        let narrows =
            |asset: &Asset| present(asset.id).is_some_and(|before| asset.only_narrows(&before));
        let takes_away = |write: &Write| match write {
            Write::Asset(_, EventKind::Withdrawn) => true,
            Write::Asset(asset, EventKind::Described | EventKind::Corrected) => narrows(asset),
            Write::Tombstone(_) | Write::DropSearch(_) | Write::DropRecord(_) => true,
            Write::Token(token) => token.revoked_at.is_some(),
            _ => false,
        };
        let may_follow =
            |write: &Write| matches!(write, Write::Job(_) | Write::Remember(_) | Write::Record(_));
        self.writes.iter().any(takes_away)
            && self
                .writes
                .iter()
                .all(|write| takes_away(write) || may_follow(write))
    }

    /// No work may carry this identifier yet.
    #[must_use]
    pub fn expect_unused(self, identifier: Identifier) -> Self {
        self.expect_unused_beside(identifier, Vec::new())
    }

    /// No work but `known` may carry this identifier yet.
    #[must_use]
    pub fn expect_unused_beside(mut self, identifier: Identifier, known: Vec<AssetId>) -> Self {
        self.expectations
            .push(Expectation::Unused(identifier, known));
        self
    }

    /// What an organisation uses must not grow beyond the limit.
    #[must_use]
    pub fn within(mut self, limit: UsageLimit) -> Self {
        self.expectations.push(Expectation::Within(limit));
        self
    }

    /// The saved search must be at this revision.
    #[must_use]
    pub fn expect_search(mut self, id: SavedSearchId, revision: Revision) -> Self {
        self.expectations.push(Expectation::Search(id, revision));
        self
    }

    /// Writes a work together with its event.
    #[must_use]
    pub fn put(self, asset: Asset, event: EventKind) -> Self {
        self.write(Write::Asset(Box::new(asset), event))
    }

    /// Enqueues a job.
    #[must_use]
    pub fn job(self, job: NewJob) -> Self {
        self.write(Write::Job(job))
    }

    /// Adds any other write.
    #[must_use]
    pub fn write(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }
}
