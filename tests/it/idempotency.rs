//! Requests that arrive twice are carried out once.

use khochung::domain::Sha256;
use khochung::domain::access::{Actor, Role};
use khochung::services::works::{ChangeError, IdempotentRequest};
use serde_json::json;

use crate::archive::{Archive, JPEG, complete_work, editor, holder};

fn request(key: &str, digit: u8) -> IdempotentRequest {
    IdempotentRequest {
        key: key.to_owned(),
        request: Sha256::from_bytes([digit; 32]),
    }
}

async fn create(
    archive: &Archive,
    actor: &Actor,
    repeat: &IdempotentRequest,
) -> Result<khochung::domain::asset::Asset, ChangeError> {
    let deposit = archive.deposit(&complete_work());
    archive.intake.create(actor, deposit, Some(repeat)).await
}

#[tokio::test]
async fn the_same_request_gives_the_same_work() {
    let archive = Archive::new();
    let first = create(&archive, &editor(), &request("k", 1)).await.unwrap();
    let again = create(&archive, &editor(), &request("k", 1)).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(archive.catalog.counts().await.unwrap().assets, 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let archive = Archive::new();
    create(&archive, &editor(), &request("k", 1)).await.unwrap();
    let other = create(&archive, &editor(), &request("k", 2)).await;
    assert!(matches!(other, Err(ChangeError::KeyReused)), "{other:?}");
    assert_eq!(archive.catalog.counts().await.unwrap().assets, 1);
}

#[tokio::test]
async fn keys_of_different_tokens_never_meet() {
    let archive = Archive::new();
    let colleague = holder("e2", Role::Editor, None);
    let first = create(&archive, &editor(), &request("k", 1)).await.unwrap();
    let other = create(&archive, &colleague, &request("k", 2))
        .await
        .unwrap();
    assert_ne!(first.id, other.id);
}

#[tokio::test]
async fn of_two_equal_requests_at_once_one_is_carried_out() {
    let archive = Archive::new();
    let (actor, repeat) = (editor(), request("k", 1));
    let requests = (0..8).map(|_| create(&archive, &actor, &repeat));
    let answers = futures_util::future::join_all(requests).await;
    let ids: std::collections::HashSet<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().id)
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(archive.catalog.counts().await.unwrap().assets, 1);
}

#[tokio::test]
async fn a_repeated_upload_is_answered_though_the_revision_moved_on() {
    let archive = Archive::new();
    let work = archive.create(&editor(), &complete_work()).await;
    let (actor, words, repeat) = (editor(), json!({}), request("u", 3));
    for _ in 0..2 {
        let attached = archive
            .attach(&actor, &work, JPEG, "a.jpg", &words, Some(&repeat))
            .await;
        let attached = attached.unwrap();
        assert_eq!(
            (attached.asset.revision.0, attached.asset.files.len()),
            (2, 1)
        );
    }
}
