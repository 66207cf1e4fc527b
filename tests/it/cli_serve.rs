//! `khochung serve` and `demo` when something is in the way: one clear line that names it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::support::{Archive, command};

/// Exit code and what was said, for a start that fails.
fn refused(data: &Path, bind: &str) -> (Option<i32>, String) {
    let mut serve = command();
    serve.args(["serve", "--bind", bind, "--data"]).arg(data);
    let output = serve.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    (output.status.code(), told)
}

#[test]
fn an_address_in_use_is_told() {
    let data = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let (code, told) = refused(data.path(), &taken);
    assert_eq!(code, Some(1));
    assert!(
        told.contains(&format!("cannot listen on {taken}")),
        "{told}"
    );
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tin.txt");
    fs::write(&file, "a text").unwrap();
    let (code, told) = refused(&file, "127.0.0.1:0");
    assert_eq!(code, Some(1));
    assert!(told.contains(file.to_str().unwrap()), "{told}");
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
