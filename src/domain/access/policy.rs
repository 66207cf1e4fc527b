//! The one policy that decides every exit.
//!
//! Who sees a work follows from two circles: the one its state, access and embargo open it to
//! ([`audience`]) and the one an actor belongs to ([`circle`]); a depositing body always sees its
//! own. Who learns that a work went away follows from how far it was ever open ([`Exposure`]).

use super::{Actor, Permission, Role};
use crate::domain::asset::{Access, Asset, Exposure, State};
use crate::domain::{SavedSearch, Slug, Timestamp, Visibility};

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

/// What an actor gets to know of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// The work.
    Visible,
    /// That it was there and is no longer for them.
    Gone,
    /// Nothing: for them it does not exist.
    Hidden,
}

/// What the actor gets to know of the work at this moment.
pub fn sight(actor: &Actor, asset: &Asset, now: Timestamp) -> Sight {
    if may_see(actor, asset, now) {
        Sight::Visible
    } else if may_learn_of_removal(actor, asset.exposure) {
        Sight::Gone
    } else {
        Sight::Hidden
    }
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

/// Whether the actor may delete the work: editors any, contributors their own drafts that nobody
/// else has ever seen.
pub fn may_delete(actor: &Actor, asset: &Asset) -> bool {
    let unseen_draft = asset.state == State::Draft && asset.exposure == Exposure::Staff;
    actor.may(Permission::Curate) || (is_own(actor, asset) && unseen_draft)
}

/// Whether the actor may hand in works in the name of this body: editors for every body,
/// contributors for their own.
pub fn may_deposit_for(actor: &Actor, organisation: Option<&Slug>) -> bool {
    actor.may(Permission::Curate)
        || (actor.may(Permission::Deposit)
            && organisation.is_some()
            && organisation == actor.organisation())
}

/// Originals carry camera serials and places; outside the archive they go to those entitled.
pub fn may_fetch_untouched_original(actor: &Actor, asset: &Asset) -> bool {
    actor.may(Permission::Curate) || is_own(actor, asset)
}

/// Whether the actor may read a saved search and learn that it exists. Its feed shows works by
/// [`may_see`] all the same.
pub fn may_see_search(actor: &Actor, search: &SavedSearch) -> bool {
    search.visibility == Visibility::Public
        || is_keeper(actor, search)
        || actor.may(Permission::Administer)
}

/// Whether the actor may take a saved search away: whoever keeps it, and editors what is public.
pub fn may_delete_search(actor: &Actor, search: &SavedSearch) -> bool {
    let is_moderated = search.visibility == Visibility::Public && actor.may(Permission::Curate);
    is_keeper(actor, search) || is_moderated || actor.may(Permission::Administer)
}

/// Tokens of one role and one body keep searches together: a token may be replaced by the next.
fn is_keeper(actor: &Actor, search: &SavedSearch) -> bool {
    match actor {
        Actor::Holder {
            role, organisation, ..
        } => *role == search.role && *organisation == search.organisation,
        Actor::Anonymous | Actor::System => false,
    }
}

fn is_own(actor: &Actor, asset: &Asset) -> bool {
    actor.may(Permission::Deposit)
        && actor
            .organisation()
            .is_some_and(|own| asset.work.organisation.as_ref() == Some(own))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{
        Sight, may_delete, may_delete_search, may_deposit_for, may_edit,
        may_fetch_untouched_original, may_see_search, sight,
    };
    use crate::domain::access::{Actor, Role, TokenId};
    use crate::domain::asset::{Access, Asset, AssetId, Exposure, Revision, State, Work};
    use crate::domain::{LanguageMap, SavedSearch, SavedSearchId, Slug, Timestamp, Visibility};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    fn holder(role: Role, organisation: Option<&str>) -> Actor {
        Actor::Holder {
            token: TokenId("t1".into()),
            role,
            organisation: organisation.map(slug),
        }
    }

    /// Everybody who can ask, in the order of the columns below.
    fn everybody() -> [Actor; 8] {
        [
            Actor::Anonymous,
            holder(Role::Partner, None),
            // A partner's organisation gives it nothing: only deposits make a body an owner.
            holder(Role::Station, Some("dic")),
            holder(Role::Contributor, Some("police")),
            holder(Role::Contributor, Some("dic")),
            holder(Role::Editor, None),
            holder(Role::Admin, None),
            Actor::System,
        ]
    }

    fn work_of_dic(state: State, access: Access) -> Asset {
        let mut work = Work::new();
        work.organisation = Some(slug("dic"));
        work.access = access;
        let mut asset = Asset::take_in(AssetId::from_bytes([7; 16]), work, NOW);
        asset.state = state;
        asset
    }

    fn row(check: impl Fn(&Actor) -> char) -> String {
        everybody().iter().map(check).collect()
    }

    fn sights(asset: &Asset) -> String {
        row(|actor| match sight(actor, asset, NOW) {
            Sight::Visible => 'v',
            Sight::Gone => 'g',
            Sight::Hidden => '-',
        })
    }

    fn withdrawn() -> State {
        State::Withdrawn {
            reason: "sai tên".into(),
        }
    }

    /// Columns: anonymous, partner, station, contributor elsewhere, own contributor, editor,
    /// admin, system. `v` sees it, `g` learns that it is gone, `-` nothing.
    #[test]
    fn sight_follows_state_access_and_exposure() {
        use Access::{Partner, Public, StateInternal};
        use State::{Draft, Published, Submitted};
        for (state, access, exposure, expected) in [
            (Draft, Public, Exposure::Staff, "----vvvv"),
            (Submitted, Public, Exposure::Staff, "----vvvv"),
            (Published, Public, Exposure::Public, "vvvvvvvv"),
            (Published, Partner, Exposure::Partner, "-vvvvvvv"),
            (
                Published,
                StateInternal,
                Exposure::StateInternal,
                "---vvvvv",
            ),
            // Narrowed after it had been public.
            (Published, StateInternal, Exposure::Public, "gggvvvvv"),
            (withdrawn(), Public, Exposure::Public, "ggggvvvv"),
            (withdrawn(), Partner, Exposure::Partner, "-gggvvvv"),
            (
                withdrawn(),
                StateInternal,
                Exposure::StateInternal,
                "---gvvvv",
            ),
            // Published under an embargo that never ended.
            (withdrawn(), Public, Exposure::Staff, "----vvvv"),
            (Draft, Public, Exposure::Public, "ggggvvvv"),
        ] {
            let mut asset = work_of_dic(state, access);
            asset.exposure = exposure;
            assert_eq!(sights(&asset), expected, "{asset:?}");
        }
    }

    #[test]
    fn an_embargo_hides_until_its_very_moment() {
        let mut asset = work_of_dic(State::Published, Access::Public);
        for (until_ms, expected) in [
            (1_000_001, "----vvvv"),
            (1_000_000, "vvvvvvvv"),
            (999_999, "vvvvvvvv"),
        ] {
            asset.work.embargo_until = Some(Timestamp::from_millis(until_ms));
            assert_eq!(sights(&asset), expected, "{until_ms}");
        }
    }

    #[test]
    fn contributors_edit_their_own_open_works_and_editors_all() {
        for (state, expected) in [
            (State::Draft, "----yyyy"),
            (State::Submitted, "----yyyy"),
            (State::Published, "-----yyy"),
            (withdrawn(), "-----yyy"),
        ] {
            let asset = work_of_dic(state, Access::Public);
            let edits = row(|actor| if may_edit(actor, &asset) { 'y' } else { '-' });
            assert_eq!(edits, expected, "{asset:?}");
            let originals = row(|actor| {
                if may_fetch_untouched_original(actor, &asset) {
                    'y'
                } else {
                    '-'
                }
            });
            assert_eq!(originals, "----yyyy");
        }
    }

    #[test]
    fn contributors_delete_only_what_nobody_saw() {
        let mut asset = work_of_dic(State::Draft, Access::Public);
        let deletes = |asset: &Asset| row(|actor| if may_delete(actor, asset) { 'y' } else { '-' });
        assert_eq!(deletes(&asset), "----yyyy");
        asset.exposure = Exposure::Public;
        assert_eq!(deletes(&asset), "-----yyy");
        assert_eq!(
            deletes(&work_of_dic(State::Submitted, Access::Public)),
            "-----yyy"
        );
    }

    #[test]
    fn a_work_without_a_body_belongs_to_no_contributor() {
        let mut asset = work_of_dic(State::Draft, Access::Public);
        asset.work.organisation = None;
        assert_eq!(sights(&asset), "-----vvv");
        let unbound = holder(Role::Contributor, None);
        assert_eq!(sight(&unbound, &asset, NOW), Sight::Hidden);
    }

    #[test]
    fn contributors_deposit_for_their_own_body_only() {
        let dic = slug("dic");
        let for_dic = row(|actor| {
            if may_deposit_for(actor, Some(&dic)) {
                'y'
            } else {
                '-'
            }
        });
        assert_eq!(for_dic, "----yyyy");
        let for_nobody = row(|actor| {
            if may_deposit_for(actor, None) {
                'y'
            } else {
                '-'
            }
        });
        assert_eq!(for_nobody, "-----yyy");
    }

    /// Columns as above. `d` may also delete it, `r` only read it.
    #[test]
    fn a_private_search_is_for_tokens_of_its_role_and_body() {
        use Visibility::{Private, Public};
        for (role, organisation, visibility, expected) in [
            (Role::Contributor, Some("dic"), Private, "----d-dd"),
            (Role::Contributor, Some("dic"), Public, "rrrrdddd"),
            // A station keeps its own searches, not those of the office it belongs to.
            (Role::Station, Some("dic"), Private, "--d---dd"),
            (Role::Station, None, Private, "------dd"),
            (Role::Editor, None, Private, "-----ddd"),
            (Role::Partner, None, Public, "rdrrrddd"),
        ] {
            let search = SavedSearch {
                id: SavedSearchId::from_bytes([7; 16]),
                revision: Revision::FIRST,
                titles: LanguageMap::default(),
                parameters: BTreeMap::new(),
                visibility,
                role,
                organisation: organisation.map(slug),
                created_at: NOW,
            };
            let rights = row(|actor| match may_see_search(actor, &search) {
                true if may_delete_search(actor, &search) => 'd',
                true => 'r',
                false => '-',
            });
            assert_eq!(rights, expected, "{search:?}");
        }
    }
}
