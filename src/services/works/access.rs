//! Reads works for actors and checks whether they may change them.

use std::sync::Arc;

use super::follow_up::file_jobs;
use super::{ChangeError, FindError, put_with_follow_up};
use crate::clock::Clock;
use crate::domain::access::policy::{self, Disclosure};
use crate::domain::access::{Actor, Operation, Permission};
use crate::domain::asset::{Asset, AssetId, File, Revision, Work};
use crate::domain::notification::NotificationKind;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Sha256, Timestamp};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::services::notifications::Notifications;
use crate::services::quotas::Quotas;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Entry, EventKind, NewJob, Receipt, WorkStore,
};

/// The catalogue behind the access policy. Cheap to clone.
#[derive(Clone)]
pub struct WorkAccess {
    pub(in crate::services) catalog: Arc<dyn WorkStore>,
    pub(in crate::services) vocabularies: Arc<Vocabularies>,
    trail: AuditTrail,
    pub(in crate::services) notifications: Notifications,
    pub(in crate::services) clock: Clock,
    /// Why the changes are made, in the words of the actor.
    reason: Option<Arc<str>>,
    quotas: Option<Quotas>,
}

impl WorkAccess {
    /// Access to the works of this catalogue.
    pub fn new(
        catalog: Arc<dyn WorkStore>,
        trail: AuditTrail,
        vocabularies: Arc<Vocabularies>,
        clock: Clock,
    ) -> Self {
        Self {
            notifications: Notifications::new(Arc::clone(&catalog), clock.clone(), false),
            catalog,
            vocabularies,
            trail,
            clock,
            reason: None,
            quotas: None,
        }
    }

    /// The same access, whose changes keep to these quotas.
    #[must_use]
    pub fn with_quotas(self, quotas: Quotas) -> Self {
        Self {
            quotas: Some(quotas),
            ..self
        }
    }

    /// The same access, which tells of changes in this way.
    #[must_use]
    pub fn with_notifications(self, notifications: Notifications) -> Self {
        Self {
            notifications,
            ..self
        }
    }

    /// The same access for changes with this reason.
    pub(in crate::services) fn because(&self, reason: Option<&str>) -> Self {
        Self {
            reason: reason.map(Arc::from),
            ..self.clone()
        }
    }

    /// The work, if this actor may see it.
    ///
    /// # Errors
    /// [`FindError::NotFound`] also for works the actor never could see, [`FindError::Gone`].
    pub async fn find(&self, actor: &Actor, id: AssetId) -> Result<Asset, FindError> {
        let asset = live_asset(actor, self.catalog.entry(id).await?)?;
        check_visible(actor, &asset, self.now())?;
        Ok(asset)
    }

    /// The work for a change: visible, permitted, and at the `expected` revision (`None`
    /// accepts any).
    pub(in crate::services) async fn find_for_change(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        operation: Operation,
    ) -> Result<Asset, ChangeError> {
        let asset = self.find(actor, id).await?;
        if !policy::may(actor, operation, &asset) {
            return Err(ChangeError::Forbidden);
        }
        if expected.is_some_and(|revision| revision != asset.revision) {
            let current = asset.revision;
            return Err(ChangeError::Stale { current });
        }
        Ok(asset)
    }

    /// A change set that replaces `present` by `next`, with its reason and the follow-up jobs.
    pub(in crate::services) fn change_set(
        &self,
        actor: &Actor,
        present: &Asset,
        next: Asset,
        event: EventKind,
    ) -> ChangeSet {
        let changes = ChangeSet::by(actor, next.updated_at)
            .because(self.reason.as_deref())
            .expect(present.id, present.revision);
        self.put_after(changes, Some(present), next, event)
    }

    /// As [`WorkAccess::put`], with the jobs for the files that the work did not have before.
    pub(in crate::services) fn put_after(
        &self,
        changes: ChangeSet,
        before: Option<&Asset>,
        next: Asset,
        event: EventKind,
    ) -> ChangeSet {
        let is_new = |file: &&File| {
            let before = before.and_then(|before| before.file(file.sha256));
            before.is_none_or(|before| before.redacted != file.redacted)
        };
        let new_files = next.files.iter().filter(is_new);
        let jobs: Vec<NewJob> = new_files.flat_map(|file| file_jobs(&next, file)).collect();
        let changes = self.put(changes, next, event);
        jobs.into_iter().fold(changes, ChangeSet::job)
    }

    /// Adds a work with its event, the jobs for its scheduled changes, and the quota of its body.
    pub(in crate::services) fn put(
        &self,
        changes: ChangeSet,
        asset: Asset,
        event: EventKind,
    ) -> ChangeSet {
        let organisation = asset.work.organisation.as_ref();
        let limit = self
            .quotas
            .as_ref()
            .and_then(|quotas| quotas.limit(organisation));
        let changes = put_with_follow_up(changes, asset, event);
        limit.into_iter().fold(changes, ChangeSet::within)
    }

    /// Refuses a file for a work when its body has no room left.
    ///
    /// # Errors
    /// [`CatalogError::Exceeds`].
    pub(in crate::services) async fn check_room(&self, asset: &Asset) -> Result<(), CatalogError> {
        match &self.quotas {
            Some(quotas) => quotas.check_room(asset.work.organisation.as_ref()).await,
            None => Ok(()),
        }
    }

    /// Commits a change of a work, made by [`Self::change_set`]. A decision gets its entry in the audit trail, and the
    /// depositor is notified.
    ///
    /// # Errors
    /// Those of [the commit](crate::storage::catalog::Commits::commit).
    pub(in crate::services) async fn commit(
        &self,
        actor: &Actor,
        changes: ChangeSet,
        (id, revision): (AssetId, Revision),
        event: EventKind,
    ) -> Result<Receipt, CatalogError> {
        if !is_decision(event) {
            return self.catalog.commit(changes).await;
        }
        let changes = match depositor_notification(event) {
            None => changes,
            Some(kind) => {
                let notified = self
                    .notifications
                    .notify_depositor(changes, actor, kind, id);
                notified.await?
            }
        };
        let entry = NewEntry::new(actor, Act::WorkDecided, id)
            .with("event", event.name())
            .with("revision", revision);
        self.trail.commit(changes, &entry).await
    }

    /// Commits the deletion of a work, with its entry in the audit trail.
    ///
    /// # Errors
    /// Those of [the commit](crate::storage::catalog::Commits::commit).
    pub(in crate::services) async fn commit_deletion(
        &self,
        actor: &Actor,
        changes: ChangeSet,
        id: AssetId,
    ) -> Result<Receipt, CatalogError> {
        let entry = NewEntry::new(actor, Act::WorkDeleted, id);
        self.trail.commit(changes, &entry).await
    }

    /// The work with the actor's organisation where it names none.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] when the actor may not deposit for the organisation.
    pub(in crate::services) fn with_depositor(
        &self,
        actor: &Actor,
        mut work: Work,
    ) -> Result<Work, ChangeError> {
        if !actor.may(Permission::Deposit) {
            return Err(ChangeError::Forbidden);
        }
        if work.organisation.is_none() {
            work.organisation = actor.organisation().cloned();
        }
        if policy::may_deposit_for(actor, work.organisation.as_ref()) {
            Ok(work)
        } else {
            Err(ChangeError::Forbidden)
        }
    }

    /// The works with this file that the actor may see. Works that have the bytes only sealed are left out.
    pub(in crate::services) async fn visible_with_file(
        &self,
        actor: &Actor,
        file: Sha256,
    ) -> Result<Vec<AssetId>, FindError> {
        let holders = self.catalog.with_blob(file).await?;
        let now = self.now();
        let visible = |entry: Entry| match entry {
            Entry::Asset(asset) => {
                let shows_it = asset.file(file).is_some() && policy::may_see(actor, &asset, now);
                shows_it.then_some(asset.id)
            }
            Entry::Tombstone(_) => None,
        };
        let entries = self.catalog.entries(&holders).await?;
        Ok(entries.into_iter().flatten().filter_map(visible).collect())
    }

    /// Those of these works that the actor may see, in the order given.
    pub(in crate::services) async fn filter_visible(
        &self,
        actor: &Actor,
        ids: &[AssetId],
    ) -> Result<Vec<AssetId>, FindError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let entries = self.catalog.entries(ids).await?;
        let visible = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| match entry {
                Entry::Asset(asset) => policy::may_see(actor, &asset, now).then_some(asset.id),
                Entry::Tombstone(_) => None,
            });
        Ok(visible.collect())
    }

    pub(in crate::services) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The work of a catalogue entry; whether the actor may see it is still to be checked.
///
/// # Errors
/// [`FindError::NotFound`] without an entry; for a tombstone [`FindError::Gone`] to actors who could
/// once see the work.
pub(in crate::services) fn live_asset(
    actor: &Actor,
    entry: Option<Entry>,
) -> Result<Asset, FindError> {
    match entry {
        Some(Entry::Asset(asset)) => Ok(*asset),
        Some(Entry::Tombstone(tombstone))
            if policy::may_learn_of_removal(actor, tombstone.widest_audience) =>
        {
            Err(FindError::Gone { reason: None })
        }
        Some(Entry::Tombstone(_)) | None => Err(FindError::NotFound),
    }
}

/// Checks that the actor may see the work at this moment.
///
/// # Errors
/// [`FindError::NotFound`] when the actor never could; [`FindError::Gone`] when it no longer can.
pub(in crate::services) fn check_visible(
    actor: &Actor,
    asset: &Asset,
    now: Timestamp,
) -> Result<(), FindError> {
    match policy::disclosure(actor, asset, now) {
        Disclosure::Visible => Ok(()),
        Disclosure::Hidden => Err(FindError::NotFound),
        Disclosure::Gone => {
            let reason = asset.state.withdrawal_reason().map(str::to_owned);
            Err(FindError::Gone { reason })
        }
    }
}

/// The notification that an event sends to the depositor of the work.
const fn depositor_notification(event: EventKind) -> Option<NotificationKind> {
    match event {
        EventKind::Returned => Some(NotificationKind::Returned),
        EventKind::Withdrawn => Some(NotificationKind::Withdrawn),
        _ => None,
    }
}

/// What the audit trail covers: the state of a work, not its words and files.
const fn is_decision(event: EventKind) -> bool {
    matches!(
        event,
        EventKind::Submitted
            | EventKind::Returned
            | EventKind::Accepted
            | EventKind::Approved
            | EventKind::Published
            | EventKind::Unpublished
            | EventKind::Corrected
            | EventKind::Withdrawn
            | EventKind::ConsentWithdrawn
    )
}
