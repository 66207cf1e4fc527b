//! Why the catalogue refused or failed.

use super::change::Idempotent;
use super::event::EventNumber;
use super::keyed::RecordKey;
use super::usage::Excess;
use crate::domain::SavedSearchId;
use crate::domain::asset::{AssetId, Revision};

/// Why the catalogue refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// An expectation did not hold; nothing was written.
    #[error("the work {id} is not at the expected revision")]
    Conflict {
        /// Which work.
        id: AssetId,
        /// Its present revision, that of the tombstone if it was deleted; none if it never was.
        current: Option<Revision>,
    },
    /// A saved search was expected at another revision; nothing was written.
    #[error("the saved search {id} is not at the expected revision")]
    SearchConflict {
        /// Which one.
        id: SavedSearchId,
        /// Its present revision; none when it is not there.
        current: Option<Revision>,
    },
    /// A keyed record was expected at another revision; nothing was written.
    #[error("the record `{}` of the table `{}` is not at the expected revision", key.key, key.table)]
    RecordConflict {
        /// Which one.
        key: RecordKey,
        /// Its present revision; none when it is not there.
        current: Option<Revision>,
    },
    /// An identifier that was expected to be free belongs to a work; nothing was written.
    #[error("the identifier belongs to the work {owner}")]
    IdentifierTaken {
        /// The work that carries it.
        owner: AssetId,
    },
    /// An organisation would use more than it may; nothing was written.
    #[error("the organisation {} would use more than it may", .0.organisation)]
    Exceeds(Excess),
    /// The same idempotency key was committed before; nothing was written.
    #[error("this request was carried out before")]
    Repeated(Box<Idempotent>),
    /// The lease expired and another worker may have the job; nothing was written.
    #[error("the lease on the job was lost")]
    LeaseLost,
    /// No space left on the device; nothing was written, reads go on.
    #[error("the storage is full")]
    Full(#[source] std::io::Error),
    /// The store is damaged; the text names file, place and the way out.
    #[error("the catalogue is damaged: {0}")]
    Damaged(String),
    /// Changes that were acknowledged are gone; the text names them and the way out.
    #[error("changes are lost: {0}")]
    Lost(String),
    /// A newer version of the archive wrote what stands at this place. Nothing is damaged.
    #[error(
        "{0} was written by a newer version of the archive: start that version, or restore a \
         backup that is older than the upgrade"
    )]
    NewerVersion(String),
    /// The device failed.
    #[error("the catalogue cannot be read or written")]
    Io(#[source] std::io::Error),
    /// The catalogue has been closed or its writer has stopped after an error.
    #[error(
        "the catalogue does not take changes any more; restart after mending the cause in the log"
    )]
    Closed,
}

impl CatalogError {
    /// Events that a witness knows and the log does not have.
    pub fn lost_events(last: EventNumber, remembered: EventNumber, witness: &str) -> Self {
        Self::Lost(format!(
            "the log ends with event {last}, but {witness} knows of events up to {remembered}: \
             {first} to {remembered} are missing. Restore the end of the journal, or the whole \
             archive (`khochung restore`), from a backup; or stop the archive, copy its data folder \
             and run `khochung rebuild --discard-after-damage`, which goes on without them",
            last = last.0,
            remembered = remembered.0,
            first = last.0 + 1,
        ))
    }
}
