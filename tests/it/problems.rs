//! Every failure is a problem document (RFC 9457), also those of the framework, in the caller's
//! language, under a request id. (The client of [`crate::support`] checks the form of each.)

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::support::Archive;

#[test]
fn what_the_framework_refuses_is_a_problem_too() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    for (method, path, status, problem) in [
        ("GET", "/nothing/here", 404, "not-found"),
        ("GET", "/api/v1/assets/no-uuid", 404, "not-found"),
        ("DELETE", "/api/v1/assets", 405, "method-not-allowed"),
        ("BREW", "/healthz", 405, "method-not-allowed"),
        ("GET", "/api/v1/assets?limit=many", 400, "invalid-parameter"),
        ("GET", "/api/v1/assets?after=x", 400, "wrong-cursor"),
        ("GET", "/api/v1/assets?state=gone", 400, "invalid-parameter"),
        ("GET", "/api/v1/changes?after=-1", 400, "wrong-cursor"),
    ] {
        let answer = anybody.send(method, path, &[], &[]);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        assert_eq!(answer.problem(), problem, "{method} {path}");
    }
    let wrong = anybody.get("/api/v1/assets?kind=poster&limit=many");
    assert_eq!(wrong.json()["parameter"], "limit");
    let allowed = anybody.send("DELETE", "/api/v1/assets", &[], &[]);
    let methods: BTreeSet<&str> = allowed.header("allow").split(", ").collect();
    assert_eq!(methods, BTreeSet::from(["GET", "HEAD", "POST"]));
}

#[test]
fn an_unacceptable_coding_is_a_problem() {
    let archive = Archive::start();
    let picky = [("accept-encoding", "identity;q=0, zstd")];
    let answer = archive.anybody().send("GET", "/api/v1/assets", &picky, &[]);
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (406, "not-acceptable")
    );
}

#[test]
fn people_are_spoken_to_in_their_language() {
    let archive = Archive::start();
    for (wish, language, title) in [
        ("", "vi", "Không tìm thấy"),
        ("en-GB, vi;q=0.5", "en", "Not found"),
        ("km", "vi", "Không tìm thấy"),
    ] {
        let headers = [("accept-language", wish)];
        let answer = archive.anybody().send("GET", "/nothing", &headers, &[]);
        assert_eq!(answer.header("content-language"), language, "{wish}");
        assert_eq!(answer.json()["title"], title, "{wish}");
    }
}

#[test]
fn a_plain_request_id_is_kept_and_any_other_replaced() {
    let archive = Archive::start();
    let ask = |id| {
        archive
            .anybody()
            .send("GET", "/healthz", &[("x-request-id", id)], &[])
    };
    assert_eq!(ask("proxy-7.42_a").header("x-request-id"), "proxy-7.42_a");
    for strange in ["a b", "<script>", &"x".repeat(65)] {
        let answer = ask(strange);
        assert_ne!(answer.header("x-request-id"), strange);
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
}

#[test]
fn links_are_built_from_the_configured_address_and_never_from_host() {
    let public = [(
        "KHOCHUNG__SERVER__PUBLIC_ADDRESS",
        "https://kho.example.vn/kc/",
    )];
    let archive = Archive::start_with(&public);
    let host = [("host", "evil.example")];
    let answer = archive.anybody().send("GET", "/nothing", &host, &[]);
    assert_eq!(
        answer.json()["type"],
        "https://kho.example.vn/kc/problems/not-found"
    );
}

#[test]
fn each_type_of_problem_has_its_page() {
    let archive = Archive::start();
    for page in std::fs::read_dir("docs/problems").unwrap() {
        let path = page.unwrap().path();
        let slug = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if slug == "README" {
            continue;
        }
        let answer = archive.anybody().get(&format!("/problems/{slug}"));
        assert_eq!(answer.status, 200, "{slug}");
        assert_eq!(answer.body, std::fs::read(&path).unwrap(), "{slug}");
        assert!(
            answer.text().contains(&format!("`{slug}`, HTTP ")),
            "{slug}"
        );
    }
    assert_eq!(archive.anybody().get("/problems/none").status, 404);
}

#[test]
fn every_broken_rule_is_reported_with_its_place() {
    let archive = Archive::start();
    let work = json!({
        "titles": { "vi": "Áp phích", "v_i": "x" },
        "kind": "spaceship",
        "made": "12/5/2024",
        "colour": "red",
        "relations": [{ "type": "part-of", "target": "không" }],
    });
    let answer = archive.holder("editor").post_json("/api/v1/assets", &work);
    assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid"));
    let document = answer.json();
    let broken: BTreeSet<(&str, &str)> = document["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["pointer"].as_str().unwrap(), e["rule"].as_str().unwrap()))
        .collect();
    for expected in [
        ("/titles/v_i", "invalid-language-tag"),
        ("/kind", "unknown-concept"),
        ("/made", "invalid-date"),
        ("/colour", "unknown-property"),
    ] {
        assert!(broken.contains(&expected), "{expected:?} in {broken:?}");
    }
}

/// A head that never ends is given up after the configured time, without an answer or with 408.
#[test]
fn a_request_that_never_comes_to_its_end_is_given_up() {
    let soon = [("KHOCHUNG__SERVER__HEADER_TIMEOUT_SECONDS", "1")];
    let archive = Archive::start_with(&soon);
    let address = archive.base().strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        .unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
}

#[test]
fn browsers_get_a_page_and_programs_a_problem_document() {
    let archive = Archive::start();
    let address = format!("{}/no/<script>", archive.base());
    let get = |accept: &str, language: &str| {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let request = agent.get(address.replace('<', "%3C").replace('>', "%3E"));
        let request = request
            .header("accept", accept)
            .header("accept-language", language);
        let mut answer = request.call().unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let (kind, vary) = (header("content-type"), header("vary"));
        assert_eq!(answer.status(), 404);
        assert!(vary.contains("Accept,"), "{vary}");
        (kind, answer.body_mut().read_to_string().unwrap())
    };
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (language, title) in [("vi", "Không tìm thấy"), ("en", "Not found")] {
        let (kind, page) = get(browser, language);
        assert_eq!(kind, "text/html; charset=utf-8");
        for part in [
            format!("<html lang=\"{language}\">"),
            format!("<h1>{title}</h1>"),
            "<main ".to_owned(),
            "/problems/not-found".to_owned(),
        ] {
            assert!(page.contains(&part), "{part}: {page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }
    for accept in [
        "*/*",
        "application/json",
        "text/html;q=0.5, application/json",
    ] {
        assert_eq!(get(accept, "vi").0, "application/problem+json", "{accept}");
    }
}
