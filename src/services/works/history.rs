//! The revisions of a work: who changed it, when and why, and the work as it was.
//!
//! Who may change the work, or approves it, may read its history ([`may_read_history`]). Every reader of a work
//! may read the revisions that a correction has replaced: what was public stays citable.

use super::{ChangeError, FindError, WorkAccess};
use crate::domain::Sha256;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, Revision};
use crate::storage::catalog::RevisionEntry;

/// Reads the revisions of works.
#[derive(Clone)]
pub struct History {
    works: WorkAccess,
}

/// One page of revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionPage {
    /// The revisions, newest first.
    pub items: Vec<RevisionEntry>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<Revision>,
}

/// A work as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRevision {
    /// What made the revision.
    pub entry: RevisionEntry,
    /// The work as it was, without relations to works that are hidden from the actor.
    pub asset: Asset,
    /// Files whose bytes the archive does not have any more.
    pub missing_files: Vec<Sha256>,
}

impl History {
    /// The history of these works.
    pub fn new(works: WorkAccess) -> Self {
        Self { works }
    }

    /// The revisions of a work before `before`, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`], [`ChangeError::Find`].
    pub async fn list(
        &self,
        actor: &Actor,
        id: AssetId,
        before: Option<Revision>,
        limit: usize,
    ) -> Result<RevisionPage, ChangeError> {
        self.check_readable(actor, id).await?;
        let one_more = limit.saturating_add(1);
        let mut items = self.works.catalog.revisions(id, before, one_more).await?;
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().map(|entry| entry.revision);
        let next = last.filter(|_| has_more);
        Ok(RevisionPage { items, next })
    }

    /// The work as it was at one of its revisions. Readers who may not read the history get revisions that were
    /// corrected, without who made them and why.
    ///
    /// # Errors
    /// [`FindError::NotFound`] also when it never had this revision, or it is none for this reader.
    pub async fn read(
        &self,
        actor: &Actor,
        id: AssetId,
        revision: Revision,
    ) -> Result<EarlierRevision, ChangeError> {
        let present = self.works.find(actor, id).await?;
        let reads_history = may_read_history(actor, &present);
        let was_corrected = present
            .corrections
            .iter()
            .any(|correction| correction.corrected == revision);
        if !reads_history && !was_corrected {
            return Err(FindError::NotFound.into());
        }
        let found = self.works.catalog.asset_at(id, revision).await?;
        let (mut entry, asset) = found.ok_or(FindError::NotFound)?;
        if !reads_history {
            // It may have been narrower than the work is now.
            if !policy::may_see(actor, &asset, self.works.now()) {
                return Err(FindError::NotFound.into());
            }
            entry.by = role_in(&entry.by);
            entry.reason = None;
        }
        let missing_files = self.works.missing_files(&asset).await?;
        Ok(EarlierRevision {
            entry,
            asset: self.works.shown_to(actor, asset).await?,
            missing_files,
        })
    }

    async fn check_readable(&self, actor: &Actor, id: AssetId) -> Result<(), ChangeError> {
        let present = self.works.find(actor, id).await?;
        if may_read_history(actor, &present) {
            Ok(())
        } else {
            Err(ChangeError::Forbidden)
        }
    }
}

/// The role of an actor as written into events, without its token or account.
fn role_in(by: &str) -> String {
    by.split(':').next().unwrap_or_default().to_owned()
}

/// Whether the actor may read all revisions of a work that it may see now.
pub(in crate::services) fn may_read_history(actor: &Actor, present: &Asset) -> bool {
    let operations = [Operation::Edit, Operation::Approve];
    operations
        .into_iter()
        .any(|operation| policy::may(actor, operation, present))
}

impl WorkAccess {
    /// Those files of an earlier revision of a work whose bytes are not kept any more.
    pub(in crate::services) async fn missing_files(
        &self,
        earlier: &Asset,
    ) -> Result<Vec<Sha256>, FindError> {
        let keys: Vec<Sha256> = earlier.files.iter().map(|file| file.sha256).collect();
        let records = self.catalog.blob_records(&keys).await?;
        let missing = keys.into_iter().zip(records);
        Ok(missing
            .filter_map(|(key, record)| record.is_none().then_some(key))
            .collect())
    }
}
