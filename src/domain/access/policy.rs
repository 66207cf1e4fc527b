//! The one policy that decides every exit.
//!
//! Who sees a work follows from two audience levels: that of the work ([`Asset::audience_level`], from
//! its state, access and embargo) and that of the actor ([`audience_level_of`]); a depositing
//! organisation always sees its own works. Who learns that a work was removed follows from the
//! widest audience level the work ever had.

use super::{Actor, Permission, Role};
use crate::domain::asset::{Asset, AudienceLevel, State};
use crate::domain::{SavedSearch, Slug, Timestamp, Visibility};

/// The audience level of an actor: it sees published works of this level or a wider one.
pub fn audience_level_of(actor: &Actor) -> AudienceLevel {
    match actor {
        Actor::System => AudienceLevel::Staff,
        Actor::Anonymous => AudienceLevel::Public,
        Actor::Holder { role, .. } => match role {
            Role::Admin | Role::Editor => AudienceLevel::Staff,
            Role::Contributor => AudienceLevel::StateInternal,
            Role::Station | Role::Partner => AudienceLevel::Partner,
        },
    }
}

/// Whether the actor may see the work, its files and every trace of it.
pub fn may_see(actor: &Actor, asset: &Asset, now: Timestamp) -> bool {
    audience_level_of(actor) <= asset.audience_level(now) || is_own(actor, asset)
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

/// Whether the actor may change the description and files of the work.
pub fn may_edit(actor: &Actor, asset: &Asset) -> bool {
    let is_open = matches!(asset.state, State::Draft | State::Submitted);
    actor.may(Permission::Curate)
        || (actor.may(Permission::Deposit) && is_own(actor, asset) && is_open)
}

/// Whether the actor may delete the work: editors any, contributors their own drafts that nobody
/// else has ever seen.
pub fn may_delete(actor: &Actor, asset: &Asset) -> bool {
    let is_unseen_draft =
        asset.state == State::Draft && asset.widest_audience == AudienceLevel::Staff;
    actor.may(Permission::Curate) || (is_own(actor, asset) && is_unseen_draft)
}

/// Whether the actor may deposit works for this organisation: editors for every organisation,
/// contributors for their own.
pub fn may_deposit_for(actor: &Actor, organisation: Option<&Slug>) -> bool {
    actor.may(Permission::Curate)
        || (actor.may(Permission::Deposit)
            && organisation.is_some()
            && organisation == actor.organisation())
}

/// Whether the actor may download originals as deposited. They carry camera serial numbers and
/// places, so everybody else gets rendered copies.
pub fn may_fetch_untouched_original(actor: &Actor, asset: &Asset) -> bool {
    actor.may(Permission::Curate) || is_own(actor, asset)
}

/// Whether the actor may read a saved search and learn that it exists. Its feed shows works by
/// [`may_see`] all the same.
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
        } => match organisation {
            Some(_) => *role == search.role && *organisation == search.organisation,
            None => search.credential.as_ref() == Some(credential),
        },
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
        Disclosure, disclosure, may_delete, may_delete_search, may_deposit_for, may_edit,
        may_fetch_untouched_original, may_see_search,
    };
    use crate::domain::access::{Actor, Credential, Role, TokenId};
    use crate::domain::asset::{Access, Asset, AssetId, AudienceLevel, Revision, State, Work};
    use crate::domain::{LanguageMap, SavedSearch, SavedSearchId, Slug, Timestamp, Visibility};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    fn holder(role: Role, organisation: Option<&str>) -> Actor {
        Actor::Holder {
            credential: Credential::Token(TokenId("t1".into())),
            role,
            organisation: organisation.map(slug),
        }
    }

    /// One actor of each kind, in the order of the columns below.
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

    fn disclosures(asset: &Asset) -> String {
        row(|actor| match disclosure(actor, asset, NOW) {
            Disclosure::Visible => 'v',
            Disclosure::Gone => 'g',
            Disclosure::Hidden => '-',
        })
    }

    fn withdrawn() -> State {
        State::Withdrawn {
            reason: "sai tên".into(),
        }
    }

    /// Columns: anonymous, partner, station, contributor elsewhere, own contributor, editor,
    /// admin, system. `v` sees it, `g` learns of its removal, `-` learns nothing.
    #[test]
    fn disclosure_follows_state_access_and_widest_audience() {
        use Access::{Partner, Public, StateInternal};
        use State::{Draft, Published, Submitted};
        for (state, access, widest, expected) in [
            (Draft, Public, AudienceLevel::Staff, "----vvvv"),
            (Submitted, Public, AudienceLevel::Staff, "----vvvv"),
            (Published, Public, AudienceLevel::Public, "vvvvvvvv"),
            (Published, Partner, AudienceLevel::Partner, "-vvvvvvv"),
            (
                Published,
                StateInternal,
                AudienceLevel::StateInternal,
                "---vvvvv",
            ),
            // Narrowed after it had been public.
            (Published, StateInternal, AudienceLevel::Public, "gggvvvvv"),
            (withdrawn(), Public, AudienceLevel::Public, "ggggvvvv"),
            (withdrawn(), Partner, AudienceLevel::Partner, "-gggvvvv"),
            (
                withdrawn(),
                StateInternal,
                AudienceLevel::StateInternal,
                "---gvvvv",
            ),
            // Published under an embargo that never ended.
            (withdrawn(), Public, AudienceLevel::Staff, "----vvvv"),
            (Draft, Public, AudienceLevel::Public, "ggggvvvv"),
        ] {
            let mut asset = work_of_dic(state, access);
            asset.widest_audience = widest;
            assert_eq!(disclosures(&asset), expected, "{asset:?}");
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
            assert_eq!(disclosures(&asset), expected, "{until_ms}");
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
        asset.widest_audience = AudienceLevel::Public;
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
        assert_eq!(disclosures(&asset), "-----vvv");
        let unbound = holder(Role::Contributor, None);
        assert_eq!(disclosure(&unbound, &asset, NOW), Disclosure::Hidden);
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
            (Role::Editor, None, Private, "------dd"),
            (Role::Partner, None, Public, "rrrrrddd"),
        ] {
            let search = SavedSearch {
                id: SavedSearchId::from_bytes([7; 16]),
                revision: Revision::FIRST,
                titles: LanguageMap::default(),
                parameters: BTreeMap::new(),
                visibility,
                role,
                organisation: organisation.map(slug),
                credential: None,
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

    #[test]
    fn a_search_of_a_token_without_a_body_is_of_that_token_alone() {
        let by = |token: &str| Actor::Holder {
            credential: Credential::Token(TokenId(token.into())),
            role: Role::Station,
            organisation: None,
        };
        let search = SavedSearch {
            id: SavedSearchId::from_bytes([7; 16]),
            revision: Revision::FIRST,
            titles: LanguageMap::default(),
            parameters: BTreeMap::new(),
            visibility: Visibility::Private,
            role: Role::Station,
            organisation: None,
            credential: Some(Credential::Token(TokenId("s1".into()))),
            created_at: NOW,
        };
        assert!(may_see_search(&by("s1"), &search) && may_delete_search(&by("s1"), &search));
        assert!(!may_see_search(&by("s2"), &search) && !may_delete_search(&by("s2"), &search));
    }
}
