//! Where works are fetched to be read or changed, and where changes are committed: the checks
//! that every service would otherwise repeat.

use std::sync::Arc;

use super::{ChangeError, Deposit, FindError, follow_up, relations};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::policy::{self, Sight};
use crate::domain::access::{Actor, Permission};
use crate::domain::asset::{Asset, AssetId, Revision, State, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::storage::catalog::{Catalog, ChangeSet, Entry, EventKind};

/// The catalogue with the rules of who may touch what. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(in crate::services) catalog: Arc<dyn Catalog>,
    pub(in crate::services) vocabularies: Arc<Vocabularies>,
    pub(in crate::services) clock: Clock,
}

impl Desk {
    /// A desk before this catalogue.
    pub fn new(catalog: Arc<dyn Catalog>, vocabularies: Arc<Vocabularies>, clock: Clock) -> Self {
        Self {
            catalog,
            vocabularies,
            clock,
        }
    }

    /// The work, if this actor may see it.
    ///
    /// # Errors
    /// [`FindError::NotFound`] also for works the actor never could see, [`FindError::Gone`].
    pub async fn find(&self, actor: &Actor, id: AssetId) -> Result<Asset, FindError> {
        match self.catalog.entry(id).await? {
            None => Err(FindError::NotFound),
            Some(Entry::Tombstone(tombstone)) => {
                if policy::may_learn_of_removal(actor, tombstone.exposure) {
                    Err(FindError::Gone { reason: None })
                } else {
                    Err(FindError::NotFound)
                }
            }
            Some(Entry::Asset(asset)) => match policy::sight(actor, &asset, self.clock.now()) {
                Sight::Visible => Ok(*asset),
                Sight::Gone => Err(FindError::Gone {
                    reason: withdrawal_reason(&asset.state),
                }),
                Sight::Hidden => Err(FindError::NotFound),
            },
        }
    }

    /// The work, to be changed: visible, allowed by `may`, and at the revision the caller knows
    /// (`None` takes it as it is).
    pub(in crate::services) async fn take(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        may: fn(&Actor, &Asset) -> bool,
    ) -> Result<Asset, ChangeError> {
        let asset = self.find(actor, id).await?;
        if !may(actor, &asset) {
            return Err(ChangeError::Forbidden);
        }
        if expected.is_some_and(|revision| revision != asset.revision) {
            let current = asset.revision;
            return Err(ChangeError::Stale { current });
        }
        Ok(asset)
    }

    /// A change set that replaces `present` by `next`, with the jobs that follow from it.
    pub(in crate::services) fn change(
        &self,
        actor: &Actor,
        present: &Asset,
        next: Asset,
        event: EventKind,
    ) -> ChangeSet {
        let changes = ChangeSet::by(actor, next.updated_at).expect(present.id, present.revision);
        with_asset(changes, next, event)
    }

    /// The work of a deposit, in the name of a body the actor may deposit for, its relations
    /// resolved. `about` is the work described, when it exists already.
    pub(in crate::services) async fn work(
        &self,
        actor: &Actor,
        deposit: Deposit,
        about: Option<AssetId>,
    ) -> Result<Work, ChangeError> {
        let mut work = self.in_own_name(actor, deposit.work)?;
        work.relations = relations::resolve(self, actor, &deposit.relations, about, None).await?;
        Ok(work)
    }

    /// The work with the actor's own body filled in where none is named.
    pub(in crate::services) fn in_own_name(
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

    /// Which of these works the actor may see, in the order given.
    pub(in crate::services) async fn visible(
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

/// Adds a work with its event and the jobs that follow from its new state.
pub(in crate::services) fn with_asset(
    changes: ChangeSet,
    asset: Asset,
    event: EventKind,
) -> ChangeSet {
    let now = changes.at;
    let jobs = follow_up::jobs(&asset, event, now);
    jobs.into_iter()
        .fold(changes.put(asset, event), ChangeSet::job)
}

fn withdrawal_reason(state: &State) -> Option<String> {
    match state {
        State::Withdrawn { reason } => Some(reason.clone()),
        State::Draft | State::Submitted | State::Published => None,
    }
}
