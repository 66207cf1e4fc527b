//! A work in the archive: what editors describe, its files, and where it stands in its life.
//!
//! An [`Asset`] can only be changed through functions that return the next revision; storage
//! keeps what it is given. What is *not* here: people. Creators are credited as printed, and
//! those shown are only a yes/no statement with its basis ([`PeopleShown`]).

pub mod audience;
pub mod file;
pub mod file_name;
pub mod id;
pub mod kind;
pub mod lifecycle;
pub mod limits;
pub mod people;
pub mod publication;
pub mod secrecy;
pub mod transitions;
pub mod work;

pub use file::{File, FileRole, MediaFacts};
pub use id::{AssetId, Revision};
pub use lifecycle::{AudienceLevel, State, StateName};
pub use people::PeopleShown;
pub use transitions::TransitionError;
pub use work::{Access, Creator, Identifier, Relation, RelationTarget, RelationType, Work};

use crate::domain::Timestamp;

/// One work with its files, at one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Stable for ever, also after deletion.
    pub id: AssetId,
    /// Counts up by one with every change.
    pub revision: Revision,
    /// Where the work stands between draft and withdrawal.
    pub state: State,
    /// The widest audience level that could ever see it: decides who learns of its removal.
    pub widest_audience: AudienceLevel,
    /// The description, edited as a whole.
    pub work: Work,
    /// Attached files in order; hashes are unique within an asset.
    pub files: Vec<File>,
    /// When it was first taken in.
    pub created_at: Timestamp,
    /// When this revision was made.
    pub updated_at: Timestamp,
    /// When it was last published, if it is or was.
    pub published_at: Option<Timestamp>,
}

/// What stays of a deleted work, for ever, so that every reader of the log learns of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The id of the deleted work.
    pub id: AssetId,
    /// One more than the last revision.
    pub revision: Revision,
    /// The widest audience level that could see it.
    pub widest_audience: AudienceLevel,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}
