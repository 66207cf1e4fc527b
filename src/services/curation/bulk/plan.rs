//! What an act, or its undoing, makes of one work. Nothing is written here.

use super::act::{Act, Selected};
use crate::domain::access::{Actor, policy};
use crate::domain::asset::publication::Evidence;
use crate::domain::asset::{Asset, AssetId, ReturnReason, Revision, StateName, limits};
use crate::domain::text;
use crate::services::works::{ChangeError, FindError, WorkAccess};
use crate::storage::catalog::{CatalogError, EventKind};

/// The next revision of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// The work as it is.
    pub(super) present: Asset,
    /// The work after the act.
    pub(super) next: Asset,
    /// What happens to it.
    pub(super) event: EventKind,
}

/// What the act makes of a work; `None` when it changes nothing.
///
/// # Errors
/// Those of the single act.
pub(super) async fn act(
    works: &WorkAccess,
    actor: &Actor,
    act: &Act,
    selected: Selected,
) -> Result<Option<Planned>, ChangeError> {
    let Selected { id, revision } = selected;
    let present = works
        .find_for_change(actor, id, revision, act.operation())
        .await?;
    let (vocabularies, now) = (&works.vocabularies, works.now());
    let by = actor.decision(now);
    let next = match act {
        Act::Submit => present.submit(now),
        Act::Return { reason } => {
            let reason = ReturnReason {
                pointer: String::new(),
                requirement: None,
                text: Some(reason.clone()),
            };
            present.return_because(vec![reason], now)
        }
        Act::Publish => {
            let processing = works.processing(&present).await?;
            let evidence = Evidence {
                vocabularies,
                processing: &processing,
                now,
            };
            present.publish(evidence, by)
        }
        Act::Withdraw { reason } => {
            let reason = text::line(reason, limits::LINE)
                .map_err(|rule| ChangeError::invalid("/reason", rule))?;
            present.withdraw(reason, now)
        }
        Act::Describe(edit) => {
            let work = edit.apply(&present.work).map_err(ChangeError::Invalid)?;
            if work == present.work {
                return Ok(None);
            }
            if !policy::may_deposit_for(actor, work.organisation.as_ref()) {
                return Err(ChangeError::Forbidden);
            }
            present.describe(work, vocabularies, &by)
        }
    };
    Ok(Some(Planned {
        next: next?,
        event: act.event(),
        present,
    }))
}

/// A refusal is a result of the work; a failure of the archive is none.
///
/// # Errors
/// The failure.
pub(super) fn refusal(error: ChangeError) -> Result<ChangeError, CatalogError> {
    match error {
        ChangeError::Catalog(failure) | ChangeError::Find(FindError::Catalog(failure)) => {
            Err(failure)
        }
        refusal => Ok(refusal),
    }
}

/// What undoing makes of a work that an act brought from the revision before `made` to `made`: description,
/// files and state are those from before again.
///
/// # Errors
/// [`ChangeError::Stale`] when it was changed since; [`ChangeError::Forbidden`] for those who may not change
/// it now; [`ChangeError::Transition`] when it would be published again and fail a condition.
pub(super) async fn undo(
    works: &WorkAccess,
    actor: &Actor,
    act: &Act,
    id: AssetId,
    made: Revision,
) -> Result<Planned, ChangeError> {
    let present = works
        .find_for_change(actor, id, Some(made), act.operation_of_undo())
        .await?;
    let before = Revision(made.0.saturating_sub(1));
    let earlier = works.catalog.asset_at(id, before).await?;
    let (_, before) = earlier.ok_or(FindError::NotFound)?;
    let event = match (present.state.kind(), before.state.kind()) {
        (StateName::Published, StateName::Published) => EventKind::Restored,
        (StateName::Published, _) => EventKind::Unpublished,
        (_, StateName::Published) => EventKind::Published,
        _ => EventKind::Restored,
    };
    let next = present.undo(&before, &works.vocabularies, works.now())?;
    Ok(Planned {
        present,
        next,
        event,
    })
}
