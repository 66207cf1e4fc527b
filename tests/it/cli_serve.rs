//! `khochung serve` and `demo` when something is in the way: one clear line that names it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Archive, Client, command, eventually, eventually_within};

/// Exit code and what was said, for a start that fails.
fn refused(data: &Path, bind: &str) -> (Option<i32>, String) {
    let mut serve = command();
    serve.args(["serve", "--bind", bind, "--data"]).arg(data);
    let output = serve.output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    (output.status.code(), message)
}

#[test]
fn an_address_in_use_is_reported() {
    let data = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let (code, message) = refused(data.path(), &taken);
    assert_eq!(code, Some(1));
    assert!(
        message.contains(&format!("cannot listen on {taken}")),
        "{message}"
    );
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tin.txt");
    fs::write(&file, "a text").unwrap();
    let (code, message) = refused(&file, "127.0.0.1:0");
    assert_eq!(code, Some(1));
    assert!(message.contains(file.to_str().unwrap()), "{message}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "a text");
}

#[test]
fn demo_adds_nothing_to_a_folder_that_holds_works() {
    let archive = Archive::start();
    archive
        .holder("editor")
        .create(&json!({ "titles": { "vi": "Của tôi" } }));
    let data = archive.stop();
    let mut child = command()
        .args(["demo", "--bind", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.contains("holds works already"), "{first}");
    let archive = Archive::start_in(data, &[]);
    let works = archive.operator().get("/api/v1/assets").json();
    assert_eq!(works["items"].as_array().unwrap().len(), 1);
}

#[test]
fn demo_is_not_ready_before_the_sample_is_in() {
    let data = tempfile::tempdir().unwrap();
    let sample = include_str!("../../schema/sample/works.ndjson");
    let mut child = command()
        .args(["demo", "--bind", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let control = eventually("the address of the demo", || {
        let text = fs::read(data.path().join("run/control.json")).ok()?;
        serde_json::from_slice::<Value>(&text).ok()
    });
    let base = format!("http://{}", control["address"].as_str().unwrap());
    let operator = Client::new(&base, control["secret"].as_str().map(str::to_owned));
    // Publishing waits for the public copies of pictures and films, which an unoptimised build makes slowly.
    let works = eventually_within(Duration::from_secs(300), "a demo that is ready", || {
        let ready = operator.get("/readyz");
        if ready.status == 200 {
            return Some(operator.get("/api/v1/assets?limit=100").json());
        }
        assert_eq!(ready.status, 503);
        assert_eq!(ready.json()["status"], "starting");
        None
    });
    let in_state = |state: &str| {
        let works = operator
            .get(&format!("/api/v1/assets?state={state}"))
            .json();
        works["items"].as_array().unwrap().len()
    };
    // Two returned with reasons, two that wait for a second approval, and those of the collection that are submitted.
    let queue = ["draft", "submitted", "returned", "accepted", "withdrawn"].map(in_state);
    assert_eq!(queue, [6, 3, 2, 2, 1]);
    child.kill().unwrap();
    child.wait().unwrap();
    let expected = sample.lines().count().min(100);
    assert_eq!(works["items"].as_array().unwrap().len(), expected);
}

#[test]
fn a_stop_right_after_the_start_is_a_clean_one() {
    // Fails in one of a few starts when the signals are listened to after the address was printed.
    for _ in 0..5 {
        Archive::start().stop();
    }
}
