//! Tokens: made, recognised, expired, revoked.

use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::{Rule, Slug};
use khochung::services::accounts::{AccountsError, CACHE_SECONDS, NewToken};

use crate::archive::{Archive, MORNING, editor};

fn wanted(role: Role, organisation: Option<&str>) -> NewToken {
    NewToken {
        role,
        organisation: organisation.map(|slug| Slug::parse(slug).unwrap()),
        label: "máy chủ báo".to_owned(),
        expires_at: None,
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
    assert_eq!(tokens.list(&Actor::System).await.unwrap(), [record]);
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
        assert_eq!(revoked.revoked_at, Some(MORNING));
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
