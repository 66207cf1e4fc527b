//! The one policy that decides every exit.
//!
//! The rules are in [`table`]; here they are applied to actors and works. Who sees a work follows from two
//! audience levels: that of the work ([`Asset::audience_level`], from its state, access and embargo) and that
//! of the actor ([`audience_level_of`]); works of its scope an actor sees in every state. Who learns that a
//! work was removed follows from the widest audience level the work ever had.

pub mod saved_search;
pub mod table;

pub use saved_search::{may_delete_search, may_see_search};

use self::table::{Column, Operation, ScopeRule, Works};
use super::actor::Actor;
use crate::domain::asset::{Asset, AudienceLevel, State};
use crate::domain::role::Permission;
use crate::domain::{Slug, Timestamp};

impl Actor {
    /// Whether this actor has the permission at all; [`may`] decides for which works.
    pub fn may(&self, permission: Permission) -> bool {
        let is_kept = match self {
            Self::Holder { narrowed_to, .. } => {
                narrowed_to.is_none_or(|kept| kept.contains(permission))
            }
            Self::Anonymous | Self::System => true,
        };
        is_kept && column_of(self).is_none_or(|column| column.has(permission))
    }
}

/// The column of the actor; `None` for the archive itself, which may do everything.
fn column_of(actor: &Actor) -> Option<Column> {
    match actor {
        Actor::System => None,
        Actor::Anonymous => Some(Column::Anonymous),
        Actor::Holder { role, .. } => Some(Column::Role(*role)),
    }
}

/// Whose works are the scope of an actor: it sees them in every state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Nothing,
    /// Those of [`Actor::organisations`].
    Organisations,
    /// All, also those without an organisation.
    All,
}

fn scope_of(actor: &Actor) -> Scope {
    match column_of(actor).map_or(ScopeRule::All, Column::scope) {
        ScopeRule::Nothing => Scope::Nothing,
        ScopeRule::OrganisationOrAll if actor.organisation().is_none() => Scope::All,
        ScopeRule::Organisation | ScopeRule::OrganisationOrAll => Scope::Organisations,
        ScopeRule::All => Scope::All,
    }
}

/// The organisations whose works are the scope of an actor. None for an actor that sees everything
/// ([`sees_everything`]), as organisations do not limit it.
pub fn organisations_in_scope(actor: &Actor) -> impl Iterator<Item = &Slug> {
    let is_limited = scope_of(actor) == Scope::Organisations;
    actor.organisations().filter(move |_| is_limited)
}

/// Whether the actor sees every work there is, so that nothing has to be hidden from it.
pub fn sees_everything(actor: &Actor) -> bool {
    scope_of(actor) == Scope::All
}

/// The audience level of an actor: it sees published works of this level or a wider one.
pub fn audience_level_of(actor: &Actor) -> AudienceLevel {
    match column_of(actor) {
        Some(column) if !sees_everything(actor) => column.audience(),
        _ => AudienceLevel::Staff,
    }
}

/// Whether the actor may see the work, its public files and every trace of it.
pub fn may_see(actor: &Actor, asset: &Asset, now: Timestamp) -> bool {
    audience_level_of(actor) <= asset.audience_level(now)
        || is_in_scope(actor, asset.work.organisation.as_ref())
}

/// What is disclosed of a work to an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disclosure {
    /// The work itself.
    Visible,
    /// That it existed and is no longer available to them.
    Gone,
    /// Nothing: for them it does not exist.
    Hidden,
}

/// What is disclosed of the work to the actor at this moment.
pub fn disclosure(actor: &Actor, asset: &Asset, now: Timestamp) -> Disclosure {
    if may_see(actor, asset, now) {
        Disclosure::Visible
    } else if may_learn_of_removal(actor, asset.widest_audience) {
        Disclosure::Gone
    } else {
        Disclosure::Hidden
    }
}

/// Whether the actor may learn that a work was removed: only those who could once see it.
pub fn may_learn_of_removal(actor: &Actor, widest_audience: AudienceLevel) -> bool {
    audience_level_of(actor) <= widest_audience
}

/// Whether the actor may do this to the work. That it may see the work is checked apart
/// ([`disclosure`]), because the refusal is another one.
pub fn may(actor: &Actor, operation: Operation, asset: &Asset) -> bool {
    let works = column_of(actor).map_or(Works::Scope, |column| column.works(operation));
    let includes_state = match works {
        Works::None => false,
        Works::Unseen => {
            let is_draft = matches!(asset.state, State::Draft | State::Returned { .. });
            is_draft && asset.widest_audience == AudienceLevel::Staff
        }
        Works::Open => matches!(
            asset.state,
            State::Draft | State::Returned { .. } | State::Submitted
        ),
        Works::Scope => true,
    };
    includes_state
        && actor.may(operation.permission())
        && is_in_scope(actor, asset.work.organisation.as_ref())
}

/// Whether the actor may deposit works for this organisation.
pub fn may_deposit_for(actor: &Actor, organisation: Option<&Slug>) -> bool {
    actor.may(Permission::Deposit) && is_in_scope(actor, organisation)
}

/// Whether the actor may download originals as deposited; everybody else gets copies.
pub fn may_fetch_untouched_original(actor: &Actor, asset: &Asset) -> bool {
    may(actor, Operation::FetchOriginals, asset)
}

/// Whether the actor may read the sealed files of a work: papers that prove a consent, with the names of people.
pub fn may_read_sealed(actor: &Actor, asset: &Asset) -> bool {
    may(actor, Operation::ReadSealedFiles, asset)
}

fn is_in_scope(actor: &Actor, organisation: Option<&Slug>) -> bool {
    match scope_of(actor) {
        Scope::Nothing => false,
        Scope::Organisations => {
            organisation.is_some_and(|of| actor.organisations().any(|own| own == of))
        }
        Scope::All => true,
    }
}

#[cfg(test)]
mod tests;
