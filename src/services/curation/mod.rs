//! Changes of deposited works: describe, correct, submit, withdraw, delete, restore. The decisions on the way
//! to publication are in [`decisions`], acts on many works in [`bulk`].
//!
//! Every change names the revision it is based on, is permitted by `domain::access::policy`, is one of
//! the transitions of `domain::asset::transitions`, and appends its event in the same commit. `None`
//! for the expected revision accepts any.

pub mod bulk;
mod decisions;
pub mod handling;
mod restoration;
mod scheduled_changes;
mod sealed_files;

pub use handling::{Assignments, HandlingRead, NewAssignment, NewComment};
pub use scheduled_changes::MakeScheduledChanges;
pub use sealed_files::SharedEvidence;

use crate::domain::access::{Actor, Operation};
use crate::domain::asset::{
    Asset, AssetId, File, Region, Revision, State, Tombstone, TransitionError, limits,
};
use crate::domain::{Rule, Sha256, text};
use crate::services::works::{ChangeError, Deposit, WorkAccess};
use crate::storage::catalog::{CatalogError, ChangeSet, EventKind, Write};

/// Attempts to delete a work on which others comment at the same time.
const MAX_DELETE_ATTEMPTS: usize = 10;

/// Changes works.
#[derive(Clone)]
pub struct Curation {
    works: WorkAccess,
}

impl Curation {
    /// Curates these works.
    pub const fn new(works: WorkAccess) -> Self {
        Self { works }
    }

    /// Curates them for this reason, which is kept with the revisions.
    #[must_use]
    pub fn because(&self, reason: Option<&str>) -> Self {
        Self {
            works: self.works.because(reason),
        }
    }

    /// Replaces the description of the work. An equal description changes nothing.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] also when a contributor would give the work to another
    /// organisation;
    /// [`ChangeError::Invalid`] for unknown relation targets; [`ChangeError::Transition`] when a
    /// published work would fail a condition of publication; [`ChangeError::Stale`].
    pub async fn describe(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        deposit: Deposit,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Edit)
            .await?;
        let work = self.works.resolve_deposit(actor, deposit, Some(id)).await?;
        if work == present.work {
            return Ok(self.works.shown_to(actor, present).await?);
        }
        let by = actor.decision(self.works.now());
        let next = present.describe(work, &self.works.vocabularies, &by);
        self.commit(actor, &present, next, EventKind::Described)
            .await
    }

    /// Replaces the description of a published work, with a note for its readers. The text before it stays
    /// citable.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] for an invalid note (pointer `/note`) and for a correction that changes
    /// nothing; [`ChangeError::Transition`] unless it is published, or when a condition of publication would
    /// fail; [`ChangeError::Stale`].
    pub async fn correct(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        deposit: Deposit,
        note: &str,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Correct)
            .await?;
        let note =
            text::line(note, limits::LINE).map_err(|rule| ChangeError::invalid("/note", rule))?;
        let work = self.works.resolve_deposit(actor, deposit, Some(id)).await?;
        if work == present.work {
            return Err(ChangeError::invalid("/changes", Rule::Required));
        }
        let by = actor.decision(self.works.now());
        let next = present.correct(work, note, &self.works.vocabularies, &by);
        self.commit(actor, &present, next, EventKind::Corrected)
            .await
    }

    /// Detaches a file. Its bytes stay with the earlier revisions of the work.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] when there is no such file, or the work is published and would
    /// break a gate; [`ChangeError::Stale`].
    pub async fn detach(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        file: Sha256,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Edit, EventKind::FileDetached);
        self.transition(actor, id, expected, operation, event, |present| {
            present.detach(file, &self.works.vocabularies, self.works.now())
        })
        .await
    }

    /// Redacts regions of an image. Its copies are made anew by a job of the same commit.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] when there is no such file, the regions do not fit it, or the work is published and
    /// may not show more without a second approval; [`ChangeError::Stale`].
    pub async fn redact(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        file: Sha256,
        regions: Vec<Region>,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Edit, EventKind::FileRedacted);
        self.transition(actor, id, expected, operation, event, |present| {
            let by = actor.decision(self.works.now());
            present.redact(file, regions, &self.works.vocabularies, &by)
        })
        .await
    }

    /// Drops the corrected text of a file: what was read from it counts again.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] when there is no such file, or no correction of its text; [`ChangeError::Stale`].
    pub async fn drop_text_correction(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        file: Sha256,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Edit, EventKind::TextCorrected);
        self.transition(actor, id, expected, operation, event, |present| {
            let is_corrected = |file: &File| file.text_correction.is_some();
            if !present.file(file).is_some_and(is_corrected) {
                return Err(TransitionError::NoSuchFile(file));
            }
            present.correct_text(file, None, &self.works.vocabularies, self.works.now())
        })
        .await
    }

    /// Submits a draft to the editors.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] unless it is a draft; [`ChangeError::Stale`].
    pub async fn submit(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Submit, EventKind::Submitted);
        self.transition(actor, id, expected, operation, event, |present| {
            present.submit(self.works.now())
        })
        .await
    }

    /// Makes a submitted work a draft again.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] from a state in which it is no submission; [`ChangeError::Stale`].
    pub async fn recall(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        self.return_to_draft(actor, id, expected, Operation::Recall)
            .await
    }

    /// Makes a withdrawn work a draft again.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] unless it is withdrawn; [`ChangeError::Stale`].
    pub async fn reopen(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        self.return_to_draft(actor, id, expected, Operation::Reopen)
            .await
    }

    async fn return_to_draft(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        operation: Operation,
    ) -> Result<Asset, ChangeError> {
        let event = EventKind::Returned;
        self.transition(actor, id, expected, operation, event, |present| {
            present.return_to_draft(self.works.now())
        })
        .await
    }

    /// Withdraws a published work; everybody who could see it can read the reason.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] for an invalid reason (pointer `/reason`);
    /// [`ChangeError::Transition`] unless it is published; [`ChangeError::Stale`].
    pub async fn withdraw(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        reason: &str,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Withdraw)
            .await?;
        let reason = text::line(reason, limits::LINE)
            .map_err(|rule| ChangeError::invalid("/reason", rule))?;
        let next = present.withdraw(reason, self.works.now());
        self.commit(actor, &present, next, EventKind::Withdrawn)
            .await
    }

    /// Records that the consent to show the people in a work was withdrawn. A published work is withdrawn in the
    /// same commit; everybody who could see it can read the reason.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] for an invalid reason (pointer `/reason`); [`ChangeError::Transition`] when it
    /// does not rest on a consent; [`ChangeError::Stale`].
    pub async fn withdraw_consent(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        reason: &str,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Withdraw)
            .await?;
        let reason = text::line(reason, limits::LINE)
            .map_err(|rule| ChangeError::invalid("/reason", rule))?;
        let next = present.withdraw_consent(reason, actor.decision(self.works.now()));
        let event = match present.state {
            State::Published => EventKind::Withdrawn,
            _ => EventKind::ConsentWithdrawn,
        };
        self.commit(actor, &present, next, event).await
    }

    /// Deletes a work permanently; a tombstone stays.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] for contributors unless it is a draft that nobody else has seen;
    /// [`ChangeError::Stale`].
    pub async fn delete(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Tombstone, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Delete)
            .await?;
        let tombstone = present.delete(self.works.now());
        let mut attempt = 1;
        loop {
            let changes = ChangeSet::by(actor, tombstone.deleted_at)
                .expect(id, present.revision)
                .write(Write::Tombstone(tombstone.clone()));
            let changes = self.with_handling_deleted(changes, id).await?;
            match self.works.commit_deletion(actor, changes, id).await {
                // Somebody commented on the work at the same time.
                Err(CatalogError::RecordConflict { .. }) if attempt < MAX_DELETE_ATTEMPTS => {
                    attempt += 1;
                }
                result => return Ok(result.map(|_| tombstone)?),
            }
        }
    }

    /// Makes a transition that needs nothing but the work.
    async fn transition(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        operation: Operation,
        event: EventKind,
        next: impl FnOnce(&Asset) -> Result<Asset, TransitionError> + Send,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, operation)
            .await?;
        let next = next(&present);
        self.commit(actor, &present, next, event).await
    }

    async fn commit(
        &self,
        actor: &Actor,
        present: &Asset,
        next: Result<Asset, TransitionError>,
        event: EventKind,
    ) -> Result<Asset, ChangeError> {
        let next = next?;
        let changes = self.works.change_set(actor, present, next.clone(), event);
        let made = (next.id, next.revision);
        self.works.commit(actor, changes, made, event).await?;
        Ok(self.works.shown_to(actor, next).await?)
    }
}
