//! Plans the transitions of one import record.
//!
//! All transitions are planned before anything is written: a record that cannot reach its state
//! (unmet conditions of publication, a forbidden transition) fails as a whole.

use super::{Imported, ImportedAs};
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::publication::Evidence;
use crate::domain::asset::{
    Asset, AssetId, File, ProcessingStates, State, StateName, TransitionError, Work,
};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Timestamp};
use crate::services::intake::file_details::Placement;
use crate::services::works::ChangeError;
use crate::storage::catalog::EventKind;

/// The revisions that a record leads to, each with its event.
#[derive(Debug)]
pub(super) struct Plan {
    /// The existing work; `None` for a new one.
    pub(super) present: Option<Asset>,
    /// Works of other organisations with the same first identifier.
    pub(super) others_with_key: Vec<AssetId>,
    /// The revisions to commit, in order.
    pub(super) steps: Vec<(Asset, EventKind)>,
    /// The result when all steps are committed.
    pub(super) outcome: Imported,
}

/// Makes plans for one actor at one moment.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) actor: &'a Actor,
    pub(super) vocabularies: &'a Vocabularies,
    pub(super) now: Timestamp,
    /// The states of the files of the existing work.
    pub(super) processing: &'a ProcessingStates,
}

impl Planner<'_> {
    /// The steps from the existing work to that of the record; without a requested state the state is
    /// kept.
    pub(super) fn plan(
        &self,
        present: Option<Asset>,
        create: impl FnOnce(Work) -> Asset,
        work: Work,
        requested: Option<&State>,
    ) -> Result<Plan, ChangeError> {
        self.plan_with_files(present, |work| Ok(create(work)), work, &[], requested)
    }

    /// The same with files whose bytes are stored. A new work comes with its files; one that is there gets those that
    /// it does not have, in the place of one with the same name and role if there is one.
    pub(super) fn plan_with_files(
        &self,
        present: Option<Asset>,
        create: impl FnOnce(Work) -> Result<Asset, ChangeError>,
        work: Work,
        files: &[File],
        requested: Option<&State>,
    ) -> Result<Plan, ChangeError> {
        let mut steps = Vec::new();
        let mut latest = match &present {
            None => {
                let asset = create(work)?;
                steps.push((asset.clone(), EventKind::Created));
                asset
            }
            Some(asset) if asset.work == work => asset.clone(),
            Some(asset) => {
                self.require(Operation::Edit, asset)?;
                let next =
                    asset.describe(work, self.vocabularies, &self.actor.decision(self.now))?;
                steps.push((next.clone(), EventKind::Described));
                next
            }
        };
        if present.is_some() {
            latest = self.add_files(latest, files, &mut steps)?;
        }
        if let Some(requested) = requested {
            latest = self.reach(latest, requested, &mut steps)?;
        }
        let outcome = match (&present, steps.is_empty()) {
            (None, _) => ImportedAs::Created,
            (Some(_), false) => ImportedAs::Updated,
            (Some(_), true) => ImportedAs::Unchanged,
        };
        let outcome = Imported {
            id: latest.id,
            revision: latest.revision,
            state: latest.state.kind(),
            outcome,
        };
        Ok(Plan {
            present,
            others_with_key: Vec::new(),
            steps,
            outcome,
        })
    }

    /// Adds the files that the work does not have.
    fn add_files(
        &self,
        mut asset: Asset,
        files: &[File],
        steps: &mut Vec<(Asset, EventKind)>,
    ) -> Result<Asset, ChangeError> {
        for file in files {
            if asset.file(file.sha256).is_some() {
                continue;
            }
            self.require(Operation::Edit, &asset)?;
            let is_earlier = |other: &&File| other.name == file.name && other.role == file.role;
            let earlier = asset.files.iter().find(is_earlier);
            let placement = earlier.map_or(Placement::Last, |earlier| {
                Placement::InsteadOf(earlier.sha256)
            });
            asset = placement.add(&asset, file.clone(), self.vocabularies, self.now)?;
            steps.push((asset.clone(), placement.event()));
        }
        Ok(asset)
    }

    /// Adds the transitions that lead to a state.
    fn reach(
        &self,
        mut asset: Asset,
        requested: &State,
        steps: &mut Vec<(Asset, EventKind)>,
    ) -> Result<Asset, ChangeError> {
        while !is_reached(asset.state.kind(), requested.kind()) {
            let (next, event) = self.transition(&asset, requested)?;
            steps.push((next.clone(), event));
            asset = next;
        }
        Ok(asset)
    }

    fn transition(
        &self,
        asset: &Asset,
        requested: &State,
    ) -> Result<(Asset, EventKind), ChangeError> {
        let now = self.now;
        let evidence = Evidence {
            vocabularies: self.vocabularies,
            processing: self.processing,
            now,
        };
        match (&asset.state, requested) {
            (State::Draft | State::Returned { .. }, State::Submitted) => {
                self.require(Operation::Submit, asset)?;
                Ok((asset.submit(now)?, EventKind::Submitted))
            }
            (State::Submitted | State::Accepted, State::Draft) | (State::Withdrawn { .. }, _) => {
                self.require(Operation::Recall, asset)?;
                Ok((asset.return_to_draft(now)?, EventKind::Returned))
            }
            (
                State::Draft | State::Returned { .. } | State::Submitted | State::Accepted,
                State::Published | State::Withdrawn { .. },
            ) => {
                self.require(Operation::Publish, asset)?;
                let published = asset.publish(evidence, self.actor.decision(now))?;
                Ok((published, EventKind::Published))
            }
            (State::Published, State::Withdrawn { reason }) => {
                self.require(Operation::Withdraw, asset)?;
                if reason.is_empty() {
                    return Err(ChangeError::invalid("/withdrawal_reason", Rule::Required));
                }
                Ok((asset.withdraw(reason.clone(), now)?, EventKind::Withdrawn))
            }
            (from, to) => Err(ChangeError::Transition(TransitionError::NotAllowed {
                from: from.kind(),
                to: to.kind(),
            })),
        }
    }

    fn require(&self, operation: Operation, asset: &Asset) -> Result<(), ChangeError> {
        if policy::may(self.actor, operation, asset) {
            Ok(())
        } else {
            Err(ChangeError::Forbidden)
        }
    }
}

/// Whether a work in this state is as far as an import asked for: a returned work is a draft with reasons, and
/// an accepted one was submitted.
fn is_reached(present: StateName, requested: StateName) -> bool {
    present == requested
        || matches!(
            (present, requested),
            (StateName::Returned, StateName::Draft) | (StateName::Accepted, StateName::Submitted)
        )
}
