//! The revisions of a work: who changed it, when and why, and the work as it was.
//!
//! Who may change the work, or approves it, may read its history. Nobody else may, not even revisions that
//! were public: see [`may_read_history`].

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

    /// The work as it was at one of its revisions.
    ///
    /// # Errors
    /// [`FindError::NotFound`] also when it never had this revision; as [`History::list`].
    pub async fn read(
        &self,
        actor: &Actor,
        id: AssetId,
        revision: Revision,
    ) -> Result<EarlierRevision, ChangeError> {
        self.check_readable(actor, id).await?;
        let found = self.works.catalog.asset_at(id, revision).await?;
        let (entry, asset) = found.ok_or(FindError::NotFound)?;
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

/// Whether the actor may read the revisions of a work that it may see now. A reader for whom a corrected
/// text must stay citable would be admitted here, to the revisions that were published.
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
