//! What callers learn of bulk acts, and why one is refused.

use super::act::Selected;
use super::record::{BulkItemV1, BulkV1, Outcome, Phase, UndoOutcome};
use crate::domain::Timestamp;
use crate::services::works::ChangeError;
use crate::storage::catalog::CatalogError;

/// How long after its end a bulk act can be undone: a day.
pub const UNDO_SECONDS: i64 = 24 * 60 * 60;

/// What an act would do to a work.
#[derive(Debug)]
pub struct Preview {
    /// The work, and the revision that it has.
    pub selected: Selected,
    /// Whether it would change, or why it would be refused.
    pub result: Result<bool, ChangeError>,
}

/// A bulk act and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkState {
    /// Its id.
    pub id: String,
    /// The wire name of the act.
    pub act: &'static str,
    /// Who started it, as written into events.
    pub by: String,
    /// How far it is.
    pub phase: Phase,
    /// The works by result.
    pub counts: Counts,
    /// When it was started.
    pub created_at: Timestamp,
    /// When every work had a result.
    pub finished_at: Option<Timestamp>,
    /// Until when it can be undone.
    pub undo_until: Option<Timestamp>,
}

/// Works by result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All.
    pub total: u64,
    /// Without a result yet.
    pub pending: u64,
    /// Changed, undone ones included.
    pub changed: u64,
    /// Like that already.
    pub unchanged: u64,
    /// Refused.
    pub refused: u64,
    /// Changed back.
    pub undone: u64,
    /// Not changed back.
    pub not_undone: u64,
}

/// What came of one work.
#[derive(Debug)]
pub struct ItemResult {
    /// The stored result.
    pub item: BulkItemV1,
    /// Why the work is refused, or not changed back, in its present state; none when it would be accepted now.
    pub problem: Option<ChangeError>,
}

/// Why a bulk act cannot be started, read or undone.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// The token of the actor was narrowed and may not do this.
    #[error("the token is narrowed to other permissions")]
    Forbidden,
    /// There is none, or none that the actor may know of.
    #[error("there is no such bulk act")]
    NotFound,
    /// The idempotency key was used for another request.
    #[error("the idempotency key belongs to another request")]
    KeyReused,
    /// It is not finished, or undone already.
    #[error("the bulk act is in another phase")]
    WrongPhase,
    /// The day in which it can be undone is over.
    #[error("the bulk act can no longer be undone")]
    TooLate,
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Counts {
    pub(super) fn add(&mut self, item: &BulkItemV1) {
        match item.outcome {
            Outcome::Pending => self.pending += 1,
            Outcome::Changed(_) => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused => self.refused += 1,
        }
        match item.undo {
            Some(UndoOutcome::Undone(_)) => self.undone += 1,
            Some(UndoOutcome::Refused) => self.not_undone += 1,
            None => {}
        }
    }
}

/// Until when an act can be undone, once it is done.
pub(super) fn undo_until(bulk: &BulkV1) -> Option<Timestamp> {
    let finished_at = Timestamp::from_millis(bulk.finished_at_ms?);
    Some(finished_at.plus_seconds(UNDO_SECONDS))
}
