//! Requests that arrive twice are carried out once.

use khochung::domain::Sha256;
use khochung::domain::access::{Actor, Role};
use khochung::services::works::{ChangeError, IdempotentRequest};
use serde_json::json;

use crate::archive::{Archive, JPEG, complete_work, editor, holder};
use crate::support::{Answer, Archive as Served};

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
    let completed = archive.intake.create(actor, deposit, Some(repeat)).await;
    completed.map(|completed| completed.result)
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

#[tokio::test]
async fn of_equal_uploads_at_once_one_is_carried_out_and_all_are_answered_by_it() {
    for expects_revision in [true, false] {
        let archive = Archive::new();
        let mut work = archive.create(&editor(), &complete_work()).await;
        let (actor, words, repeat) = (editor(), json!({}), request("u", 3));
        if !expects_revision {
            // Of another revision than the work is at: everybody is refused alike.
            work.revision.0 += 7;
        }
        let uploads =
            (0..8).map(|_| archive.attach(&actor, &work, JPEG, "a.jpg", &words, Some(&repeat)));
        let answers = futures_util::future::join_all(uploads).await;
        if !expects_revision {
            let stale = |answer: &Result<_, _>| matches!(answer, Err(ChangeError::Stale { .. }));
            assert!(answers.iter().all(stale), "{answers:?}");
            continue;
        }
        let attached: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        let firsts = attached.iter().filter(|answer| !answer.is_replay).count();
        assert_eq!(firsts, 1);
        for answer in attached {
            assert_eq!(answer.asset.revision.0, 2);
            assert_eq!(answer.asset.files.len(), 1);
        }
    }
}

/// Eight requests that run at the same time over HTTP, with what each sent and its answers.
fn at_once(send: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        let requests: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    send()
                })
            })
            .collect();
        let answers = requests.into_iter().map(|request| request.join().unwrap());
        answers.collect()
    })
}

#[test]
fn equal_requests_at_once_are_answered_alike_and_replays_say_what_they_are() {
    let served = Served::start();
    let client = served.holder("editor");
    for round in 0..5 {
        let [create_key, attach_key, save_key] =
            ["create", "attach", "save"].map(|name| format!("{name}-{round}"));
        let create_headers = [
            ("content-type", "application/json"),
            ("idempotency-key", &create_key),
        ];
        let work = json!({ "titles": { "vi": "Một" } }).to_string();
        let create = || client.send("POST", "/api/v1/assets", &create_headers, work.as_bytes());
        let made = at_once(create);
        check_alike(&made);
        let id = made[0].json()["id"].as_str().unwrap().to_owned();

        let attach_headers = [
            ("content-type", "text/plain"),
            ("idempotency-key", &attach_key),
        ];
        let path = format!("/api/v1/assets/{id}/files?name=a.txt");
        let body = format!("nội dung {round} ").repeat(20_000);
        let attached = at_once(|| client.send("POST", &path, &attach_headers, body.as_bytes()));
        check_alike(&attached);
        let files = attached[0].json()["asset"]["files"].clone();
        assert_eq!(files.as_array().unwrap().len(), 1);

        let save_headers = [
            ("content-type", "application/json"),
            ("idempotency-key", &save_key),
        ];
        let search = json!({ "titles": { "vi": "Đất đai" }, "query": { "q": "đất" } });
        let search = search.to_string();
        let save = || client.send("POST", "/api/v1/searches", &save_headers, search.as_bytes());
        check_alike(&at_once(save));
    }
    let listed = client.get("/api/v1/assets?limit=100").json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 5);
}

/// One was carried out, and the others tell that they were not.
fn check_alike(answers: &[Answer]) {
    for answer in answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json_as_recorded(), answers[0].json_as_recorded());
        assert_eq!(answer.header("etag"), answers[0].header("etag"));
        assert_eq!(answer.header("location"), answers[0].header("location"));
    }
    let replays = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed") == "true");
    assert_eq!(replays.count(), answers.len() - 1);
}

#[test]
fn a_replay_after_a_crash_says_that_it_is_one() {
    let served = Served::start();
    let client = served.holder("editor");
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "k"),
    ];
    let work = json!({ "titles": { "vi": "Một" } }).to_string();
    let first = client.send("POST", "/api/v1/assets", &headers, work.as_bytes());
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (201, "")
    );
    let served = Served::start_in(served.kill(), &[]);
    let client = served.anybody().with_token(client.token().unwrap());
    let again = client.send("POST", "/api/v1/assets", &headers, work.as_bytes());
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, "true")
    );
    assert_eq!(again.json_as_recorded(), first.json_as_recorded());
}
