//! The one policy that decides every exit.

use super::{Actor, Permission, Role};
use crate::domain::Timestamp;
use crate::domain::asset::{Access, Asset, Exposure, State};

/// The circle an actor belongs to: it sees published works whose access is for this circle or a
/// wider one.
pub fn circle(actor: &Actor) -> Exposure {
    match actor {
        Actor::System => Exposure::Staff,
        Actor::Anonymous => Exposure::Public,
        Actor::Holder { role, .. } => match role {
            Role::Admin | Role::Editor => Exposure::Staff,
            Role::Contributor => Exposure::StateInternal,
            Role::Station | Role::Partner => Exposure::Partner,
        },
    }
}

/// The circle that can see a work in its present state at this moment.
pub fn audience(asset: &Asset, now: Timestamp) -> Exposure {
    let embargoed = asset.work.embargo_until.is_some_and(|until| now < until);
    if asset.state != State::Published || embargoed {
        return Exposure::Staff;
    }
    match asset.work.access {
        Access::Public => Exposure::Public,
        Access::Partner => Exposure::Partner,
        Access::StateInternal => Exposure::StateInternal,
    }
}

/// Whether the actor may see the work, its files and every trace of it.
pub fn may_see(actor: &Actor, asset: &Asset, now: Timestamp) -> bool {
    circle(actor) <= audience(asset, now) || is_own(actor, asset)
}

/// Whether the actor may learn that a work is gone: only those who could once see it.
pub fn may_learn_of_removal(actor: &Actor, exposure: Exposure) -> bool {
    circle(actor) <= exposure
}

/// Whether the actor may change the description and files of the work.
pub fn may_edit(actor: &Actor, asset: &Asset) -> bool {
    let open = matches!(asset.state, State::Draft | State::Submitted);
    actor.may(Permission::Curate)
        || (actor.may(Permission::Deposit) && is_own(actor, asset) && open)
}

/// Originals carry camera serials and places; outside the archive they go to those entitled.
pub fn may_fetch_untouched_original(actor: &Actor, asset: &Asset) -> bool {
    actor.may(Permission::Curate) || is_own(actor, asset)
}

fn is_own(actor: &Actor, asset: &Asset) -> bool {
    actor.may(Permission::Deposit)
        && actor
            .organisation()
            .is_some_and(|own| asset.work.organisation.as_ref() == Some(own))
}
