//! Bulk loading: one answer for each line, in order, while the request is still being sent.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{Archive, Client};

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

fn import(client: &Client, body: &[u8]) -> Vec<Value> {
    let answer = client.send("POST", "/api/v1/imports", &[NDJSON], body);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, NDJSON.1)
    );
    let text = answer.text();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn record(number: usize) -> Value {
    json!({
        "titles": { "vi": format!("Bài {number}") },
        "identifiers": [{ "scheme": "test", "value": number.to_string() }],
    })
}

fn outcomes(results: &[Value]) -> Vec<(u64, &str)> {
    results
        .iter()
        .map(|r| (r["line"].as_u64().unwrap(), r["outcome"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_bad_line_gets_its_problem_and_stops_nothing() {
    let archive = Archive::start_with(&[("KHOCHUNG__INTAKE__MAX_LINE_BYTES", "2048")]);
    let editor = archive.holder("editor");
    let mut body = Vec::new();
    for line in [
        record(1).to_string().into_bytes(),
        b"{\"titles\":".to_vec(),
        Vec::new(),
        b"{\"titles\":{\"vi\":\"\xff\"}}".to_vec(),
        json!({ "titles": { "vi": "x".repeat(3000) } })
            .to_string()
            .into_bytes(),
        json!({ "kind": "spaceship" }).to_string().into_bytes(),
        record(2).to_string().into_bytes(),
    ] {
        body.extend(line);
        body.push(b'\n');
    }
    let results = import(&editor, &body);
    let expected = [
        (1, "created"),
        (2, "failed"),
        (4, "failed"),
        (5, "failed"),
        (6, "failed"),
        (7, "created"),
    ];
    assert_eq!(outcomes(&results), expected);
    for failed in results
        .iter()
        .filter(|result| result["outcome"] == "failed")
    {
        let problem = &failed["problem"];
        assert_eq!(problem["status"], 422, "{problem}");
        assert!(!problem["errors"].as_array().unwrap().is_empty());
    }
    assert_eq!(results[3]["problem"]["errors"][0]["rule"], "too-long");
    assert_eq!(
        editor.get("/api/v1/assets").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_same_import_twice_changes_nothing_and_a_changed_line_updates() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let lines = |count: usize| -> Vec<u8> {
        (0..count)
            .map(|n| record(n).to_string() + "\n")
            .collect::<String>()
            .into_bytes()
    };
    let first = import(&editor, &lines(700));
    assert!(first.iter().all(|r| r["outcome"] == "created"));
    let second = import(&editor, &lines(700));
    assert!(second.iter().all(|r| r["outcome"] == "unchanged"));
    let ids =
        |results: &[Value]| -> Vec<Value> { results.iter().map(|r| r["id"].clone()).collect() };
    assert_eq!(ids(&first), ids(&second));
    let mut changed = record(5);
    changed["titles"]["vi"] = "Bài năm".into();
    let third = import(&editor, changed.to_string().as_bytes());
    assert_eq!(
        (&third[0]["outcome"], &third[0]["revision"]),
        (&json!("updated"), &json!(2))
    );
    assert_eq!(third[0]["id"], first[5]["id"]);
}

#[test]
fn a_record_reaches_its_state_or_says_why_not() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut good = record(1);
    good["body"] = "Nội dung".into();
    good["kind"] = "article".into();
    good["languages"] = json!(["vi"]);
    good["organisation"] = "dic".into();
    good["strand"] = "educate".into();
    good["themes"] = json!(["international-law"]);
    good["credit_line"] = "DIC".into();
    good["reuse_terms"] = "cc-by-4.0".into();
    good["people_shown"] = "none-identifiable".into();
    good["state"] = "published".into();
    let mut bad = record(2);
    bad["state"] = "published".into();
    let results = import(&editor, format!("{good}\n{bad}\n").as_bytes());
    assert_eq!(results[0]["state"], "published", "{results:?}");
    assert_eq!(
        results[1]["problem"]["type"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next(),
        Some("invalid")
    );
    assert_eq!(
        archive.anybody().get("/api/v1/assets").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn answers_come_while_lines_are_still_to_be_sent() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let address = archive.base().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/v1/imports HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n",
        editor.token().unwrap(),
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut answers = BufReader::new(connection.try_clone().unwrap());
    for number in 1..=3 {
        let line = record(number).to_string() + "\n";
        let chunk = format!("{:x}\r\n{line}\r\n", line.len());
        connection.write_all(chunk.as_bytes()).unwrap();
        // Blocks until the answer to this line is there: the request goes on after it.
        let found = loop {
            let mut text = String::new();
            assert!(
                answers.read_line(&mut text).unwrap() > 0,
                "the answer ended early"
            );
            if text.starts_with("{\"line\":") {
                break text;
            }
        };
        let result: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(
            (&result["line"], &result["outcome"]),
            (&json!(number), &json!("created"))
        );
    }
}

#[test]
fn an_import_that_breaks_off_keeps_what_it_answered() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__BODY_TIMEOUT_SECONDS", "1")]);
    let editor = archive.holder("editor");
    let address = archive.base().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /api/v1/imports HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: 9999\r\n\r\n{}\n{{\"titles\"",
        editor.token().unwrap(),
        record(1)
    );
    connection.write_all(request.as_bytes()).unwrap();
    let answers: Vec<String> = BufReader::new(connection)
        .lines()
        .map_while(Result::ok)
        .collect();
    let lines: Vec<Value> = answers
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let lines: Vec<&Value> = lines.iter().filter(|line| line.is_object()).collect();
    assert_eq!(lines[0]["outcome"], "created", "{answers:?}");
    assert_eq!(
        (&lines[1]["line"], &lines[1]["problem"]["status"]),
        (&json!(2), &json!(408))
    );
    assert_eq!(
        editor.get("/api/v1/assets").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
