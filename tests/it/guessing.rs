//! Guessing passwords over HTTP: slow, bounded, and no way to learn which names exist or to lock anybody out.

use serde_json::json;

use crate::sign_in::{LOGIN, PASSWORD, archive_with};
use crate::support::browser::Browser;
use crate::support::{Answer, Archive};

fn from(archive: &Archive, address: &str, login: &str, password: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", address),
    ];
    let body = json!({ "login": login, "password": password }).to_string();
    archive
        .anybody()
        .send("POST", "/api/v1/session", &headers, body.as_bytes())
}

#[test]
fn guessing_is_slow_and_locks_nobody_else_out() {
    let archive = archive_with("editor");
    assert_eq!(from(&archive, "203.0.113.7", LOGIN, PASSWORD).status, 200);
    for _ in 0..5 {
        let wrong = from(&archive, "198.51.100.1", LOGIN, "sai");
        assert_eq!(
            (wrong.status, wrong.problem().as_str()),
            (401, "wrong-credentials")
        );
    }
    let refused = from(&archive, "198.51.100.99", LOGIN, PASSWORD);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too-many-requests")
    );
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(from(&archive, "203.0.113.7", LOGIN, PASSWORD).status, 200);
    // A name that nobody has is answered and slowed down alike.
    for _ in 0..5 {
        let unknown = from(&archive, "192.0.2.1", "khong.co@x.example", "sai");
        assert_eq!(
            (unknown.status, unknown.problem().as_str()),
            (401, "wrong-credentials")
        );
    }
    assert_eq!(
        from(&archive, "192.0.2.1", "khong.co@x.example", "sai").status,
        429
    );
}

/// Attempts that run at the same time are counted before any of them is answered.
#[test]
fn guesses_at_the_same_time_are_as_slow_as_one_after_the_other() {
    let archive = archive_with("editor");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let attempt = || from(&archive, "198.51.100.1", LOGIN, "sai").status;
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(attempt)).collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.collect()
    });
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(401), count(429)), (5, 15), "{statuses:?}");
    // A session does not help to guess the password of its account.
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    for attempt in 0..6 {
        let body = json!({ "current": format!("sai {attempt}"), "new": "sông dài 9 khúc quanh" });
        let refused = browser.send("PUT", "/api/v1/account/password", &body);
        let expected = if attempt < 5 { 422 } else { 429 };
        assert_eq!(refused.status, expected, "{attempt} {}", refused.text());
    }
}

#[test]
fn unknown_and_known_names_take_the_same_time() {
    let archive = archive_with("editor");
    // The shortest of several: other work on the machine only adds to it.
    let fastest = |login: &str| {
        let mut times: Vec<u128> = (0..9)
            .map(|attempt| {
                let start = std::time::Instant::now();
                let address = format!("203.0.{attempt}.{}", login.len());
                assert_eq!(from(&archive, &address, login, "sai mat khau").status, 401);
                start.elapsed().as_micros()
            })
            .collect();
        times.sort_unstable();
        times[0]
    };
    let (known, unknown) = (fastest(LOGIN), fastest("khong.co@gialai.example"));
    // Both hash a password, which takes tens of milliseconds; without it the answer comes in two.
    assert!(
        unknown * 2 > known && known * 2 > unknown,
        "{known} and {unknown} µs"
    );
}

#[test]
fn a_huge_password_is_refused_before_it_is_hashed() {
    let archive = archive_with("editor");
    let huge = "a".repeat(10 * 1024 * 1024);
    let answer = from(&archive, "203.0.113.7", LOGIN, &huge);
    assert_eq!(answer.status, 413);
    let long = from(&archive, "203.0.113.7", LOGIN, &"a".repeat(400_000));
    assert_eq!(long.status, 401);
}

/// A storm of sign-ins is bounded, and others do not notice it.
#[test]
fn a_thousand_sign_ins_at_once_hold_nobody_up() {
    let archive = archive_with("editor");
    let anybody = archive.anybody();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..100)
            .map(|network: usize| {
                let archive = &archive;
                scope.spawn(move || {
                    let address = format!("10.0.{network}.1");
                    let attempt = |n: usize| {
                        from(archive, &address, &format!("n{network}x{n}"), "sai").status
                    };
                    (0..10).map(attempt).collect::<Vec<u16>>()
                })
            })
            .collect();
        for _ in 0..20 {
            let start = std::time::Instant::now();
            assert_eq!(anybody.get("/healthz").status, 200);
            assert!(start.elapsed().as_secs() < 2, "{:?}", start.elapsed());
        }
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.flatten().collect()
    });
    assert_eq!(statuses.len(), 1_000);
    assert!(statuses.iter().all(|status| matches!(status, 401 | 503)));
    assert!(
        statuses.contains(&503),
        "a hundred connections do not fit the queue"
    );
    let resident = resident_kib(archive.pid());
    assert!(resident < 400 * 1024, "{resident} KiB");
}

/// Whoever has to come back because of the load of others has not guessed.
#[test]
fn an_overload_is_no_wrong_password() {
    let archive = archive_with("editor");
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let weak = json!({ "current": PASSWORD, "new": "yeu" });
    std::thread::scope(|scope| {
        for network in 0..100 {
            let (archive, is_over) = (&archive, &is_over);
            scope.spawn(move || {
                // It lasts until the browser has seen enough, however fast the machine is.
                let mut number = 0;
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    number += 1;
                    let address = format!("10.{network}.{}.1", number % 256);
                    let attempt = from(archive, &address, &format!("n{network}x{number}"), "sai");
                    if attempt.status == 503 {
                        std::thread::sleep(std::time::Duration::from_millis(20));
                    }
                }
            });
        }
        let mut overloads = 0;
        for _ in 0..300 {
            let answer = browser.send("PUT", "/api/v1/account/password", &weak);
            assert!(matches!(answer.status, 422 | 503), "{}", answer.text());
            overloads += usize::from(answer.status == 503);
            if overloads == 6 {
                break;
            }
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(overloads, 6, "the storm was too weak");
    });
    let answer = browser.send("PUT", "/api/v1/account/password", &weak);
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_eq!(answer.json()["errors"][0]["pointer"], "/new");
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
