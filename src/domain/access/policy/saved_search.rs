//! Who may read and delete saved searches.

use crate::domain::access::actor::Actor;
use crate::domain::role::Permission;
use crate::domain::{SavedSearch, Visibility};

/// Whether the actor may read a saved search and learn that it exists. Its feed shows works by
/// [`may_see`](super::may_see) all the same.
pub fn may_see_search(actor: &Actor, search: &SavedSearch) -> bool {
    search.visibility == Visibility::Public
        || is_owner(actor, search)
        || actor.may(Permission::Administer)
}

/// Whether the actor may delete a saved search: its owners; editors also public ones.
pub fn may_delete_search(actor: &Actor, search: &SavedSearch) -> bool {
    let is_moderated = search.visibility == Visibility::Public && actor.may(Permission::Curate);
    is_owner(actor, search) || is_moderated || actor.may(Permission::Administer)
}

/// The tokens of one role and organisation own searches together, because a token may be replaced. A token
/// without organisation owns what it saved itself.
fn is_owner(actor: &Actor, search: &SavedSearch) -> bool {
    match actor {
        Actor::Holder {
            credential,
            role,
            organisation,
            ..
        } => match organisation {
            Some(_) => *role == search.role && *organisation == search.organisation,
            None => search.credential.as_ref() == Some(credential),
        },
        Actor::Anonymous | Actor::System => false,
    }
}
