//! What happens to a work after it was taken in: described, handed over, published, withdrawn,
//! deleted.
//!
//! Every change names the revision it was made from, is allowed by `domain::access::policy`, is
//! one of the transitions of `domain::asset::transitions`, and appends its event in the same
//! commit. `None` for a revision takes the work as it is.

mod embargo;

pub use embargo::ReleaseExpiredEmbargo;

use crate::domain::access::{Actor, Permission, policy};
use crate::domain::asset::{Asset, AssetId, Revision, Tombstone, TransitionError, limits};
use crate::domain::{Sha256, text};
use crate::services::intake::{ChangeError, Deposit, Desk};
use crate::storage::catalog::{ChangeSet, EventKind, Write};

/// Changes works.
#[derive(Clone)]
pub struct Curation {
    desk: Desk,
}

impl Curation {
    /// Curates at this desk.
    pub fn new(desk: Desk) -> Self {
        Self { desk }
    }

    /// Gives the work another description, which replaces the present one as a whole. An equal
    /// one changes nothing.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] also when a contributor would give the work to another body;
    /// [`ChangeError::Invalid`] for unknown relation targets; [`ChangeError::Transition`] when a
    /// published work would break a gate; [`ChangeError::Stale`].
    pub async fn describe(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        deposit: Deposit,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .desk
            .take(actor, id, expected, policy::may_edit)
            .await?;
        let work = self.desk.work(actor, deposit, Some(id)).await?;
        if work == present.work {
            return Ok(present);
        }
        let next = present.describe(work, &self.desk.vocabularies, self.desk.now());
        self.commit(actor, &present, next, EventKind::Described)
            .await
    }

    /// Takes a file off. Its bytes stay in the store until they are swept.
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
        let present = self
            .desk
            .take(actor, id, expected, policy::may_edit)
            .await?;
        let next = present.detach(file, &self.desk.vocabularies, self.desk.now());
        self.commit(actor, &present, next, EventKind::FileDetached)
            .await
    }

    /// Hands a draft to the editors.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] unless it is a draft; [`ChangeError::Stale`].
    pub async fn submit(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .desk
            .take(actor, id, expected, policy::may_edit)
            .await?;
        let next = present.submit(self.desk.now());
        self.commit(actor, &present, next, EventKind::Submitted)
            .await
    }

    /// Gives a submitted or withdrawn work back to its contributor.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] from any other state; [`ChangeError::Stale`].
    pub async fn return_to_draft(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .desk
            .take(actor, id, expected, policy::may_edit)
            .await?;
        let next = present.return_to_draft(self.desk.now());
        self.commit(actor, &present, next, EventKind::Returned)
            .await
    }

    /// Publishes, for the circle the work's access names and not before its embargo ends.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] with every unmet condition, or when it is published or
    /// withdrawn; [`ChangeError::Stale`].
    pub async fn publish(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        let present = self.desk.take(actor, id, expected, curates).await?;
        let next = present.publish(&self.desk.vocabularies, self.desk.now());
        self.commit(actor, &present, next, EventKind::Published)
            .await
    }

    /// Takes a published work back; everybody who could see it reads the reason.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] for an unfit reason (pointer `/reason`);
    /// [`ChangeError::Transition`] unless it is published; [`ChangeError::Stale`].
    pub async fn withdraw(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        reason: &str,
    ) -> Result<Asset, ChangeError> {
        let present = self.desk.take(actor, id, expected, curates).await?;
        let reason = text::line(reason, limits::LINE)
            .map_err(|rule| ChangeError::invalid("/reason", rule))?;
        let next = present.withdraw(reason, self.desk.now());
        self.commit(actor, &present, next, EventKind::Withdrawn)
            .await
    }

    /// Deletes a work for good; a tombstone stays.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] for contributors unless it is a draft nobody saw;
    /// [`ChangeError::Stale`].
    pub async fn delete(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Tombstone, ChangeError> {
        let present = self
            .desk
            .take(actor, id, expected, policy::may_delete)
            .await?;
        let tombstone = present.delete(self.desk.now());
        let changes = ChangeSet::by(actor, tombstone.deleted_at)
            .expect(id, present.revision)
            .write(Write::Tombstone(tombstone.clone()));
        self.desk.catalog.commit(changes).await?;
        Ok(tombstone)
    }

    /// Tells the readers of the log that an embargo has ended. Doing it again, or too early,
    /// changes nothing; nor does it when the work is gone.
    ///
    /// # Errors
    /// [`ChangeError::Stale`] when the work was changed at the same time: try again.
    pub async fn release_expired_embargo(&self, id: AssetId) -> Result<(), ChangeError> {
        let actor = Actor::System;
        let present = match self.desk.find(&actor, id).await {
            Ok(asset) => asset,
            Err(error) => return error.is_absence().then_some(()).ok_or(error.into()),
        };
        let Some(next) = present.lift_embargo(self.desk.now()) else {
            return Ok(());
        };
        self.commit(&actor, &present, Ok(next), EventKind::EmbargoLifted)
            .await
            .map(|_| ())
    }

    async fn commit(
        &self,
        actor: &Actor,
        present: &Asset,
        next: Result<Asset, TransitionError>,
        event: EventKind,
    ) -> Result<Asset, ChangeError> {
        let next = next?;
        let changes = self.desk.change(actor, present, next.clone(), event);
        self.desk.catalog.commit(changes).await?;
        Ok(next)
    }
}

fn curates(actor: &Actor, _: &Asset) -> bool {
    actor.may(Permission::Curate)
}
