//! What one import record asks for, as a series of ordinary transitions.
//!
//! The whole series is worked out before anything is written: a record that cannot reach its
//! state (unmet gates, a forbidden transition) fails as a whole.

use crate::domain::access::{Actor, Permission, policy};
use crate::domain::asset::{Asset, State, TransitionError, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Timestamp};
use crate::storage::catalog::EventKind;

use super::{ChangeError, Imported, ImportedAs};

/// The revisions a record leads through, each with its event.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is there now; none for a new work.
    pub(super) present: Option<Asset>,
    /// What is to be written, in order.
    pub(super) steps: Vec<(Asset, EventKind)>,
    /// What can be said of the work when all is written.
    pub(super) outcome: Imported,
}

/// Works out plans for one actor at one moment.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) actor: &'a Actor,
    pub(super) vocabularies: &'a Vocabularies,
    pub(super) now: Timestamp,
}

impl Planner<'_> {
    /// The way from what is there to what the record says; without a wanted state the state stays
    /// as it is.
    pub(super) fn plan(
        &self,
        present: Option<Asset>,
        fresh: impl FnOnce(Work) -> Asset,
        work: Work,
        wanted: Option<&State>,
    ) -> Result<Plan, ChangeError> {
        let mut steps = Vec::new();
        let mut latest = match &present {
            None => {
                let asset = fresh(work);
                steps.push((asset.clone(), EventKind::Created));
                asset
            }
            Some(asset) if asset.work == work => asset.clone(),
            Some(asset) => {
                self.must(policy::may_edit(self.actor, asset))?;
                let next = asset.describe(work, self.vocabularies, self.now)?;
                steps.push((next.clone(), EventKind::Described));
                next
            }
        };
        if let Some(wanted) = wanted {
            latest = self.towards(latest, wanted, &mut steps)?;
        }
        let done = match (&present, steps.is_empty()) {
            (None, _) => ImportedAs::Created,
            (Some(_), false) => ImportedAs::Updated,
            (Some(_), true) => ImportedAs::Unchanged,
        };
        let outcome = Imported {
            id: latest.id,
            revision: latest.revision,
            state: latest.state.name(),
            done,
        };
        Ok(Plan {
            present,
            steps,
            outcome,
        })
    }

    /// Adds the transitions that lead to a state.
    fn towards(
        &self,
        mut asset: Asset,
        wanted: &State,
        steps: &mut Vec<(Asset, EventKind)>,
    ) -> Result<Asset, ChangeError> {
        while asset.state.name() != wanted.name() {
            let (next, event) = self.step(&asset, wanted)?;
            steps.push((next.clone(), event));
            asset = next;
        }
        Ok(asset)
    }

    fn step(&self, asset: &Asset, wanted: &State) -> Result<(Asset, EventKind), ChangeError> {
        let now = self.now;
        match (&asset.state, wanted) {
            (State::Draft, State::Submitted) => {
                self.must(policy::may_edit(self.actor, asset))?;
                Ok((asset.submit(now)?, EventKind::Submitted))
            }
            (State::Submitted, State::Draft) | (State::Withdrawn { .. }, _) => {
                self.must(policy::may_edit(self.actor, asset))?;
                Ok((asset.return_to_draft(now)?, EventKind::Returned))
            }
            (State::Draft | State::Submitted, State::Published | State::Withdrawn { .. }) => {
                self.must(self.actor.may(Permission::Curate))?;
                Ok((asset.publish(self.vocabularies, now)?, EventKind::Published))
            }
            (State::Published, State::Withdrawn { reason }) => {
                self.must(self.actor.may(Permission::Curate))?;
                if reason.is_empty() {
                    return Err(ChangeError::invalid("/withdrawal_reason", Rule::Required));
                }
                Ok((asset.withdraw(reason.clone(), now)?, EventKind::Withdrawn))
            }
            (from, to) => Err(ChangeError::Transition(TransitionError::NotAllowed {
                from: from.name(),
                to: to.name(),
            })),
        }
    }

    fn must(&self, allowed: bool) -> Result<(), ChangeError> {
        if allowed {
            Ok(())
        } else {
            Err(ChangeError::Forbidden)
        }
    }
}
