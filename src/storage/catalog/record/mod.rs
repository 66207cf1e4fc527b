//! The stored forms: what the catalogue's back ends write to disk, as versioned JSON.
//!
//! Each record is an enum with one variant per version, tagged with its name (`{"v1": {…}}`).
//! Every released version stays readable: [`upgrade`](AssetRecord::upgrade) converts every version to the
//! newest, and bytes of each version are in
//! `tests/fixtures/records/`. Domain types do not know about this module; a change to them that
//! does not fit the newest version needs the next one, never an edit of an old one.
//!
//! A field that this version does not know is refused, never dropped: the next edit of the work
//! would write the record without it. What a newer version wrote is reported as such
//! ([`CatalogError::NewerVersion`](super::CatalogError::NewerVersion)).
//!
//! Shapes: ids and hashes are text, moments are milliseconds since 1970 in fields that end in
//! `_ms`, closed lists are their wire names, and what is absent is left out.

mod asset;
mod change;
mod consent;
mod event;
mod field;
mod file;
mod job;
mod keyed;
mod log;
mod processed;
mod review;
mod search;
mod token;
mod work;

use serde::{Deserialize, Serialize};

pub use asset::{AssetRecord, AssetV1, AssetV2, TombstoneRecord, TombstoneV1};
pub use change::{
    AuditRecord, AuditV1, HashedPictureRecord, HashedPictureV1, IdempotentRecord, IdempotentV1,
    IdempotentV2, RenditionRecord, RenditionV1,
};
pub use consent::{ConsentV1, SealedFileV1};
pub use event::{EventRecord, EventV1};
pub use field::InvalidRecord;
pub use file::FileV1;
pub use job::{JobRecord, JobV1};
pub use keyed::{StoredHeld, StoredKeyed};
pub use log::{LogRecord, LogV1};
pub use processed::{ProcessedBlobRecord, ProcessedBlobV1};
pub use review::{CorrectionV1, DecisionV1, ReturnReasonV1};
pub use search::{SavedSearchRecord, SavedSearchV1, SavedSearchV2};
pub use token::{StoredToken, TokenV1};
pub use work::{CreatorV1, IdentifierV1, RelationV1, WorkV1};

use super::{
    Audit, HashedPicture, Idempotent, Job, KeyedRecord, Log, ProcessedBlob, RecordKey, Rendition,
    TokenRecord,
};
use crate::domain::asset::{Asset, Tombstone};
use crate::domain::{SavedSearch, SavedSearchId, Timestamp};

/// What one write of a commit left behind: the whole state of one thing after it, so that
/// applying it again changes nothing. Job writes of every sort leave the job.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    /// A work.
    Asset(Box<Asset>),
    /// What stays of a deleted work.
    Tombstone(Tombstone),
    /// A derived copy.
    Rendition(Rendition),
    /// An audit of a blob.
    Audit(Audit),
    /// What a picture looks like.
    HashedPicture(HashedPicture),
    /// What processing a blob came to.
    Processed(ProcessedBlob),
    /// A job, enqueued or with its new state.
    Job(Job),
    /// Jobs finished before this were forgotten.
    PruneJobs(Timestamp),
    /// A token.
    Token(TokenRecord),
    /// A saved search.
    Search(SavedSearch),
    /// A saved search went.
    DropSearch(SavedSearchId),
    /// A keyed record.
    Record(KeyedRecord),
    /// A keyed record went.
    DropRecord(RecordKey),
    /// An answer to a request that may be repeated.
    Remember(Idempotent),
    /// Answers remembered before this were forgotten.
    Forget(Timestamp),
    /// From here on the log has this identity.
    Log(Log),
}

/// The stored form of [`Stored`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are those of `Stored`")]
pub enum StoredRecord {
    Asset(AssetRecord),
    Tombstone(TombstoneRecord),
    Rendition(RenditionRecord),
    Audit(AuditRecord),
    HashedPicture(HashedPictureRecord),
    Processed(ProcessedBlobRecord),
    Job(JobRecord),
    PruneJobs { before_ms: i64 },
    Token(StoredToken),
    Search(SavedSearchRecord),
    DropSearch { id: String },
    Record(StoredKeyed),
    DropRecord { table: String, key: String },
    Remember(IdempotentRecord),
    Forget { before_ms: i64 },
    Log(LogRecord),
}

impl From<Stored> for StoredRecord {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Asset(asset) => Self::Asset((*asset).into()),
            Stored::Tombstone(tombstone) => Self::Tombstone(tombstone.into()),
            Stored::Rendition(rendition) => Self::Rendition(rendition.into()),
            Stored::Audit(audit) => Self::Audit(audit.into()),
            Stored::HashedPicture(picture) => Self::HashedPicture(picture.into()),
            Stored::Processed(processed) => Self::Processed(processed.into()),
            Stored::Job(job) => Self::Job(job.into()),
            Stored::PruneJobs(before) => Self::PruneJobs {
                before_ms: before.as_millis(),
            },
            Stored::Token(token) => Self::Token(token.into()),
            Stored::Search(search) => Self::Search(search.into()),
            Stored::DropSearch(id) => Self::DropSearch { id: id.to_string() },
            Stored::Record(record) => Self::Record(record.into()),
            Stored::DropRecord(RecordKey { table, key }) => Self::DropRecord { table, key },
            Stored::Remember(answer) => Self::Remember(answer.into()),
            Stored::Forget(before) => Self::Forget {
                before_ms: before.as_millis(),
            },
            Stored::Log(log) => Self::Log(log.into()),
        }
    }
}

impl TryFrom<StoredRecord> for Stored {
    type Error = InvalidRecord;

    fn try_from(record: StoredRecord) -> Result<Self, InvalidRecord> {
        Ok(match record {
            StoredRecord::Asset(asset) => Self::Asset(Box::new(asset.try_into()?)),
            StoredRecord::Tombstone(tombstone) => Self::Tombstone(tombstone.try_into()?),
            StoredRecord::Rendition(rendition) => Self::Rendition(rendition.try_into()?),
            StoredRecord::Audit(audit) => Self::Audit(audit.try_into()?),
            StoredRecord::HashedPicture(picture) => Self::HashedPicture(picture.try_into()?),
            StoredRecord::Processed(processed) => Self::Processed(processed.try_into()?),
            StoredRecord::Job(job) => Self::Job(job.try_into()?),
            StoredRecord::PruneJobs { before_ms } => {
                Self::PruneJobs(Timestamp::from_millis(before_ms))
            }
            StoredRecord::Token(token) => Self::Token(token.try_into()?),
            StoredRecord::Search(search) => Self::Search(search.try_into()?),
            StoredRecord::DropSearch { id } => Self::DropSearch(field::saved_search_id(&id)?),
            StoredRecord::Record(record) => Self::Record(record.try_into()?),
            StoredRecord::DropRecord { table, key } => Self::DropRecord(RecordKey { table, key }),
            StoredRecord::Remember(answer) => Self::Remember(answer.try_into()?),
            StoredRecord::Forget { before_ms } => Self::Forget(Timestamp::from_millis(before_ms)),
            StoredRecord::Log(log) => Self::Log(log.try_into()?),
        })
    }
}
