//! A work in the archive: its description, its files, and its state.
//!
//! An [`Asset`] is only changed through functions that return the next revision ([`transitions`]). Not here:
//! people. Creators are credited as printed, and people who are shown are only a statement with its basis
//! ([`PeopleShown`]).

pub mod audience;
pub mod checklist;
pub mod consent;
mod consent_limits;
pub mod file;
pub mod file_name;
pub mod id;
pub mod kind;
pub mod lifecycle;
pub mod limits;
pub mod people;
pub mod publication;
pub mod redaction;
pub mod review;
pub mod sealed_file;
pub mod secrecy;
mod succession;
pub mod text_correction;
pub mod transitions;
pub mod work;
pub mod work_edit;

pub use checklist::{Checklist, Condition, Status};
pub use consent::Consent;
pub use file::{File, FileRole, MediaFacts};
pub use id::{AssetId, Revision};
pub use lifecycle::{AudienceLevel, ReviewDecision, State, StateName};
pub use people::PeopleShown;
pub use redaction::{RedactionId, Region};
pub use review::{Correction, Decision, Requirement, ReturnReason, Review};
pub use sealed_file::SealedFile;
pub use text_correction::TextCorrection;
pub use transitions::TransitionError;
pub use work::{Access, Creator, Identifier, Relation, RelationTarget, RelationType, Work};

pub use crate::domain::processing::{Processing, ProcessingFailure, ProcessingStates};

use crate::domain::{Slug, Timestamp};

/// One work with its files, at one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Permanent, also after deletion.
    pub id: AssetId,
    /// Counts up by one with every change.
    pub revision: Revision,
    /// Its state.
    pub state: State,
    /// The widest audience level that could ever see it: decides who learns of its removal.
    pub widest_audience: AudienceLevel,
    /// The description, replaced as a whole.
    pub work: Work,
    /// The body that issued it, when another one is responsible for it since a succession: that is how it is cited.
    /// [`Work::organisation`] is the responsible one.
    pub issuer: Option<Slug>,
    /// Attached files in order; hashes are unique within an asset.
    pub files: Vec<File>,
    /// Sealed papers that prove the consent of the people shown.
    pub sealed: Vec<SealedFile>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When this revision was made.
    pub updated_at: Timestamp,
    /// When it was last published, if it is or was.
    pub published_at: Option<Timestamp>,
    /// The decisions that its publication rests on.
    pub review: Review,
    /// Corrections since it was first published, oldest first.
    pub corrections: Vec<Correction>,
}

impl Asset {
    /// The body that issued it.
    pub fn issued_by(&self) -> Option<&Slug> {
        self.issuer.as_ref().or(self.work.organisation.as_ref())
    }
}

/// What remains of a deleted work, permanently, so that every reader of the log learns of the deletion.
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
