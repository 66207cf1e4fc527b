//! Tokens, and requests that may be repeated.

use khochung::domain::Sha256;
use khochung::domain::access::{Role, TokenId};
use khochung::domain::asset::Revision;
use khochung::storage::catalog::{
    CatalogError, EventKind, IdempotencyKey, Idempotent, Made, TokenHash, TokenRecord, Write,
};

use super::Bench;
use super::given::{asset, at, changes, changes_at, id, slug};

on_every_back_end! {
    a_repeated_request_is_refused_with_what_is_known_of_the_first,
    only_older_answers_are_forgotten,
    tokens_are_found_by_hash_and_listed_oldest_first,
}

fn key(scope: &str, key: &str) -> IdempotencyKey {
    IdempotencyKey {
        scope: scope.into(),
        key: key.into(),
    }
}

fn answer(key: &IdempotencyKey, second: i64) -> Idempotent {
    Idempotent {
        key: key.clone(),
        request: Sha256::from_bytes([9; 32]),
        made: Made::Asset(id(1)),
        revision: Revision(1),
        at: at(second),
    }
}

fn token(number: u8, created: i64) -> TokenRecord {
    TokenRecord {
        id: TokenId(format!("t{number}")),
        hash: TokenHash(Sha256::from_bytes([number; 32])),
        role: Role::Contributor,
        organisation: Some(slug("dic")),
        permissions: None,
        account: None,
        label: "Phòng Văn hoá".into(),
        created_at: at(created),
        expires_at: None,
        revoked_at: None,
        secret_since: at(created),
        secret_expires_at: None,
    }
}

async fn a_repeated_request_is_refused_with_what_is_known_of_the_first(bench: Bench) {
    let first = answer(&key("t1", "k"), 0);
    bench
        .commit(
            changes()
                .put(asset(1), EventKind::Created)
                .write(Write::Remember(first.clone())),
        )
        .await;
    let bench = bench.reopen().await;
    let again = changes()
        .put(asset(2), EventKind::Created)
        .write(Write::Remember(answer(&key("t1", "k"), 5)));
    let error = bench.refused(again).await;
    assert!(matches!(error, CatalogError::Repeated(known) if *known == first));
    // The same key of another holder is another key; no two texts run into one another.
    for other in [key("t", "1k"), key("t1k", ""), key("t2", "k")] {
        assert_eq!(bench.catalog().remembered(&other).await.unwrap(), None);
        let remember = Write::Remember(answer(&other, 0));
        bench.commit(changes().write(remember)).await;
    }
    let known = bench.catalog().remembered(&key("t1", "k")).await.unwrap();
    assert_eq!(known, Some(first));
}

async fn only_older_answers_are_forgotten(bench: Bench) {
    let (old, young) = (key("t", "old"), key("t", "young"));
    for (key, second) in [(&old, 9), (&young, 10)] {
        let remember = Write::Remember(answer(key, second));
        bench.commit(changes_at(second).write(remember)).await;
    }
    bench.commit(changes().write(Write::Forget(at(10)))).await;
    let bench = bench.reopen().await;
    assert_eq!(bench.catalog().remembered(&old).await.unwrap(), None);
    let known = bench.catalog().remembered(&young).await.unwrap();
    assert_eq!(known, Some(answer(&young, 10)));
    bench
        .commit(changes().write(Write::Remember(answer(&old, 11))))
        .await;
}

async fn tokens_are_found_by_hash_and_listed_oldest_first(bench: Bench) {
    let (young, old) = (token(1, 20), token(2, 10));
    for token in [&young, &old] {
        bench
            .commit(changes().write(Write::Token(token.clone())))
            .await;
    }
    let revoked = TokenRecord {
        revoked_at: Some(at(30)),
        ..old.clone()
    };
    bench
        .commit(changes().write(Write::Token(revoked.clone())))
        .await;
    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    assert_eq!(
        catalog.token(&old.hash).await.unwrap(),
        Some(revoked.clone())
    );
    assert_eq!(catalog.token(&token(3, 0).hash).await.unwrap(), None);
    assert_eq!(catalog.tokens().await.unwrap(), [revoked, young]);
    // Tokens are no works: the log does not tell of them.
    assert_eq!(catalog.counts().await.unwrap().events, 0);
}
