//! The list of accounts has pages, and creating an account can be repeated.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sign_in::PASSWORD;
use crate::support::{Answer, Archive, Client};

fn create(client: &Client, key: &str, body: &Value) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    client.send(
        "POST",
        "/api/v1/accounts",
        &headers,
        body.to_string().as_bytes(),
    )
}

#[test]
fn pages_lead_through_all_accounts() {
    let archive = Archive::start();
    let operator = archive.operator();
    let mut expected = BTreeSet::new();
    for number in 0..5 {
        let wanted = json!({ "login": format!("don-vi-{number}"), "role": "editor" });
        let made = operator.post_json("/api/v1/accounts", &wanted).json();
        expected.insert(made["account"]["id"].as_str().unwrap().to_owned());
    }
    let mut found = Vec::new();
    let mut path = "/api/v1/accounts?limit=2".to_owned();
    loop {
        let page = operator.get(&path);
        let items = page.json()["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        found.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else {
            assert_eq!(page.header("link"), "");
            break;
        };
        path = format!("/api/v1/accounts?limit=2&after={next}");
        let link = page.header("link").to_owned();
        assert!(link.contains(&format!("{path}>; rel=\"next\"")), "{link}");
    }
    assert_eq!(found.len(), 5);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    for (query, problem) in [
        ("after=x", "wrong-cursor"),
        ("limit=0", "invalid-parameter"),
    ] {
        let refused = operator.get(&format!("/api/v1/accounts?{query}"));
        assert_eq!(
            (refused.status, refused.problem()),
            (400, problem.to_owned())
        );
    }
}

#[test]
fn a_repeated_request_creates_one_account_and_shows_the_same_link() {
    let archive = Archive::start();
    let operator = archive.operator();
    let wanted = json!({ "login": "don-vi", "role": "editor" });
    let first = create(&operator, "k1", &wanted);
    let again = create(&operator, "k1", &wanted);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    assert_eq!(
        operator.get("/api/v1/accounts").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let other = json!({ "login": "don-vi-khac", "role": "editor" });
    let reused = create(&operator, "k1", &other);
    assert_eq!(
        (reused.status, reused.problem()),
        (422, "key-reused".to_owned())
    );
    // Another key is another request, which the name refuses; the key of another caller is another key.
    assert_eq!(create(&operator, "k2", &wanted).problem(), "invalid");
    let admin = archive.holder("admin");
    assert_eq!(create(&admin, "k1", &other).status, 201);

    // Once the link was used it is not shown again.
    let body = json!({ "link": first.json()["link"], "password": PASSWORD });
    assert_eq!(
        archive
            .anybody()
            .post_json("/api/v1/account-links", &body)
            .status,
        200
    );
    let late = create(&operator, "k1", &wanted);
    assert_eq!((late.status, late.json()["link"].is_null()), (201, true));
    let link = first.json()["link"].as_str().unwrap().to_owned();
    assert!(
        !archive.journal().contains(&link),
        "the journal has no link"
    );
    // Equal requests at once create one account.
    let equal: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                let client = operator.clone();
                scope.spawn(move || {
                    create(&client, "k3", &json!({ "login": "ba", "role": "editor" }))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(equal.iter().all(|answer| answer.status == 201));
    assert!(equal.iter().all(|answer| answer.json() == equal[0].json()));
}
