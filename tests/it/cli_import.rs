//! `khochung import` and `khochung demo`: folders with works and files, beside a server or alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Archive, command};

/// A smallest PNG, made with Python's zlib and struct: one grey pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0,
    b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

fn folder(records: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = records
        .iter()
        .map(|record| record.to_string() + "\n")
        .collect();
    fs::write(folder.path().join("works.ndjson"), lines).unwrap();
    fs::create_dir(folder.path().join("images")).unwrap();
    fs::write(folder.path().join("images/áp phích.png"), PNG).unwrap();
    folder
}

fn poster() -> Value {
    json!({
        "titles": { "vi": "Áp phích" },
        "kind": "propaganda-poster",
        "strand": "educate",
        "themes": ["international-law"],
        "credit_line": "DIC",
        "languages": ["vi"],
        "organisation": "dic",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "identifiers": [{ "scheme": "test", "value": "p-1" }],
        "files": [{
            "path": "images/áp phích.png", "role": "original",
            "alt": { "vi": "Một chấm xám" }, "language": "vi",
        }],
        "state": "published",
    })
}

fn import(data: &Path, from: &Path, more: &[&str]) -> Output {
    command()
        .arg("import")
        .arg(from)
        .args(more)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

#[test]
fn a_folder_comes_in_with_its_files_and_states_with_or_without_a_server() {
    let works = folder(&[poster()]);
    let archive = Archive::start();
    let output = import(archive.data(), works.path(), &[]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "1 created, 0 updated, 0 unchanged, 0 failed\n"
    );
    let listed = archive.anybody().get("/api/v1/assets").json();
    let work = &listed["items"][0];
    assert_eq!(work["state"], "published");
    let file = &work["files"][0];
    assert_eq!(
        (&file["media_type"], &file["size"]),
        (&json!("image/png"), &json!(PNG.len()))
    );
    assert_eq!(file["alt"], json!({ "vi": "Một chấm xám" }));

    let again = import(archive.data(), works.path(), &[]);
    assert_eq!(
        String::from_utf8_lossy(&again.stdout),
        "0 created, 0 updated, 1 unchanged, 0 failed\n"
    );
    assert_eq!(archive.anybody().get("/api/v1/assets").json(), listed);

    let alone = tempfile::tempdir().unwrap();
    let output = import(alone.path(), works.path(), &[]);
    assert!(output.status.success(), "{output:?}");
    let archive = Archive::start_in(alone, &[]);
    let found = archive.anybody().get("/api/v1/assets").json();
    assert_eq!(found["items"][0]["files"][0]["sha256"], file["sha256"]);
}

#[test]
fn failures_are_reported_line_by_line_and_by_the_exit_code() {
    let mut outside = poster();
    outside["files"][0]["path"] = "../../etc/passwd".into();
    outside["identifiers"][0]["value"] = "p-2".into();
    let works = folder(&[json!({ "titles": {} }), poster(), outside]);
    let archive = Archive::start();
    let output = import(archive.data(), works.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("1: Invalid data") && message.contains("/titles"),
        "{message}"
    );
    assert!(
        message.contains("3: a file must lie below the folder"),
        "{message}"
    );

    let results = works.path().join("results.ndjson");
    let output = import(
        archive.data(),
        works.path(),
        &["--results", results.to_str().unwrap()],
    );
    assert_eq!(output.status.code(), Some(1));
    let lines = fs::read_to_string(results).unwrap();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let outcomes: Vec<&str> = lines
        .iter()
        .map(|line| line["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["failed", "unchanged", "failed"]);
}

#[test]
fn damage_is_found_reported_and_set_aside() {
    let works = folder(&[poster()]);
    let data = tempfile::tempdir().unwrap();
    assert!(import(data.path(), works.path(), &[]).status.success());
    let verify = |deep: &[&str]| {
        let mut command = command();
        command
            .arg("verify")
            .args(deep)
            .arg("--data")
            .arg(data.path())
            .output()
            .unwrap()
    };
    let sound = verify(&["--deep"]);
    assert!(sound.status.success(), "{sound:?}");
    let blob = find_blob(data.path(), PNG);
    let mut bytes = PNG.to_vec();
    bytes[40] ^= 1;
    fs::set_permissions(&blob, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(&blob, bytes).unwrap();
    assert!(verify(&[]).status.success(), "only a deep look can see it");
    let damaged = verify(&["--deep"]);
    assert_eq!(damaged.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&damaged.stdout).contains("damaged, set aside: "));
    let missing = verify(&[]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stdout).contains("missing: "));
}

/// The file in the blob store that holds these bytes.
fn find_blob(data: &Path, bytes: &[u8]) -> PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![data.join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if fs::read(&entry).unwrap() == bytes {
                found.push(entry);
            }
        }
    }
    found.pop().unwrap()
}

#[test]
fn a_rebuilt_catalogue_is_the_same() {
    let works = folder(&[poster()]);
    let data = tempfile::tempdir().unwrap();
    assert!(import(data.path(), works.path(), &[]).status.success());
    let archive = Archive::start_in(data, &[]);
    let before = archive.operator().get("/api/v1/assets");
    let data = archive.stop();
    let rebuilt = command()
        .args(["rebuild", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert!(rebuilt.status.success(), "{rebuilt:?}");
    let archive = Archive::start_in(data, &[]);
    let after = archive.operator().get("/api/v1/assets");
    assert_eq!(after.json_without_ports(), before.json_without_ports());
}
