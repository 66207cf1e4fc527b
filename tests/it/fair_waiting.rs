//! A caller who asks too much waits, or learns when to come again; the others do not notice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Answer, Archive, Client, eventually};

const SEARCH: &str = "/api/v1/search?q=quyen+tre+em&sort=relevance";

fn from(client: &Client, address: &str, path: &str) -> Answer {
    client.send("GET", path, &[("x-forwarded-for", address)], &[])
}

fn with_works(archive: &Archive, count: usize) {
    let body = "Trẻ em có quyền được bảo vệ, chăm sóc và học tập ở mọi làng xa. ".repeat(40);
    let lines: String = (0..count)
        .map(|n| {
            let work = json!({
                "titles": { "vi": format!("Quyền trẻ em {n}") },
                "kind": "article",
                "organisation": "dic",
                "languages": ["vi"],
                "strand": "educate",
                "themes": ["international-law"],
                "body": body,
                "credit_line": "DIC",
                "reuse_terms": "cc-by-4.0",
                "people_shown": "none-identifiable",
                "state": "published",
            });
            format!("{work}\n")
        })
        .collect();
    let editor = archive.holder("editor");
    let kind = [("content-type", "application/x-ndjson")];
    let answer = editor.send("POST", "/api/v1/imports", &kind, lines.as_bytes());
    assert_eq!(answer.text().matches("\"created\"").count(), count);
    let event = editor.get("/readyz").json()["last_event"].as_u64().unwrap();
    eventually("search has read every work", || {
        let found = editor.get(&format!("/api/v1/search?event={event}"));
        (found.json()["stale"] == false).then_some(())
    });
}

#[test]
fn a_used_up_budget_is_reported_and_is_that_of_one_network() {
    let settings = [
        ("KHOCHUNG__SEARCH__CALLER_CPU_MS_PER_SECOND", "1"),
        ("KHOCHUNG__SEARCH__CALLER_WINDOW_SECONDS", "60"),
    ];
    let archive = Archive::start_with(&settings);
    with_works(&archive, 300);
    let anybody = archive.anybody();
    let first = from(&anybody, "203.0.113.7", SEARCH);
    assert_eq!(first.status, 200);
    assert_eq!(
        first.header("ratelimit-policy"),
        "\"processor-time\";q=0;w=60;qu=\"processor-seconds\""
    );
    assert!(
        first
            .header("ratelimit")
            .starts_with("\"processor-time\";r=0;t=")
    );
    // 60 ms are there: different searches use them up, and then a neighbour is refused as well.
    let refused = (0..200)
        .map(|n| {
            from(
                &anybody,
                "203.0.113.7",
                &format!("/api/v1/search?q=quyen+{n}+tre+em&sort=relevance&limit=100"),
            )
        })
        .find(|answer| answer.status != 200)
        .unwrap();
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too-many-requests")
    );
    let retry_after: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&retry_after), "{retry_after}");
    assert!(refused.header("ratelimit").contains(";r=0;"));
    // The refusal may have been short of a moment's refill: of two requests one is refused then, since
    // a request costs more than comes back meanwhile.
    let refuses = |address: &str, path: &str| {
        let statuses = [(); 2].map(|()| from(&anybody, address, path).status);
        statuses.contains(&429)
    };
    assert!(refuses("203.0.113.99", SEARCH));
    assert!(refuses("203.0.113.99", "/api/v1/assets"));
    assert!(!refuses("203.0.114.7", SEARCH));
    // A token is a caller of its own, wherever it is used; files and works are not counted.
    let partner = archive.holder("partner");
    assert_eq!(from(&partner, "203.0.113.7", SEARCH).status, 200);
    assert_eq!(from(&anybody, "203.0.113.7", "/healthz").status, 200);
}

#[test]
fn a_storm_waits_in_its_own_queue() {
    let settings = [("KHOCHUNG__SEARCH__MAX_WAITING_OF_CALLER", "4")];
    let archive = Archive::start_with(&settings);
    with_works(&archive, 1500);
    let anybody = archive.anybody();
    let is_over = AtomicBool::new(false);
    let (refusals, others) = std::thread::scope(|scope| {
        let storm: Vec<_> = (0..40)
            .map(|n| {
                let (client, is_over) = (anybody.clone(), &is_over);
                scope.spawn(move || {
                    let mut refused = 0;
                    let mut turn = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        turn += 1;
                        let path = format!("/api/v1/search?q=quyen+tre+em+{n}x{turn}&limit=100");
                        let answer = from(&client, "198.51.100.1", &path);
                        assert!(matches!(answer.status, 200 | 429), "{}", answer.text());
                        refused += usize::from(answer.status == 429);
                    }
                    refused
                })
            })
            .collect();
        let started = Instant::now();
        let mut others = 0;
        while others < 20 {
            let answer = from(
                &anybody,
                "203.0.113.7",
                &format!("{SEARCH}&facet_values={}", others + 1),
            );
            assert_eq!(answer.status, 200, "{}", answer.text());
            others += 1;
            assert!(
                started.elapsed() < Duration::from_secs(50),
                "{others} answers"
            );
        }
        is_over.store(true, Ordering::Relaxed);
        let refusals: usize = storm.into_iter().map(|thread| thread.join().unwrap()).sum();
        (refusals, others)
    });
    assert_eq!(others, 20);
    assert!(refusals > 0, "forty connections do not fit a queue of four");
}
