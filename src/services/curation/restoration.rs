//! Restores an earlier revision of a work, as a new revision.

use super::Curation;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, Decision, Processing, Revision, State, Work};
use crate::domain::{Rule, Violations};
use crate::services::works::{ChangeError, FindError};
use crate::storage::catalog::{CatalogError, EventKind};

/// Revisions read at once.
const HISTORY_PAGE: usize = 200;

impl Curation {
    /// Gives the work the description and files that it had at `revision`, as a new revision. Its state
    /// stays, and so do the conditions of its state. Relations to works that are gone are left out. A work
    /// that is like that already stays at its revision.
    ///
    /// # Errors
    /// [`FindError::NotFound`] when it never had this revision; [`ChangeError::Forbidden`] also when a
    /// contributor would give the work to another organisation; [`ChangeError::Invalid`] when the bytes of
    /// a file are not kept any more, or when it has no possible public copy and the work is published;
    /// [`ChangeError::Transition`] when a published work would fail a condition of publication, or a
    /// concept does not exist any more; [`ChangeError::Stale`].
    pub async fn restore(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        revision: Revision,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Edit)
            .await?;
        let earlier = self.works.catalog.asset_at(id, revision).await?;
        let (_, mut earlier) = earlier.ok_or(FindError::NotFound)?;
        if earlier.issuer != present.issuer {
            // A succession lies between: the work stays with the successor.
            earlier
                .work
                .organisation
                .clone_from(&present.work.organisation);
        }
        if !policy::may_deposit_for(actor, earlier.work.organisation.as_ref()) {
            return Err(ChangeError::Forbidden);
        }
        self.check_files(&present, &earlier).await?;
        let work = self
            .with_present_relations(actor, &present, &earlier)
            .await?;
        let withdrawn = self.consent_withdrawn_since(&present, revision).await?;
        let (vocabularies, by) = (&self.works.vocabularies, actor.decision(self.works.now()));
        let withdrawn = withdrawn.as_ref();
        match present.restore(work, earlier.files, withdrawn, vocabularies, &by)? {
            Some(next) => {
                self.commit(actor, &present, Ok(next), EventKind::Restored)
                    .await
            }
            None => Ok(self.works.shown_to(actor, present).await?),
        }
    }

    /// The last withdrawal of a consent after a revision. What a work says now forgets it when people are assessed
    /// anew; its history does not.
    async fn consent_withdrawn_since(
        &self,
        present: &Asset,
        revision: Revision,
    ) -> Result<Option<Decision>, CatalogError> {
        let (catalog, mut before) = (&self.works.catalog, None);
        loop {
            let page = catalog.revisions(present.id, before, HISTORY_PAGE).await?;
            for entry in &page {
                if entry.revision <= revision {
                    return Ok(None);
                }
                if !matches!(
                    entry.kind,
                    EventKind::Withdrawn | EventKind::ConsentWithdrawn
                ) {
                    continue;
                }
                let then = catalog.asset_at(present.id, entry.revision).await?;
                let withdrawn = then.and_then(|(_, then)| then.review.consent_withdrawn);
                if withdrawn.is_some() {
                    return Ok(withdrawn);
                }
            }
            match page.last() {
                Some(last) => before = Some(last.revision),
                None => return Ok(None),
            }
        }
    }

    /// Every file of the earlier revision must be there, and deliverable if the work is published.
    async fn check_files(&self, present: &Asset, earlier: &Asset) -> Result<(), ChangeError> {
        let missing = self.works.missing_files(earlier).await?;
        let processing = self.works.processing(earlier).await?;
        let mut violations = Violations::default();
        for (index, file) in earlier.files.iter().enumerate() {
            let pointer = format!("/files/{index}");
            if missing.contains(&file.sha256) {
                violations.push(pointer, Rule::FileNotKept);
            } else if present.state == State::Published
                && present.file(file.sha256).is_none()
                && let Processing::Failed(failure) = processing.of(file.sha256)
            {
                violations.push(pointer, Rule::NoPublicCopy(failure));
            }
        }
        violations.into_result(()).map_err(ChangeError::Invalid)
    }

    /// The earlier description without relations to works that are gone or hidden from the actor; those
    /// that the work has now stay.
    async fn with_present_relations(
        &self,
        actor: &Actor,
        present: &Asset,
        earlier: &Asset,
    ) -> Result<Work, ChangeError> {
        let mut work = earlier.work.clone();
        let targets: Vec<AssetId> = work.relations.iter().map(|to| to.target).collect();
        let visible = self.works.filter_visible(actor, &targets).await?;
        work.relations.retain(|relation| {
            visible.contains(&relation.target) || present.work.relations.contains(relation)
        });
        Ok(work)
    }
}
