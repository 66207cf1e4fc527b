//! Tokens: made, recognised, expired, revoked.

use khochung::domain::access::{Actor, Credential, Permission, Permissions, Role, TokenId};
use khochung::domain::{Rule, Slug, Timestamp};
use khochung::services::accounts::{AccountsError, CACHE_SECONDS, NewToken, Token};

use crate::archive::{Archive, MORNING, editor};

fn wanted(role: Role, organisation: Option<&str>) -> NewToken {
    NewToken {
        role,
        organisation: organisation.map(|slug| Slug::parse(slug).unwrap()),
        label: "máy chủ báo".to_owned(),
        expires_at: None,
        permissions: None,
    }
}

#[tokio::test]
async fn a_secret_opens_as_what_it_was_made_for() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let (secret, record) = tokens
        .create(&Actor::System, wanted(Role::Contributor, Some("dic")))
        .await
        .unwrap();
    // 256 bits are 43 digits of base64url.
    assert!(secret.reveal().starts_with("kc_"));
    assert_eq!(secret.reveal().len(), 3 + 43);
    assert!(!format!("{secret:?} {record:?}").contains(secret.reveal()));
    let actor = tokens.authenticate(secret.reveal()).await.unwrap();
    let expected = Actor::Holder {
        credential: Credential::Token(record.id.clone()),
        role: Role::Contributor,
        organisation: Some(Slug::parse("dic").unwrap()),
        subordinates: [].into(),
        narrowed_to: None,
    };
    assert_eq!(actor, expected);
    for wrong in [
        "",
        "kc_",
        "Bearer x",
        &secret.reveal()[..45],
        &format!("{}A", secret.reveal()),
    ] {
        let refused = tokens.authenticate(wrong).await;
        assert!(matches!(refused, Err(AccountsError::NotValid)), "{wrong:?}");
    }
    let listed = tokens.list(&Actor::System).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].record, record);
}

#[tokio::test]
async fn a_revoked_token_stops_at_once() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let (secret, record) = tokens
        .create(&Actor::System, wanted(Role::Station, None))
        .await
        .unwrap();
    tokens.authenticate(secret.reveal()).await.unwrap();
    for _ in 0..2 {
        let revoked = tokens.revoke(&Actor::System, &record.id).await.unwrap();
        assert_eq!(revoked.record.revoked_at, Some(MORNING));
        let refused = tokens.authenticate(secret.reveal()).await;
        assert!(
            matches!(refused, Err(AccountsError::NotValid)),
            "{refused:?}"
        );
    }
    let unknown = tokens.revoke(&Actor::System, &TokenId("x".into())).await;
    assert!(
        matches!(unknown, Err(AccountsError::NoSuchToken)),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn a_token_ends_at_its_moment_even_when_remembered() {
    let archive = Archive::new();
    let mut wanted = wanted(Role::Partner, None);
    wanted.expires_at = Some(MORNING.plus_seconds(CACHE_SECONDS / 2));
    let (secret, _) = archive.tokens.create(&Actor::System, wanted).await.unwrap();
    archive.tokens.authenticate(secret.reveal()).await.unwrap();
    archive.clock.set(MORNING.plus_seconds(CACHE_SECONDS / 2));
    let refused = archive.tokens.authenticate(secret.reveal()).await;
    assert!(
        matches!(refused, Err(AccountsError::NotValid)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn unfit_tokens_are_not_made() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let mut unfit = wanted(Role::Contributor, None);
    unfit.label = "a\nb".to_owned();
    unfit.expires_at = Some(MORNING);
    let refused = tokens.create(&Actor::System, unfit).await;
    let Err(AccountsError::Invalid(violations)) = refused else {
        panic!("{refused:?}");
    };
    let places: Vec<_> = violations
        .listed()
        .iter()
        .map(|v| (v.pointer.as_str(), &v.rule))
        .collect();
    assert_eq!(
        places,
        [
            ("/label", &Rule::ForbiddenCharacters),
            ("/organisation", &Rule::Required),
            ("/expires_at", &Rule::InvalidTimestamp),
        ]
    );
    let by_editor = tokens.create(&editor(), wanted(Role::Partner, None)).await;
    assert!(
        matches!(by_editor, Err(AccountsError::Forbidden)),
        "{by_editor:?}"
    );
    assert!(matches!(
        tokens.list(&editor()).await,
        Err(AccountsError::Forbidden)
    ));
}

const HOUR: i64 = 3_600;

fn later(seconds: i64) -> Timestamp {
    MORNING.plus_seconds(seconds)
}

async fn is_valid(archive: &Archive, secret: &str) -> bool {
    let found = archive.tokens.authenticate(secret).await;
    assert!(matches!(found, Ok(_) | Err(AccountsError::NotValid)));
    found.is_ok()
}

#[tokio::test]
async fn both_secrets_are_valid_during_the_overlap_and_one_after_it() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let made = tokens.create(&Actor::System, wanted(Role::Station, None));
    let (first, record) = made.await.unwrap();
    archive.clock.set(later(HOUR));
    let rotated = tokens.rotate(&Actor::System, &record.id, 24 * HOUR);
    let (second, token) = rotated.await.unwrap();
    assert_eq!(token.former_secret_until, Some(later(25 * HOUR)));
    assert_eq!(token.record.secret_since, later(HOUR));
    assert_eq!(token.record.created_at, MORNING);
    let (first, second) = (first.reveal(), second.reveal());
    for secret in [first, second] {
        let actor = tokens.authenticate(secret).await.unwrap();
        assert_eq!(actor.to_string(), format!("station:{}", record.id.0));
    }
    archive.clock.set(later(25 * HOUR));
    assert!(!is_valid(&archive, first).await && is_valid(&archive, second).await);
    let listed = tokens.list(&Actor::System).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].former_secret_until, None);
    tokens.revoke(&Actor::System, &record.id).await.unwrap();
    assert!(!is_valid(&archive, second).await);
    let refused = tokens.rotate(&Actor::System, &record.id, 0).await;
    assert!(matches!(refused, Err(AccountsError::TokenEnded)));
}

#[tokio::test]
async fn a_token_has_two_secrets_at_most_and_revoking_ends_both() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let made = tokens.create(&Actor::System, wanted(Role::Station, None));
    let (first, record) = made.await.unwrap();
    let rotate = async || {
        let rotated = tokens.rotate(&Actor::System, &record.id, 48 * HOUR).await;
        rotated.unwrap().0
    };
    let second = rotate().await;
    let third = rotate().await;
    let (first, second, third) = (first.reveal(), second.reveal(), third.reveal());
    assert!(!is_valid(&archive, first).await);
    assert!(is_valid(&archive, second).await && is_valid(&archive, third).await);
    tokens.revoke(&Actor::System, &record.id).await.unwrap();
    assert!(!is_valid(&archive, second).await && !is_valid(&archive, third).await);
}

#[tokio::test]
async fn a_rotated_token_ends_when_it_was_to_end() {
    let archive = Archive::new();
    let mut wanted = wanted(Role::Station, None);
    wanted.expires_at = Some(later(HOUR));
    let (_, record) = archive.tokens.create(&Actor::System, wanted).await.unwrap();
    let rotated = archive.tokens.rotate(&Actor::System, &record.id, 24 * HOUR);
    let (second, _) = rotated.await.unwrap();
    archive.clock.set(later(HOUR));
    assert!(!is_valid(&archive, second.reveal()).await);
}

#[tokio::test]
async fn a_token_is_narrowed_and_never_widened() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let mut narrow = wanted(Role::Editor, None);
    narrow.permissions = Some(Permissions::new([Permission::Deposit]));
    let (secret, _) = tokens.create(&Actor::System, narrow.clone()).await.unwrap();
    let actor = tokens.authenticate(secret.reveal()).await.unwrap();
    for (permission, expected) in [
        (Permission::Read, true),
        (Permission::Deposit, true),
        (Permission::Curate, false),
        (Permission::Review, false),
        // The role does not have it.
        (Permission::Administer, false),
    ] {
        assert_eq!(actor.may(permission), expected, "{permission:?}");
    }
    narrow.permissions = Some(Permissions::new([Permission::Administer]));
    let Err(AccountsError::Invalid(broken)) = tokens.create(&Actor::System, narrow).await else {
        panic!("an editor does not administer");
    };
    assert_eq!(broken.listed()[0].pointer, "/scopes");
    assert_eq!(broken.listed()[0].rule, Rule::BeyondRole);
}

#[tokio::test]
async fn of_its_use_the_last_day_is_known_and_no_more() {
    let archive = Archive::new();
    let tokens = &archive.tokens;
    let made = tokens.create(&Actor::System, wanted(Role::Station, None));
    let (secret, _) = made.await.unwrap();
    let listed = async || -> Token {
        let mut listed = tokens.list(&Actor::System).await.unwrap();
        listed.remove(0)
    };
    assert_eq!(listed().await.last_used_on, None);
    // The morning is in November 2026; the next day begins at midnight of Viet Nam.
    for (at, day) in [(MORNING, "2026-11-23"), (later(24 * HOUR), "2026-11-24")] {
        archive.clock.set(at);
        for _ in 0..3 {
            tokens.authenticate(secret.reveal()).await.unwrap();
        }
        let expected = day.parse().ok();
        while listed().await.last_used_on != expected {
            tokio::task::yield_now().await;
        }
    }
    let range = khochung::storage::catalog::KeyRange::default();
    let records = archive.catalog.records("token-days", range, 10).await;
    let records = records.unwrap();
    assert_eq!(records.len(), 1);
    // Written once on each of two days.
    assert_eq!(records[0].revision.0, 2);
    let stored = &records[0].value["v1"];
    assert_eq!(
        stored.as_object().unwrap().len(),
        2,
        "token and day: {stored}"
    );
}
