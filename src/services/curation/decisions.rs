//! The decisions on the way to publication: return, accept, approve, publish; and the conditions that they
//! rest on.

use super::Curation;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::publication::{Evidence, checklist};
use crate::domain::asset::{Asset, AssetId, Checklist, ProcessingStates, ReturnReason, Revision};
use crate::services::works::ChangeError;
use crate::storage::catalog::EventKind;

impl Curation {
    /// The work with its conditions of publication.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] when the actor sees the work but does not take part in its publication.
    pub async fn checklist(
        &self,
        actor: &Actor,
        id: AssetId,
    ) -> Result<(Asset, Checklist), ChangeError> {
        let asset = self.works.find(actor, id).await?;
        if !policy::may(actor, Operation::ReadChecklist, &asset) {
            return Err(ChangeError::Forbidden);
        }
        let processing = self.works.processing(&asset).await?;
        let list = checklist(&asset, self.evidence(&processing));
        Ok((asset, list))
    }

    /// Returns a submitted or accepted work to its contributor, with reasons.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] from any other state; [`ChangeError::Stale`].
    pub async fn return_because(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        reasons: Vec<ReturnReason>,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Return, EventKind::Returned);
        self.transition(actor, id, expected, operation, event, |present| {
            present.return_because(reasons, self.works.now())
        })
        .await
    }

    /// Accepts a submitted work for publication: its conditions are checked, and it gets its first approval.
    /// Waits some seconds for public copies of its files that are being made.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] with every unmet condition but the second approval, or from any other
    /// state; [`ChangeError::Stale`].
    pub async fn accept(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Accept)
            .await?;
        let processing = self.works.settled_processing(&present).await?;
        let by = actor.decision(self.works.now());
        let next = present.accept(self.evidence(&processing), by);
        self.commit(actor, &present, next, EventKind::Accepted)
            .await
    }

    /// Gives an accepted work its second approval.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] for the post that gave the first, or from any other state;
    /// [`ChangeError::Stale`].
    pub async fn approve(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<Asset, ChangeError> {
        let (operation, event) = (Operation::Approve, EventKind::Approved);
        self.transition(actor, id, expected, operation, event, |present| {
            present.approve(actor.decision(self.works.now()))
        })
        .await
    }

    /// Publishes the work for the audience level of its access, from the end of its embargo on. Waits
    /// some seconds for public copies of its files that are being made.
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
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Publish)
            .await?;
        let processing = self.works.settled_processing(&present).await?;
        let by = actor.decision(self.works.now());
        let next = present.publish(self.evidence(&processing), by);
        self.commit(actor, &present, next, EventKind::Published)
            .await
    }

    fn evidence<'a>(&'a self, processing: &'a ProcessingStates) -> Evidence<'a> {
        Evidence {
            vocabularies: &self.works.vocabularies,
            processing,
            now: self.works.now(),
        }
    }
}
