//! No request makes the archive compute or answer without measure.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Map, json};

use super::support::{Archive, eventually};

#[test]
fn a_facet_is_counted_once_a_request() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let once = anybody.get("/api/v1/search?facets=place,kind");
    assert_eq!(once.status, 200);
    let facets = once.json()["facets"].as_array().unwrap().len();
    assert_eq!(facets, 2);
    let repeated = anybody.get(&format!(
        "/api/v1/search?facets={}",
        ["place"; 500].join(",")
    ));
    assert_eq!(
        (repeated.status, repeated.json()["parameter"].as_str()),
        (400, Some("facets"))
    );
}

#[test]
fn filters_expansions_and_parameters_are_bounded() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let values = |count: usize| {
        let values: Vec<String> = (0..count).map(|n| format!("k{n}")).collect();
        values.join(",")
    };
    for (query, status, parameter) in [
        (format!("kind={}", values(200)), 200, None),
        (format!("kind={}", values(201)), 400, Some("kind")),
        (
            format!("kind={}&place={}", values(150), values(51)),
            400,
            Some("place"),
        ),
        (format!("without={}", values(101)), 400, Some("without")),
        (["q=a"; 201].join("&"), 400, Some("query")),
    ] {
        let answer = anybody.get(&format!("/api/v1/search?{query}"));
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 400 {
            assert_eq!(answer.json()["parameter"].as_str(), parameter);
        }
    }
}

#[test]
fn an_address_of_more_than_sixteen_kibibytes_is_refused() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let long = anybody.get(&format!("/api/v1/search?q={}", "a".repeat(17_000)));
    assert_eq!(
        (long.status, long.problem().as_str()),
        (414, "address-too-long")
    );
    assert_eq!(long.json()["limit_bytes"], 16 * 1024);
    let shorter = anybody.get(&format!("/api/v1/search?q={}", "a".repeat(16_000)));
    assert_eq!(shorter.status, 200);
}

#[test]
fn a_hundred_broken_rules_are_listed_and_all_are_counted() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut work: Map<String, _> = (0..300_000).map(|n| (format!("k{n}"), json!(1))).collect();
    work.insert("titles".into(), json!({ "vi": "Sai" }));
    let refused = editor.post_json("/api/v1/assets", &work.into());
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "invalid")
    );
    let document = refused.json();
    assert_eq!(document["errors"].as_array().unwrap().len(), 100);
    assert_eq!(document["errors_total"], 300_000);
    assert!(refused.body.len() < 100_000, "{}", refused.body.len());

    let key = "k".repeat(1_000_000);
    let refused = editor.post_json(
        "/api/v1/assets",
        &json!({ "titles": { "vi": "Sai" }, key: 1 }),
    );
    assert!(refused.body.len() < 10_000, "{}", refused.body.len());
}

#[test]
fn a_form_is_no_place_for_megabytes() {
    let archive = Archive::start();
    let operator = archive.operator();
    let label = "x".repeat(600_000);
    let refused = operator.post_json(
        "/api/v1/tokens",
        &json!({ "role": "editor", "label": label }),
    );
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (413, "too-large")
    );
    assert_eq!(refused.json()["limit_bytes"], 512 * 1024);
}

/// The time from one answer to the next, on a connection of its own, while `busy` runs.
#[test]
fn a_long_body_does_not_hold_up_other_connections() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__WORKERS", "1")]);
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let keys: Map<String, _> = (0..350_000).map(|n| (format!("{n}"), json!(1))).collect();
    let body = serde_json::to_vec(&keys).unwrap();
    let heavy = std::thread::spawn(move || {
        let started = Instant::now();
        let kind = [("content-type", "application/json")];
        let refused = editor.send("POST", "/api/v1/assets", &kind, &body);
        assert_eq!(refused.status, 422);
        started.elapsed()
    });
    let mut longest = Duration::ZERO;
    while !heavy.is_finished() {
        let started = Instant::now();
        assert_eq!(anybody.get("/healthz").status, 200);
        longest = longest.max(started.elapsed());
    }
    let total = heavy.join().unwrap();
    // Parsing, checking and freeing take most of the time of the request.
    assert!(longest < total / 3, "{longest:?} of {total:?}");
}

#[test]
fn a_reader_who_does_not_read_loses_the_connection() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__WRITE_TIMEOUT_SECONDS", "1")]);
    let editor = archive.holder("editor");
    let body = "Một câu dài. ".repeat(200_000);
    let work = editor.create(&json!({ "titles": { "vi": "Dài" }, "body": body }));
    let address = archive.base().strip_prefix("http://").unwrap();
    let mut reader = TcpStream::connect(address).unwrap();
    // More answers than the buffers of both sockets can take.
    let request = format!(
        "GET /api/v1/assets/{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        work["id"].as_str().unwrap(),
        editor.token().unwrap()
    );
    reader.write_all(request.repeat(16).as_bytes()).unwrap();
    let port = reader.local_addr().unwrap().port();
    eventually("the connection is ended", || {
        (!is_established(archive.pid(), port)).then_some(())
    });
    let mut received = Vec::new();
    drop(reader.read_to_end(&mut received));
    assert!(received.len() < 16 * body.len(), "not everything was sent");
}

/// Whether a socket is still connected to this remote port, by the kernel's table of connections.
fn is_established(pid: u32, remote_port: u16) -> bool {
    let table = std::fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap();
    let remote = format!(":{remote_port:04X}");
    table.lines().skip(1).any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns[2].ends_with(&remote) && columns[3] == "01"
    })
}

#[test]
fn a_body_that_drips_is_ended_by_its_pause() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__BODY_TIMEOUT_SECONDS", "1")]);
    let editor = archive.holder("editor");
    for (path, kind) in [
        ("/api/v1/assets", "application/json"),
        ("/api/v1/imports", "application/x-ndjson"),
    ] {
        let address = archive.base().strip_prefix("http://").unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
             Content-Length: 1000\r\nConnection: close\r\n\r\n{{",
            editor.token().unwrap()
        );
        client.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("/problems/timeout"), "{answer}");
    }
}
