//! Columns: anonymous, partner, station, contributor elsewhere, own contributor, contributor of the body above;
//! reviewer elsewhere, of the archive; inspector of the archive; editor elsewhere, of the body above, of the
//! archive; admin, system.

use std::collections::BTreeMap;

use super::table::{Column, Operation};
use super::{Disclosure, disclosure, may, may_delete_search, may_deposit_for, may_see_search};
use crate::domain::access::{Actor, Credential, Role, TokenId};
use crate::domain::asset::{Access, Asset, AssetId, AudienceLevel, Revision, State, Work};
use crate::domain::role::Permission;
use crate::domain::{LanguageMap, SavedSearch, SavedSearchId, Slug, Timestamp, Visibility};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn holder(role: Role, organisation: Option<&str>) -> Actor {
    let subordinates = match organisation {
        Some("ministry") => vec![slug("office"), slug("dic")],
        _ => Vec::new(),
    };
    Actor::Holder {
        credential: Credential::Token(TokenId("t1".into())),
        role,
        organisation: organisation.map(slug),
        subordinates: subordinates.into(),
        narrowed_to: None,
    }
}

/// One actor for each column.
fn everybody() -> [Actor; 14] {
    [
        Actor::Anonymous,
        holder(Role::Partner, None),
        // A station's organisation gives it nothing: it deposits no works.
        holder(Role::Station, Some("dic")),
        holder(Role::Contributor, Some("police")),
        holder(Role::Contributor, Some("dic")),
        holder(Role::Contributor, Some("ministry")),
        holder(Role::Reviewer, Some("police")),
        holder(Role::Reviewer, None),
        holder(Role::Inspector, None),
        holder(Role::Editor, Some("police")),
        holder(Role::Editor, Some("ministry")),
        holder(Role::Editor, None),
        // Who runs the archive is limited by no organisation.
        holder(Role::Admin, Some("police")),
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

fn who_may(operation: Operation, asset: &Asset) -> String {
    row(|actor| {
        if may(actor, operation, asset) {
            'y'
        } else {
            '-'
        }
    })
}

fn withdrawn() -> State {
    State::Withdrawn {
        reason: "sai tên".into(),
    }
}

/// `v` sees it, `g` learns of its removal, `-` learns nothing.
#[test]
fn disclosure_follows_state_access_and_widest_audience() {
    use Access::{Partner, Public, StateInternal};
    use State::{Draft, Published, Submitted};
    for (state, access, widest, expected) in [
        (Draft, Public, AudienceLevel::Staff, "----vv-vv-vvvv"),
        (Submitted, Public, AudienceLevel::Staff, "----vv-vv-vvvv"),
        (Published, Public, AudienceLevel::Public, "vvvvvvvvvvvvvv"),
        (Published, Partner, AudienceLevel::Partner, "-vvvvvvvvvvvvv"),
        (
            Published,
            StateInternal,
            AudienceLevel::StateInternal,
            "---vvvvvvvvvvv",
        ),
        // Narrowed after it had been public.
        (
            Published,
            StateInternal,
            AudienceLevel::Public,
            "gggvvvvvvvvvvv",
        ),
        (withdrawn(), Public, AudienceLevel::Public, "ggggvvgvvgvvvv"),
        (
            withdrawn(),
            Partner,
            AudienceLevel::Partner,
            "-gggvvgvvgvvvv",
        ),
        (
            withdrawn(),
            StateInternal,
            AudienceLevel::StateInternal,
            "---gvvgvvgvvvv",
        ),
        // Published under an embargo that never ended.
        (withdrawn(), Public, AudienceLevel::Staff, "----vv-vv-vvvv"),
        (Draft, Public, AudienceLevel::Public, "ggggvvgvvgvvvv"),
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
        (1_000_001, "----vv-vv-vvvv"),
        (1_000_000, "vvvvvvvvvvvvvv"),
        (999_999, "vvvvvvvvvvvvvv"),
    ] {
        asset.work.embargo_until = Some(Timestamp::from_millis(until_ms));
        assert_eq!(disclosures(&asset), expected, "{until_ms}");
    }
}

#[test]
fn contributors_change_open_works_of_their_scope_and_editors_all_of_theirs() {
    for (state, expected) in [
        (State::Draft, "----yy----yyyy"),
        (State::Submitted, "----yy----yyyy"),
        (State::Published, "----------yyyy"),
        (withdrawn(), "----------yyyy"),
    ] {
        let asset = work_of_dic(state, Access::Public);
        for operation in [Operation::Edit, Operation::Submit, Operation::Recall] {
            assert_eq!(who_may(operation, &asset), expected, "{asset:?}");
        }
        for (operation, expected) in [
            (Operation::FetchOriginals, "----yy-y--yyyy"),
            (Operation::ReadChecklist, "----yy-yy-yyyy"),
            (Operation::Comment, "----yy-y--yyyy"),
            (Operation::Assign, "----------yyyy"),
            (Operation::Return, "-------y--yyyy"),
            (Operation::Approve, "-------y--yyyy"),
            (Operation::Accept, "----------yyyy"),
            (Operation::Publish, "----------yyyy"),
            (Operation::Correct, "----------yyyy"),
            (Operation::Withdraw, "----------yyyy"),
            (Operation::Reopen, "----------yyyy"),
        ] {
            assert_eq!(
                who_may(operation, &asset),
                expected,
                "{operation:?} {asset:?}"
            );
        }
    }
}

#[test]
fn contributors_delete_only_what_nobody_saw() {
    let mut asset = work_of_dic(State::Draft, Access::Public);
    let delete = Operation::Delete;
    assert_eq!(who_may(delete, &asset), "----yy----yyyy");
    asset.widest_audience = AudienceLevel::Public;
    assert_eq!(who_may(delete, &asset), "----------yyyy");
    let submitted = work_of_dic(State::Submitted, Access::Public);
    assert_eq!(who_may(delete, &submitted), "----------yyyy");
}

#[test]
fn a_work_without_a_body_belongs_to_the_archive() {
    let mut asset = work_of_dic(State::Draft, Access::Public);
    asset.work.organisation = None;
    assert_eq!(disclosures(&asset), "-------vv--vvv");
    let unbound = holder(Role::Contributor, None);
    assert_eq!(disclosure(&unbound, &asset, NOW), Disclosure::Hidden);
}

#[test]
fn works_are_deposited_for_bodies_of_the_scope() {
    let dic = slug("dic");
    let for_body = |body: Option<&Slug>| {
        row(|actor| {
            if may_deposit_for(actor, body) {
                'y'
            } else {
                '-'
            }
        })
    };
    assert_eq!(for_body(Some(&dic)), "----yy----yyyy");
    assert_eq!(for_body(None), "-----------yyy");
}

/// Nobody gets works by an operation whose permission the role lacks.
#[test]
fn a_cell_with_works_has_the_permission_of_its_row() {
    for column in super::table::COLUMNS {
        for operation in Operation::all() {
            let has_works = column.works(operation) > super::table::Works::None;
            let has_permission = column.has(operation.permission());
            assert!(!has_works || has_permission, "{column:?} {operation:?}");
        }
        assert!(column.has(Permission::Read), "{column:?}");
    }
    assert!(!Column::Anonymous.has(Permission::KeepSearches));
}

/// `d` may also delete it, `r` only read it.
#[test]
fn a_private_search_is_for_tokens_of_its_role_and_body() {
    use Visibility::{Private, Public};
    for (role, organisation, visibility, expected) in [
        (Role::Contributor, Some("dic"), Private, "----d-------dd"),
        (Role::Contributor, Some("dic"), Public, "rrrrdrrrrddddd"),
        // A station owns the searches that stations of its body saved, not those that editors of it saved.
        (Role::Station, Some("dic"), Private, "--d---------dd"),
        (Role::Station, None, Private, "------------dd"),
        (Role::Editor, None, Private, "------------dd"),
        (Role::Partner, None, Public, "rrrrrrrrrddddd"),
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
        subordinates: [].into(),
        narrowed_to: None,
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
